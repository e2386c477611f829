"""Every source of the homepage keeps the contract of sources, on its own data and on a catalog that has moved on."""

import polars as pl
import pytest

from pagegen.arrays import lengths
from pagegen.bundle.parts import arrays_of
from pagegen.bundle.settings import Table
from pagegen.data.schema import CATALOG
from pagegen.engine import Engine
from pagegen.homepage import HOME
from pagegen.pool import Source, as_explainer, as_scorer
from tests.contracts import (
    check_candidates,
    check_explainer,
    check_scorer,
    check_source,
    proposal,
    proposed,
    some_requests,
    source_of,
)
from tests.worlds import (
    ALL_SOURCES,
    World,
    ask,
    days_ago,
    engine_of,
    moved,
    page_config,
    small_settings,
    tiny_engine,
    tiny_models,
    title,
)

WRITTEN: Table = {  # of titles that no test takes out of the catalog
    "page": {
        "source": {"editorial": {"lists": [{"heading": "Ours", "titles": [f"t{n:03d}" for n in range(0, 60, 3)]}]}}
    }
}
SETTINGS = small_settings(ALL_SOURCES, WRITTEN)
SCORERS = [
    *("als", "because_you_watched", "ease", "edlae", "item_knn", "rp3beta", "spectral", "transitions"),
    *("recent_plays", "trending"),
]
EXPLAINERS = ["because_you_watched", "item_knn", "rp3beta", "transitions"]


@pytest.fixture(scope="module")
def engine(medium: World) -> Engine:
    """Fitted on all of the medium world, with every source there is."""
    return tiny_engine(medium.data, ALL_SOURCES, WRITTEN)


@pytest.mark.parametrize("name", HOME.sources)
def test_sources_keep_their_contract(name: str, engine: Engine) -> None:
    """Well formed, allowed, best first, deterministic, batch equal to singles, the same out of a bundle."""
    check_source(name, engine, lambda source: saved(source, engine))


def saved(source: Source, engine: Engine) -> Source:
    """The source as it comes out of a bundle."""
    part, catalog = HOME.sources[source.name], engine.data.catalog
    same = catalog.ids.positions(catalog.ids.names)
    return part.load(arrays_of(source), same, len(catalog), page_config(HOME, SETTINGS, source.name))


@pytest.mark.parametrize("name", SCORERS)
def test_scorers_keep_their_contract(name: str, engine: Engine) -> None:
    """Scores of the whole catalog that no neighbour in the batch changes, the same out of a bundle."""
    source = source_of(engine, name)
    check_scorer(as_scorer(source), engine.data)
    check_scorer(as_scorer(saved(source, engine)), engine.data, as_scorer(source))


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("name", [name for name in HOME.sources if name != "top_picks"])  # it brings its quotas
def test_a_row_brings_no_more_than_was_asked_for(name: str, limit: int, engine: Engine) -> None:
    """Also where a chart would have ten."""
    source, asked = source_of(engine, name), proposal(engine, some_requests(), limit)
    found = source.propose(asked)

    check_candidates(source, asked, found)
    assert (lengths(found.start) <= limit).all()


@pytest.mark.parametrize("name", EXPLAINERS)
def test_explainers_keep_their_contract(name: str, engine: Engine) -> None:
    """They name a watched title exactly where there is one to name."""
    check_explainer(source_of(engine, name), engine.data)


def test_models_follow_their_titles_to_another_catalog(medium: World, engine: Engine) -> None:
    """Titles that are new and nowhere licensed shift all positions and change nothing that is proposed."""
    hidden = [
        title(f"{letter}-hidden", windows=[], genres=["Aaa", "Drama", "Zzz"], cast=["A. Newcomer"]) for letter in "asz"
    ]
    more = World(**medium.tables | {"catalog": pl.concat([pl.DataFrame(hidden, schema=CATALOG), medium.catalog])})
    models = tiny_models(medium.data, SETTINGS)
    other = engine_of(moved(models, medium.data, more.data, SETTINGS), more.data, SETTINGS)
    requests = some_requests()
    old = more.data.catalog.ids.positions(medium.data.catalog.ids.names)
    scores, moved_scores = proposal(engine, requests).scores, proposal(other, requests).scores
    expected = {s.name: proposed(s, proposal(engine, requests)) for s in engine.sources}

    assert expected == {s.name: proposed(s, proposal(other, requests)) for s in other.sources}
    assert {n: s.tobytes() for n, s in scores.items()} == {n: s[:, old].tobytes() for n, s in moved_scores.items()}
    assert more.data.catalog.ids.position("t000") == medium.data.catalog.ids.position("t000") + 2


def test_models_survive_a_catalog_that_lost_and_gained_titles(medium: World) -> None:
    """Every third title is gone, a few are new: rows still hold only what is there and allowed."""
    new = pl.DataFrame([title(f"new{n}", release_time=days_ago(n + 1)) for n in range(5)], schema=CATALOG)
    catalog = pl.concat([new, medium.catalog.gather_every(3), medium.catalog.gather_every(3, 1)])
    events = medium.events.filter(pl.col("title_id").is_in(catalog["title_id"].to_list()))
    other = World(catalog=catalog, members=medium.members, events=events)
    models = moved(tiny_models(medium.data, SETTINGS), medium.data, other.data, SETTINGS)
    engine = engine_of(models, other.data, SETTINGS)
    asked = proposal(engine, some_requests())

    for source in engine.sources:
        check_candidates(source, asked, source.propose(asked))
        assert (len(source.propose(asked).title) > 0) == bool(source.kinds)
        if scorer := as_scorer(source):
            check_scorer(scorer, other.data)


@pytest.mark.parametrize("name", HOME.sources)
def test_sources_live_without_events(name: str, medium: World) -> None:
    """Fitted on nothing and asked by strangers: no row is wrong, and no source falls over."""
    engine = tiny_engine(World(**medium.tables | {"events": medium.events.clear()}).data, ALL_SOURCES, WRITTEN)
    source, asked = source_of(engine, name), proposal(engine, [ask(), ask("m001", kids=True)])
    found = source.propose(asked)

    check_candidates(source, asked, found)
    assert (len(found.title) > 0) == (name in {"facets", "leaving_soon", "editorial"})


def test_the_scorers_are_these(engine: Engine) -> None:
    """A new source that scores the whole catalog, or explains its scores, joins the contracts above."""
    assert [s.name for s in engine.sources if as_scorer(s)] == SCORERS
    assert [s.name for s in engine.sources if as_explainer(s)] == EXPLAINERS
