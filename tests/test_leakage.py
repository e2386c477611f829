"""Leakage: whatever happens at or after a request's time changes no feature and no byte of its page."""

from dataclasses import replace

import polars as pl
import pytest

from pagegen.data.schema import CATALOG, EVENTS, MEMBERS
from pagegen.engine import Engine
from pagegen.request import PageRequest
from tests.contracts import some_requests
from tests.worlds import (
    ALL_SOURCES,
    DAY,
    World,
    days_ago,
    engine_of,
    event,
    member,
    moved,
    play,
    small_settings,
    tiny_models,
    title,
    window,
)

CUT = days_ago(20) + 12_345  # inside an hour; nothing at or after it may be felt before it
SETTINGS = small_settings(ALL_SOURCES)
REQUESTS = [replace(r, time=min(r.time, CUT), recent_events=()) for r in some_requests(40, seed=8)]
STRANGE = {"genres": ["Aaargh", "Drama", "Zzz"], "cast": ["A. Newcomer", "person 3"], "directors": ["person 59"]}


def poisoned(world: World, cut: int = CUT) -> World:
    """
    Everything from the cut on is another story.

    Each event there turns into another kind, member, title and grade; new members of new countries play what is new
    and what is old; titles to be released then are rewritten; new ones come, some known by their events only.
    """
    later = pl.col("time").cast(pl.Int64) >= cut
    past, future = world.events.filter(later.not_()), world.events.filter(later)
    twisted = future.with_columns(
        member_id=pl.col("member_id").reverse(),
        title_id=pl.col("title_id").shuffle(seed=1),
        kind=pl.lit("play"),
        grade=pl.lit(0.5, pl.Float32),
        fraction=pl.lit(0.3, pl.Float32),
    )
    novel = [play(f"m{n:03d}", name, cut + n, 0.5) for n in range(40) for name in ("a new title", "zz unreleased")]
    novel += [event("a newcomer", "t001", "thumbs_down", cut), play("~ last", "unheard of", cut + DAY, grade=5.0)]
    events = pl.concat([past, twisted, pl.DataFrame(novel, schema=EVENTS)]).sort("time", maintain_order=True)
    people = [member("a newcomer", country="AA", kids=True), member("~ last", country="ZW")]
    return World(
        catalog=pl.concat([rewritten(world.catalog, cut), pl.DataFrame(new_titles(cut), schema=CATALOG)]),
        members=pl.concat([world.members, pl.DataFrame(people, schema=MEMBERS)]),
        events=events,
    )


def rewritten(catalog: pl.DataFrame, cut: int) -> pl.DataFrame:
    """Titles released after the cut, with other genres, people and ratings."""
    later = pl.col("release_time").cast(pl.Int64) > cut
    changes = {"genres": STRANGE["genres"], "cast": STRANGE["cast"]}
    changed = [
        pl.when(later).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in changes.items()
    ]
    rated = pl.when(later).then(pl.lit(0, pl.Int16)).otherwise(pl.col("maturity")).alias("maturity")
    return catalog.with_columns(*changed, rated)


def new_titles(cut: int) -> list[dict]:
    return [
        title("a new title", release_time=cut + 1, **STRANGE),
        title("t0005", release_time=None, **STRANGE),
        title("unheard of", release_time=None, windows=[window("AB"), window("QQ"), window("ZZ")], **STRANGE),
        title("zz unreleased", release_time=cut + 30 * DAY, kind="series", **STRANGE),
    ]


def engines(medium: World, *, refit: bool, cut: int = CUT) -> tuple[Engine, Engine]:
    """The engine as of the cut, on the medium world and on its poisoned twin."""
    twin, mark = poisoned(medium, cut), medium.data.events.before(CUT)
    models = tiny_models(medium.data, SETTINGS, watermark=mark)
    other = (
        tiny_models(twin.data, SETTINGS, watermark=mark) if refit else moved(models, medium.data, twin.data, SETTINGS)
    )
    return engine_of(models, medium.data, SETTINGS), engine_of(other, twin.data, SETTINGS)


@pytest.mark.parametrize("refit", [False, True], ids=["the same models", "models fitted on the poison"])
def test_the_future_is_not_felt(medium: World, refit: bool) -> None:
    """Not in one bit of one feature, not in one byte of one page, nor in what the models learnt up to the cut."""
    engine, twin = engines(medium, refit=refit)
    one, other = engine.run(REQUESTS), twin.run(REQUESTS)
    table, changed = one.retrieved.table, other.retrieved.table
    differ = [n for i, n in enumerate(table.names) if table.values[:, i].tobytes() != changed.values[:, i].tobytes()]

    assert len(twin.data.events) > len(engine.data.events)
    assert engine.data.catalog.ids.of(table.title) == twin.data.catalog.ids.of(changed.title)
    assert [] == differ
    assert list(one.pages) == list(other.pages)


def feels(medium: World, requests: list[PageRequest]) -> tuple[set[str], int]:
    """The features that the poison changes, and how many pages."""
    engine, twin = engines(medium, refit=False)
    one, other = engine.run(requests), twin.run(requests)
    columns, changed = (
        dict(zip(t.names, t.values.T, strict=True)) for t in (one.retrieved.table, other.retrieved.table)
    )
    felt = {name for name, column in columns.items() if column.tobytes() != changed[name].tobytes()}
    return felt, sum(a.rows != b.rows for a, b in zip(one.pages, other.pages, strict=True))


def test_the_poison_is_strong(medium: World) -> None:
    """A day later it is felt by almost every feature and on every page: the test above can fail."""
    wider = [replace(r, rows=r.rows + 1, columns=r.columns + 1) for r in REQUESTS]  # one slot may be right by chance
    felt, pages = feels(medium, [replace(r, time=CUT + DAY, watermark=None) for r in wider])

    assert len(REQUESTS) == pages
    assert {
        "als_score",
        "plays_day",
        "genre_share",
        "own_play_days",
        "mean_grade",
        "people_shared",
        "idle_days",
    } <= felt
