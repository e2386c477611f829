"""Pages: their identity, and what of the request it holds."""

from dataclasses import replace
from typing import Any

import pytest

from pagegen.engine import Engine
from pagegen.request import RecentEvent
from tests.worlds import HOUR, NOW, ask

PLAIN = ask("m001", rows=2, columns=3)
SEEN = RecentEvent(title_id="t001", kind="click", time=NOW - 1)


def page_id(engine: Engine, **changes: Any) -> str:
    return engine.run([replace(PLAIN, **changes)]).pages[0].page_id


@pytest.mark.parametrize(
    "change",
    [
        {"member_id": "m002"},
        {"time": NOW + 1},
        {"watermark": 2_999},
        {"device": "web"},
        {"rows": 3},
        {"columns": 4},
        {"visible_columns": 2},
        {"country": "NO"},
        {"language": "nb"},
        {"maturity_ceiling": 18},
        {"kids": True},
        {"rng_seed": 1},
        {"page_number": 1},
        {"recent_events": (SEEN,)},
        {"exclude_title_ids": ("t001",)},
        {"row_kinds": ("genre",)},
        {"exclude_row_kinds": ("genre",)},
        {"disabled_sources": ("als",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_page_id_changes_with_every_field(engine: Engine, change: dict[str, Any]) -> None:
    """Whatever may change a byte of the page changes its id."""
    assert page_id(engine, **change) != page_id(engine)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"exclude_title_ids": ("t001", "t002")}, {"exclude_title_ids": ("t002", "t001", "t002")}),
        ({"row_kinds": ("genre", "top_10")}, {"row_kinds": ("top_10", "genre", "genre")}),
        ({"exclude_row_kinds": ("genre", "top_10")}, {"exclude_row_kinds": ("top_10", "genre")}),
        ({"disabled_sources": ("als", "top_10")}, {"disabled_sources": ("top_10", "als", "als")}),
        ({"disabled_sources": ()}, {"disabled_sources": ("no such source",)}),
        ({"watermark": None}, {"watermark": 3_000}),
        ({"watermark": None}, {"watermark": 1_000_000}),
    ],
)
def test_the_page_id_is_blind_to_how_a_request_is_spelt(
    engine: Engine, one: dict[str, Any], other: dict[str, Any]
) -> None:
    """The order of a list, a name twice, a source that is not there, a watermark above all that has happened."""
    assert page_id(engine, **one) == page_id(engine, **other)
    assert replace(PLAIN, **one) != replace(PLAIN, **other)


def test_the_page_id_is_of_bundle_and_settings_too(engine: Engine) -> None:
    """Another bundle or another number in the settings is another page."""
    identity = engine.identity
    engines = [
        engine,
        replace(engine, identity=replace(identity, bundle_id="another")),
        replace(engine, identity=replace(identity, config_digest="another")),
    ]

    assert 3 == len({page_id(e) for e in engines})


def test_a_page_says_what_it_was_made_of(engine: Engine) -> None:
    """Bundle, settings, member, time, watermark, absent sources in the homepage's order, and how long it holds."""
    page = engine.run([replace(PLAIN, disabled_sources=("top_10", "als", "no such source"))]).pages[0]

    assert ("a bundle", engine.identity.config_digest, "m001", NOW, 3_000, ("als", "top_10")) == (
        page.bundle_id,
        page.config_digest,
        page.member_id,
        page.time,
        page.watermark,
        page.absent_sources,
    )


@pytest.mark.parametrize(("past_the_hour", "seconds"), [(0, 3_600), (1, 3_599), (HOUR - 1_000, 1), (HOUR - 1, 0)])
def test_a_page_holds_until_the_hour_is_over(engine: Engine, past_the_hour: int, seconds: int) -> None:
    """Trends move when an hour closes; a page never claims to hold beyond."""
    (page,) = engine.run([replace(PLAIN, time=NOW // HOUR * HOUR + past_the_hour)]).pages

    assert seconds == page.valid_for_seconds


def test_a_row_has_the_same_id_on_every_page(engine: Engine) -> None:
    """For a kind and what it is about; no two rows of a page share one."""
    pages = engine.run([ask(f"m{n:03d}", rows=20) for n in range(20)]).pages
    ids = {(row.kind, row.evidence.seed_id, row.row_id) for page in pages for row in page.rows}

    assert len(ids) == len({row_id for _, _, row_id in ids}) == len({(kind, seed) for kind, seed, _ in ids})
    assert all(len({row.row_id for row in page.rows}) == len(page.rows) for page in pages)


def test_rows_are_equally_long_columns(engine: Engine) -> None:
    """Ids, names, scores and reasons stand side by side; names are the catalog's; scores are probabilities."""
    names = dict(zip(engine.data.catalog.ids.names, engine.data.catalog.name, strict=True))
    rows = [row for page in engine.run([ask(f"m{n:03d}") for n in range(20)]).pages for row in page.rows]

    for row in rows:
        assert len(row.title_ids) == len(row.scores) == len(row.reasons)
        assert len(row.reasons) == len(row.reason_arguments) == len(row.reason_texts)
        assert [names[title_id] for title_id in row.title_ids] == list(row.names)
        assert all(0.0 <= score <= 1.0 for score in row.scores)
    assert len(rows) > 60
