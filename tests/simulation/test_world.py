"""A world as a data folder: its schema, its rules, its bytes."""

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from pagegen.cli.world import world as command
from pagegen.data import folder, schema
from pagegen.errors import ConfigError, DataError
from pagegen.simulation.world import World, WorldConfig, generate, load
from pagegen.simulation.world.population import NO_CEILING
from pagegen.simulation.world.rhythm import DAY_MS, EPOCH_MS


def contents(path: Path) -> dict[str, bytes]:
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def share(true: pl.Series) -> float:
    return float(true.to_numpy().mean())


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    """Tables, data.json and truth; another seed makes another world."""
    config = WorldConfig(members=30, titles=80, days=6, seed=11)
    generate(config).write(tmp_path / "one")
    generate(config).write(tmp_path / "two")
    generate(WorldConfig(members=30, titles=80, days=6, seed=12)).write(tmp_path / "other")

    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert (tmp_path / "one/events.parquet").read_bytes() != (tmp_path / "other/events.parquet").read_bytes()


def test_the_number_of_threads_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of 40 visits, played by one thread and by four: the same events and pages."""
    loop = sys.modules["pagegen.simulation.world.generate"]
    config = WorldConfig(members=200, titles=80, days=4, seed=2)
    monkeypatch.setattr(loop, "ROUND", 40)
    made = []
    for threads in (1, 4):
        monkeypatch.setattr(loop, "THREADS", threads)
        made.append(generate(config).tables)

    for name in made[0]:
        assert made[0][name].equals(made[1][name])


def test_a_written_world_is_a_data_folder(small: World, tmp_path: Path) -> None:
    """Every table reads back with its schema; ids are known, times are in order."""
    small.write(tmp_path / "data")
    tables = {name: folder.read_table(tmp_path / "data", name) for name in schema.TABLES}

    assert {name: frame.height for name, frame in tables.items()} == {
        name: info.rows for name, info in folder.read_info(tmp_path / "data").tables.items()
    }
    for name in ("events", "pages"):
        assert tables[name]["time"].is_sorted()
        assert tables[name]["member_id"].is_in(tables["members"]["member_id"].implode()).all()
    assert tables["events"]["title_id"].is_in(tables["catalog"]["title_id"].implode()).all()
    assert tables["pages"]["title_ids"].explode().is_in(tables["catalog"]["title_id"].implode()).all()
    for name, key in (("events", "event_id"), ("pages", "page_id"), ("catalog", "title_id"), ("members", "member_id")):
        assert tables[name][key].is_unique().all()
    assert set(tables["events"]["kind"].unique()) <= set(schema.EVENT_KINDS)


def test_list_columns_of_pages_have_matching_lengths(small: World) -> None:
    """P entries of rows, Q of titles, and no more in view than there is."""
    pages = small.tables["pages"]

    for column in ("row_seeds", "row_lengths", "seen_columns"):
        assert (pages[column].list.len() == pages["row_kinds"].list.len()).all()
    for column in ("title_ids", "step_probabilities"):
        assert (pages[column].list.len() == pages["row_lengths"].list.sum()).all()
    seen = pages.select("seen_columns", "row_lengths").explode("seen_columns", "row_lengths")
    assert (seen["seen_columns"] <= seen["row_lengths"]).all()


def test_nobody_plays_what_has_not_arrived_or_is_not_allowed(shaped: World) -> None:
    """Every event and every placed title: released, licensed in the country, within the ceiling, the member joined."""
    tables = shaped.tables
    events = tables["events"].select("time", "member_id", "title_id")
    placed = tables["pages"].select("time", "member_id", title_id="title_ids").explode("title_id").unique()
    window = tables["catalog"].select("title_id", "windows").explode("windows").unnest("windows")
    for frame in (events, placed):
        known = frame.join(tables["members"], on="member_id").join(tables["catalog"].drop("language"), on="title_id")
        assert (known["time"] >= known["joined"]).all()
        assert (known["time"] >= known["release_time"]).all()
        assert (known["maturity"] <= known["maturity_ceiling"].fill_null(NO_CEILING)).all()
        listed = (
            known.filter(pl.col("windows").is_not_null())
            .drop("windows")
            .join(window, on=["title_id", "country"], how="left")
        )
        begun = pl.col("start").is_null() | (pl.col("start") <= pl.col("time"))
        open_still = pl.col("end").is_null() | (pl.col("time") < pl.col("end"))
        assert listed.select((begun & open_still).all()).item()
        regional = known.filter(pl.col("windows").is_not_null())
        assert regional.join(window, on=["title_id", "country"], how="anti").is_empty()


def test_the_catalog_has_what_rows_need(shaped: World) -> None:
    """Windows on 15 %, series, arrivals within the world's time, films of many years, sequels, invented directors."""
    catalog = shaped.tables["catalog"]
    new = catalog.filter(pl.col("release_time").cast(pl.Int64) >= EPOCH_MS)
    arriving = catalog.explode("windows").unnest("windows").filter(pl.col("start").is_not_null())["title_id"].n_unique()

    assert share(catalog["windows"].is_not_null()) == pytest.approx(0.15, abs=0.01)
    assert 0.2 < share(catalog["kind"] == "series") < 0.33
    assert new.height == round(0.07 * catalog.height)
    assert arriving == round(0.06 * catalog.height)
    assert 0.1 < share(catalog["maturity"] <= 7) < 0.4
    assert set(catalog["maturity"].unique()) == {0, 7, 12, 16, 18}
    assert not set(catalog["directors"].explode()) & set(catalog["cast"].explode())
    assert (catalog["keywords"].list.len() >= 2).all()


