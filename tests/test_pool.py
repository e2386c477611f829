"""Gather: every source's rows, and what requests, settings and failures leave of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from pagegen.arrays import Float32
from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.errors import SchemaError, SourceError
from pagegen.filters import Eligible, Watched, apply
from pagegen.pool import Candidates, Gathered, OnFailure, PoolLimits, Proposal, RowKind, RowsBuilder, Source, gather
from pagegen.request import PageRequest
from tests.worlds import ask, play, title, world

DATA = world([title(name) for name in "abcd"], [play("me", "b")])
LEFT, RIGHT = RowKind(name="left", headings=("x",)), RowKind(name="right", headings=("x",))
AGAIN = RowKind(name="again", headings=("x",), spares=frozenset({"watched"}))


@dataclass
class Fixed:
    """Proposes the same rows of titles to everybody, whatever is allowed."""

    name: str
    rows: Mapping[RowKind, str]
    error: Exception | None = None
    kinds: tuple[RowKind, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = tuple(self.rows)

    def propose(self, proposal: Proposal) -> Candidates:
        if self.error:
            raise self.error
        rows = RowsBuilder()
        for b in range(len(proposal.contexts)):
            for kind, titles in enumerate(self.rows.values()):
                rows.add(
                    (b, kind, -1, 0),
                    DATA.catalog.ids.positions(titles),
                    np.arange(len(titles), 0.0, -1.0).astype(np.float32),
                )
        return rows.build()


@dataclass
class Scorer(Fixed):
    """The same, and scores; `where` it fails, it does so in `score` or in `propose`."""

    where: str = ""

    def score(self, contexts: Contexts) -> Float32:
        if self.where == "score":
            raise SourceError(self.name)
        return np.full((len(contexts), len(DATA.catalog)), 7.0, np.float32)

    def propose(self, proposal: Proposal) -> Candidates:
        if self.where == "propose":
            raise SourceError(self.name)
        return Fixed.propose(self, proposal)


FIRST, SECOND = Fixed("first", {LEFT: "abc", AGAIN: "ba"}), Fixed("second", {RIGHT: "db"})


def pool(
    sources: Sequence[Source],
    *requests: PageRequest,
    off: frozenset[str] = frozenset(),
    on_failure: OnFailure | None = None,
) -> Gathered:
    contexts = read_contexts(requests, DATA, TrendWindows())
    eligible: Eligible = apply([Watched()], contexts)
    limits = PoolLimits(titles=np.full(len(requests), 40, np.int32), off=off)
    return gather(sources, contexts, eligible, limits, on_failure)


def told(gathered: Gathered, sources: Sequence[Source]) -> list[tuple[int, str, str]]:
    """Request, kind and titles of every row that has some."""
    kinds, found = [kind.name for source in sources for kind in source.kinds], gathered.candidates
    cut = zip(found.start[:-1].tolist(), found.start[1:].tolist(), strict=True)
    titles = ["".join(DATA.catalog.ids.of(found.title[low:high])) for low, high in cut]
    rows = zip(found.rows.request.tolist(), found.rows.kind.tolist(), titles, strict=True)
    return [(b, kinds[kind], names) for b, kind, names in rows if names]


def test_rows_come_by_request_and_in_the_order_of_the_sources() -> None:
    """Kinds count through all sources; what a filter removed is gone, unless the row's kind is spared it."""
    requests, sources = (ask("you"), ask("me")), [FIRST, SECOND]

    assert [
        (0, "left", "abc"),
        (0, "again", "ba"),
        (0, "right", "db"),
        (1, "left", "ac"),
        (1, "again", "ba"),
        (1, "right", "d"),
    ] == told(pool(sources, *requests), sources)


@pytest.mark.parametrize(
    ("request_", "off", "expected"),
    [
        (ask(row_kinds=("right", "left")), frozenset(), ["left", "right"]),
        (ask(exclude_row_kinds=("left",)), frozenset(), ["again", "right"]),
        (ask(row_kinds=("left", "right"), exclude_row_kinds=("left",)), frozenset(), ["right"]),
        (ask(row_kinds=("no such kind",)), frozenset(), []),
        (ask(), frozenset({"again"}), ["left", "right"]),
        (ask(row_kinds=("again",)), frozenset({"again"}), []),
        (ask(disabled_sources=("first", "no such source")), frozenset(), ["right"]),
        (ask(disabled_sources=("first", "second")), frozenset(), []),
    ],
    ids=range(8),
)
def test_requests_and_settings_choose_row_kinds(
    request_: PageRequest, off: frozenset[str], expected: list[str]
) -> None:
    """Wanted, unwanted, switched off, disabled; and the neighbour in the batch gets all that is on."""
    found = told(pool([FIRST, SECOND], request_, ask(), off=off), [FIRST, SECOND])
    everything = [name for name in ("left", "again", "right") if name not in off]

    assert (expected, everything) == ([k for b, k, _ in found if b == 0], [k for b, k, _ in found if b == 1])


@pytest.mark.parametrize("where", ["score", "propose"])
def test_a_scorer_that_fails_has_no_opinion(where: str) -> None:
    """Wherever it fails: its scores are there and unknown, as if all requests had disabled it; others are untouched."""
    heard: list[tuple[str, str]] = []
    good, bad = Scorer("good", {LEFT: "abc"}), Scorer("bad", {RIGHT: "db"}, where=where)
    failed = pool([good, bad], ask(), on_failure=lambda name, error: heard.append((name, str(error))))
    disabled = pool([good, bad], ask(disabled_sources=("bad",)))

    assert ([("bad", "bad")], ("bad",), ()) == (heard, failed.failed, disabled.failed)
    assert told(disabled, [good, bad]) == told(failed, [good, bad]) == [(0, "left", "abc")]
    assert {"good", "bad"} == set(failed.scores) == set(disabled.scores)
    for name in ("good", "bad"):
        assert disabled.scores[name].tobytes() == failed.scores[name].tobytes()
    assert [7.0, True] == [failed.scores["good"][0, 0], np.isnan(failed.scores["bad"]).all()]


@pytest.mark.parametrize(
    "error", [SourceError("gone"), ValueError("a bug"), MemoryError()], ids=["gone", "bug", "memory"]
)
def test_without_a_way_to_fail_a_failure_stops_the_run(error: Exception) -> None:
    """Training and simulation never make up for a source that is missing."""
    with pytest.raises(type(error)):
        pool([FIRST, Fixed("bad", {RIGHT: "a"}, error)], ask())


def test_a_schema_error_never_fails_open() -> None:
    """Code that disagrees with code stops the run, in serving too."""
    with pytest.raises(SchemaError):
        pool([Fixed("bad", {RIGHT: "a"}, SchemaError("x"))], ask(), on_failure=lambda *_: None)


def test_a_source_nobody_wants_is_not_asked() -> None:
    """Disabled by all requests, it cannot fail."""
    bad = Fixed("bad", {RIGHT: "a"}, SourceError("asked"))

    assert [(0, "left", "abc"), (0, "again", "ba")] == told(
        pool([FIRST, bad], ask("you", disabled_sources=("bad",))), [FIRST, bad]
    )
