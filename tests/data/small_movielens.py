"""MovieLens in a few lines, and its import."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pagegen.data.folder import read_table
from pagegen.data.importing.movielens import import_movielens
from pagegen.data.importing.report import ImportReport

NOW_MS = 1_700_000_000_000
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

ML_1M = {
    "ratings.dat": "1::10::5::978300760\n2::10::3::978300700\n1::11::4::978300760\n",
    "movies.dat": "10::Matrix, The (1999)::Action|Sci-Fi\n11::Misérables, Les (1995)::Drama\n",
    "users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
}
ML_100K = {
    "u.data": "1\t10\t5\t978300760\n2\t10\t3\t978300700\n1\t11\t4\t978300760\n",
    "u.item": "10|Matrix, The (1999)|31-Mar-1999||http://x|0|1|0\n11|Misérables, Les (1995)|||http://y|0|0|1\n",
    "u.genre": "unknown|0\nAction|1\nDrama|2\n\n",
    "u.user": "1|24|F|writer|85711\n2|53|M|other|94043\n",
}
ML_CSV = {
    "ratings.csv": "userId,movieId,rating,timestamp\n1,10,5.0,978300760\n2,10,3.0,978300700\n1,11,4.0,978300760\n",
    "movies.csv": 'movieId,title,genres\n10,"Matrix, The (1999)",Action|Sci-Fi\n'
    '11,"Misérables, Les (""Les Miz"") (1995)",(no genres listed)\n',
    "tags.csv": "userId,movieId,tag,timestamp\n1,10,great,978300760\n",
}
EVENTS = [
    ("2:10", "2", "10", "play", 978300700000, 3.0, None, 1.0),
    ("1:10", "1", "10", "play", 978300760000, 5.0, None, 1.0),
    ("1:11", "1", "11", "play", 978300760000, 4.0, None, 1.0),
]


def written(folder: Path, files: Mapping[str, str], encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode(encoding))
    return folder


def imported(tmp_path: Path, files: Mapping[str, str], encoding: str = "utf-8") -> ImportReport:
    return import_movielens(written(tmp_path / "source", files, encoding), tmp_path / "data", now_ms=NOW_MS)


def titles(data: Path) -> list[tuple[Any, ...]]:
    day = pl.col("release_time").dt.date()
    return read_table(data, "catalog").select("title_id", "name", "kind", day, "genres").rows()


def events(data: Path) -> list[tuple[Any, ...]]:
    table = read_table(data, "events").drop("season", "episode", "device")
    return table.with_columns(pl.col("time").dt.epoch("ms")).rows()


def attributes(data: Path) -> dict[str, dict[str, str]]:
    rows = read_table(data, "members").select("member_id", "attributes").rows()
    return {member: {pair["name"]: pair["value"] for pair in pairs} for member, pairs in rows}


def reasons(report: ImportReport, table: str) -> dict[str, tuple[int, ...]]:
    entry = next(entry for entry in report.tables if entry.table == table)
    return {rejected.reason: rejected.first_lines for rejected in entry.rejected}
