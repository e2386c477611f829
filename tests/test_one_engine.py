"""One engine: the same request gives the same bytes, whoever else asks and whatever fails beside it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pagegen.arrays import Float32
from pagegen.context import Contexts
from pagegen.engine import STAGES, Engine
from pagegen.errors import RequestError, SchemaError, SourceError
from pagegen.homepage import HOME
from pagegen.page import Page
from pagegen.pool import Candidates, Proposal, RowKind, Source, as_scorer
from pagegen.request import PageRequest
from tests.contracts import some_requests
from tests.ordering.orderers import ORDERERS
from tests.worlds import NICHES, World, ask, small_settings, tiny_engine

REQUESTS = some_requests(70, seed=2)
SOURCES = small_settings().fit.sources  # those that are on


@pytest.fixture(scope="module")
def singles(engine: Engine) -> list[Page]:
    """Each request's page, asked for alone."""
    return [engine.run([request]).pages[0] for request in REQUESTS]


@pytest.mark.parametrize("orderer", ORDERERS)
def test_a_page_does_not_depend_on_its_neighbours(medium: World, orderer: str) -> None:
    """In batches of 1 to 70, shuffled, with itself among them: the page it gets alone, with every score and reason."""
    engine, rng = replace(tiny_engine(medium.data), orderer=ORDERERS[orderer]), np.random.default_rng(0)
    alone = [engine.run([request]).pages[0] for request in REQUESTS]

    for size in (*range(1, 70, 4 if orderer != "greedy" else 1), 70):
        order = rng.permutation(len(REQUESTS))[:size]
        assert [alone[i] for i in order] == list(engine.run([REQUESTS[i] for i in order]).pages)
    assert [alone[0]] * 3 == list(engine.run([REQUESTS[0]] * 3).pages)


def test_no_requests_get_no_pages(engine: Engine) -> None:
    """An empty batch is no error."""
    trace = engine.run([])

    assert ([], 0, 0) == (list(trace.pages), len(trace.placed.title), len(trace.retrieved.table.values))


def test_pages_survive_a_restart_and_another_order_of_rows(medium: World, singles: list[Page]) -> None:
    """Fitted again, from tables whose rows lie in another order: the same bytes."""
    again = tiny_engine(World(**medium.tables).data).run(REQUESTS).pages
    shuffled = tiny_engine(medium.shuffled(seed=4).data).run(REQUESTS).pages

    assert singles == list(again)
    assert singles == list(shuffled)


def test_the_stages_follow_the_line(engine: Engine) -> None:
    """`after` hears each stage once, in the order that the engine's docstring and the README draw."""
    heard: list[str] = []
    engine.run([ask()], after=heard.append)

    assert list(STAGES) == heard
    heard.clear()
    engine.retrieve([ask()], after=heard.append)
    assert list(STAGES[: STAGES.index("features") + 1]) == heard


def test_a_wrong_request_stops_the_batch(engine: Engine) -> None:
    """It is named before anything is computed."""
    heard: list[str] = []
    with pytest.raises(RequestError, match="rows: is 0"):
        engine.run([ask(), ask(rows=0)], after=heard.append)

    assert [] == heard


class Broken:
    """A source that raises: where it scores, or where it proposes."""

    def __init__(self, source: Source, error: Exception) -> None:
        self.name, self.kinds, self._error = source.name, source.kinds, error

    def propose(self, _: Proposal) -> Candidates:
        raise self._error


class BrokenScorer(Broken):
    """It fails before it has scored."""

    def score(self, _: Contexts) -> Float32:
        raise self._error


class LateBroken(Broken):
    """It scores, and then fails."""

    def score(self, contexts: Contexts) -> Float32:
        return np.ones((len(contexts), len(contexts.data.catalog)), np.float32)


def broken(engine: Engine, name: str, error: Exception, late: bool = False) -> Engine:
    def swap(source: Source) -> Source:
        kind = (LateBroken if late else BrokenScorer) if as_scorer(source) else Broken
        return kind(source, error) if source.name == name else source

    return replace(engine, sources=tuple(swap(source) for source in engine.sources))


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
@pytest.mark.parametrize("name", SOURCES)
def test_a_failed_source_is_a_disabled_source(engine: Engine, name: str, late: bool) -> None:
    """Byte for byte, id and all; the failure is told once a run, and named on the page."""
    heard: list[str] = []
    requests = REQUESTS[:20]
    disabled = [replace(request, disabled_sources=(name,)) for request in requests]
    failing = broken(engine, name, SourceError("gone"), late)
    expected = list(engine.run(disabled).pages)

    assert expected == list(failing.run(requests, on_failure=lambda source, _: heard.append(source)).pages)
    assert ([name], {(name,)}) == (heard, {page.absent_sources for page in expected})


@pytest.fixture(scope="module")
def missing(medium: World) -> Engine:
    """Every source that is on has something to say."""
    return tiny_engine(medium.data, {"page": {"source": NICHES}})


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "recent_plays"])  # it only tells the ranker
def test_a_disabled_source_is_missed(missing: Engine, name: str) -> None:
    """Without it some page is another one: the test above compares something."""
    singles = missing.run(REQUESTS).pages
    disabled = missing.run([replace(request, disabled_sources=(name,)) for request in REQUESTS]).pages

    assert [page.rows for page in singles] != [page.rows for page in disabled]
    kinds = {kind.name for kind in HOME.sources[name].kinds}
    assert bool(kinds) == bool(kinds & {row.kind for page in singles for row in page.rows})  # a scorer has none
    assert not kinds & {row.kind for page in disabled for row in page.rows}


@pytest.mark.parametrize("name", SOURCES)
def test_without_a_way_to_fail_a_failing_source_stops_the_run(engine: Engine, name: str) -> None:
    """As in training and simulation."""
    with pytest.raises(SourceError, match="gone"):
        broken(engine, name, SourceError("gone")).run([ask()])


def test_schema_errors_never_fail_open(engine: Engine) -> None:
    """Not even in serving."""
    with pytest.raises(SchemaError, match="columns"):
        broken(engine, "als", SchemaError("columns")).run([ask()], on_failure=lambda *_: None)


def test_all_sources_may_fail(engine: Engine) -> None:
    """An empty page, not a crash."""
    nothing: Sequence[PageRequest] = [ask("m001", disabled_sources=SOURCES), ask("m001")]
    empty, full = engine.run(nothing).pages

    assert ((), SOURCES) == (empty.rows, empty.absent_sources)
    assert len(full.rows) > 3


def test_row_kinds_are_told_apart_by_name() -> None:
    """No two kinds of a homepage share a name."""
    kinds: tuple[RowKind, ...] = HOME.kinds(tuple(HOME.sources))

    assert len(kinds) == len({kind.name for kind in kinds})