def test_kids_have_a_ceiling_and_a_household(shaped: World) -> None:
    """A child sees titles up to 7 and lives with somebody who is none."""
    members = shaped.tables["members"]
    kids = members.filter("kids")

    assert (kids["maturity_ceiling"] == 7).all()
    assert kids["household_id"].is_in(members.filter(~pl.col("kids"))["household_id"].implode()).all()
    assert 0.08 < share(members["kids"]) < 0.25
    assert 3 == members["country"].n_unique()


def test_series_are_watched_in_order(shaped: World) -> None:
    """An episode follows the one before, or the same again after a break, or the first anew."""
    plays = shaped.tables["events"].filter((pl.col("kind") == "play") & pl.col("season").is_not_null())
    number = plays.with_columns(pl.Series("place", _episode_number(shaped, plays)))
    step = number.sort("time", maintain_order=True).select(
        step=pl.col("place").diff().over("member_id", "title_id"), place="place"
    )

    assert step.filter((pl.col("step") != 1) & (pl.col("step") != 0) & (pl.col("place") != 0)).is_empty()


def _episode_number(world: World, plays: pl.DataFrame) -> np.ndarray:
    title = plays["title_id"].str.slice(1).cast(pl.Int64).to_numpy()
    return (plays["season"].to_numpy().astype(int) - 1) * world.titles.episodes[title] + plays["episode"].to_numpy() - 1


def test_movies_have_no_episodes_and_plays_have_a_fraction(shaped: World) -> None:
    """Seasons belong to series, fractions and seconds to plays."""
    events = shaped.tables["events"]
    plays = events.filter(pl.col("kind") == "play")

    assert plays["fraction"].is_between(0, 1).all()
    assert (plays["watched_seconds"] > 0).all()
    assert events.filter(pl.col("kind") != "play")["fraction"].is_null().all()
    movies = shaped.tables["catalog"].filter(pl.col("kind") == "movie")["title_id"]
    assert plays.filter(pl.col("title_id").is_in(movies.implode()))["season"].is_null().all()


def test_a_world_of_no_size_is_refused() -> None:
    """All that is wrong is said at once."""
    with pytest.raises(ConfigError, match=r"members is 0, must be at least 10; days is 1, must be at least 2"):
        generate(WorldConfig(members=0, titles=80, days=1, seed=1))


def test_a_folder_with_something_in_it_is_left_alone(small: World, tmp_path: Path) -> None:
    """Nothing is written, nothing is lost."""
    (tmp_path / "note.txt").write_text("mine")

    with pytest.raises(DataError, match="not empty"):
        small.write(tmp_path)
    assert ["note.txt"] == [path.name for path in tmp_path.iterdir()]


def test_damaged_truth_is_refused(small: World, tmp_path: Path) -> None:
    """A changed array, a missing one, another folder's truth, no truth at all."""
    small.write(tmp_path / "data")
    path = tmp_path / "data/truth/tastes.title.npy"
    original = path.read_bytes()
    path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    with pytest.raises(DataError, match=r"tastes\.title\.npy is missing or not what truth\.json says"):
        load(tmp_path / "data")
    path.unlink()
    with pytest.raises(DataError, match="missing"):
        load(tmp_path / "data")
    path.write_bytes(original)
    info = json.loads((tmp_path / "data/truth/truth.json").read_text())
    (tmp_path / "data/truth/truth.json").write_text(json.dumps(info | {"data_digest": "0"}))
    with pytest.raises(DataError, match="belongs to other data"):
        load(tmp_path / "data")
    with pytest.raises(DataError, match="has no truth"):
        load(tmp_path)


def test_the_data_folder_does_not_know_its_truth(small: World, tmp_path: Path) -> None:
    """data.json and tables are the same with and without truth/ beside them."""
    info = small.write(tmp_path / "data")
    (tmp_path / "data/truth").rename(tmp_path / "truth")

    assert info == folder.read_info(tmp_path / "data")


def test_the_command_writes_a_world_and_says_so(tmp_path: Path) -> None:
    """JSON on stdout, data and truth in the folder."""
    size = ["--members", "20", "--titles", "80", "--days", "3"]
    result = CliRunner().invoke(command, ["--out", str(tmp_path / "data"), *size, "--json"])

    assert 0 == result.exit_code, result.output
    assert {"catalog": 80, "members": 20} == {
        key: json.loads(result.stdout)["tables"][key] for key in ("catalog", "members")
    }
    assert load(tmp_path / "data").seed == 7


def test_the_command_refuses_a_full_folder(tmp_path: Path) -> None:
    """Before anything is simulated."""
    (tmp_path / "note.txt").write_text("mine")
    result = CliRunner().invoke(command, ["--out", str(tmp_path)])

    assert isinstance(result.exception, DataError)


def test_arrivals_happen_while_the_world_runs(shaped: World) -> None:
    """Members join and titles arrive after the first day."""
    members = shaped.truth.members.joined_ms
    arrivals = shaped.truth.windows.arrival_ms

    assert 0.15 < (members > EPOCH_MS).mean() < 0.35
    assert ((arrivals > EPOCH_MS) & (arrivals < EPOCH_MS + 40 * DAY_MS)).sum() > 40
