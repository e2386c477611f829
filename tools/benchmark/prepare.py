"""From raw files to data folders, by the functions behind `pagegen import`; and the parts that searches may look at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from pagegen.data import folder as folders
from pagegen.data.importing.log import import_log
from pagegen.data.importing.mapping import EventsMapping, LogMapping
from pagegen.data.importing.movielens import import_movielens
from pagegen.data.schema import TABLES
from pagegen.errors import DataError
from tools.benchmark.presets import Data, Search, Variant

KNOWN, ASKED = "2000-01-01T00:00:00Z", "2000-01-01T01:00:00Z"  # when the parts of a split happen
NOW_MS: Final = 4_102_444_800_000  # 2100: nothing in published data is still to come
HIDDEN: Final = 10  # one in so many titles of a member, for the search on a split
SPLIT: Final = LogMapping(
    events=EventsMapping(
        columns={"member_id": "user", "title_id": "item", "time": "time"}, constants={"kind": "play", "fraction": 1}
    )
)


def prepare(raw: Path, data: Data, variant: Variant, out: Path) -> Path:
    """
    The data folder of a benchmark, made unless it is there.

    Raises:
        DataError: the raw files are not there, or are not what they should be.
    """
    if (out / "data.json").is_file():
        return out
    if data.kind == "movielens":
        import_movielens(raw, out, now_ms=NOW_MS, min_rating=variant.min_rating)
    else:
        _import_split(out, {KNOWN: _part(raw, "train"), ASKED: _part(raw, "test")})
    return out


def prepare_search(raw: Path, data: Data, variant: Variant, out: Path) -> Path:
    """The data by which hyper-parameters are chosen: nothing of the test part is in them."""
    if (out / "data.json").is_file():
        return out
    if data.search is not None:
        _cut_off(prepare(raw, data, variant, out.with_name(f"{out.name}-whole")), data.search, out)
    else:
        train = _part(raw, "train")
        hidden = pl.Series(_hidden(train["user"].to_numpy()))
        _import_split(out, {KNOWN: train.filter(~hidden), ASKED: train.filter(hidden)})
    return out


def _part(raw: Path, name: str) -> pl.DataFrame:
    path = raw / f"{name}.parquet"
    if not path.is_file():
        message = f"{raw} has no {path.name}; --data names the folder with train.parquet and test.parquet (user, item)"
        raise DataError(message)
    return pl.read_parquet(path, columns=["user", "item"])


def _import_split(out: Path, parts: Mapping[str, pl.DataFrame]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    file = out.with_name(f"{out.name}.parquet")
    pl.concat(part.with_columns(time=pl.lit(time)) for time, part in parts.items()).write_parquet(file)
    import_log({"events": file}, SPLIT, out, now_ms=NOW_MS)
    file.unlink()


def _hidden(member: np.ndarray) -> np.ndarray:
    """[E] one in ten titles of each member, drawn; who has fewer keeps them."""
    rng = np.random.default_rng(0)
    order = np.lexsort((rng.random(len(member)), member))
    _, first, counts = np.unique(member[order], return_index=True, return_counts=True)
    hidden = np.zeros(len(member), np.bool_)
    hidden[order] = np.arange(len(member)) - np.repeat(first, counts) < np.repeat(counts // HIDDEN, counts)
    return hidden


def _cut_off(whole: Path, search: Search, out: Path) -> None:
    """The folder without its last events."""
    tables = {name: folders.read_table(whole, name) for name in TABLES if (whole / f"{name}.parquet").is_file()}
    events = tables["events"]
    report = folders.read_info(whole).report
    folders.write(out, tables | {"events": events.head(int(search.until * events.height))}, report)
