"""Fill: each row's titles in the order its kind wants, cut to what may be shown, dropped when too few."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pagegen.context import TrendWindows, read_contexts
from pagegen.features import pair_up
from pagegen.pool import RowKind, RowsBuilder
from pagegen.ranking import Prediction
from pagegen.rows import fill
from tests.worlds import ask, title, world

DATA = world([title(f"t{n:02d}") for n in range(20)])
KINDS = (
    RowKind(name="ranked", headings=("x",), min_titles=1),
    RowKind(name="given", headings=("x",), order="source", min_titles=2, max_titles=4),
    RowKind(name="short", headings=("x",), min_titles=3, max_titles=3),
    RowKind(name="blended", headings=("x",), order=0.3, min_titles=1),
)
TITLES = st.lists(st.integers(0, 19), min_size=1, max_size=9, unique=True)
ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), TITLES), max_size=9).map(
    lambda rows: sorted(rows, key=lambda row: row[0])
)
SCORES = st.lists(st.integers(-3, 3), min_size=60, max_size=60)


def told(rows: list[tuple[int, int, list[int]]], scores: list[int], max_pairs: int, limit: list[int]) -> list[tuple]:
    """What `fill` makes of it: request, kind, seed, titles, scores and probabilities of each row."""
    builder = RowsBuilder()
    for r, (request, kind, titles) in enumerate(rows):
        builder.add((request, kind, r, 0), np.array(titles, np.int32), np.zeros(len(titles), np.float32))
    candidates = builder.build()
    pairs = pair_up(read_contexts([ask()] * 3, DATA, TrendWindows()), {}, candidates, max_pairs)
    score = np.array([scores[b * 20 + t] for b, t in zip(pairs.request, pairs.title, strict=True)], np.float64)
    filled = fill(candidates, pairs, Prediction(score=score, play=0.5 + score / 10), KINDS, np.array(limit, np.int32))
    cuts = [slice(*pair) for pair in zip(filled.start[:-1].tolist(), filled.start[1:].tolist(), strict=True)]
    columns = (filled.rows.request, filled.rows.kind, filled.rows.seed)
    return [
        (
            *(int(c[r]) for c in columns),
            filled.title[cut].tolist(),
            filled.score[cut].tolist(),
            filled.play[cut].tolist(),
        )
        for r, cut in enumerate(cuts)
    ]


def scored(rows: list[tuple[int, int, list[int]]], request: int, limit: int) -> set[int]:
    """The titles of a request that are dealt a pair, as in the test of pairs."""
    mine = [titles for b, _, titles in rows if b == request]
    dealt = [row[c] for c in range(9) for row in mine if c < len(row)]
    return set(list(dict.fromkeys(dealt))[:limit])


@given(ROWS, SCORES, st.integers(1, 20), st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_rows_are_filled_by_the_rule_of_their_kind(
    rows: list[tuple[int, int, list[int]]], scores: list[int], max_pairs: int, limit: list[int]
) -> None:
    """
    The ranker's kinds: best first, ties by title, what was not scored behind in the source's order; the source's: as
    they came; blended ones by their weighted ranks, ties as the ranker has them. Cut to the kind's most and the
    request's limit; under the kind's least, or the limit where that is less, the row is gone.
    """
    expected = []
    for r, (b, k, titles) in enumerate(rows):
        kind, known = KINDS[k], scored(rows, b, max_pairs)
        ranked = sorted((t for t in titles if t in known), key=lambda t: (-scores[b * 20 + t], t))
        if kind.name == "blended":
            place = {
                t: 0.3 * ranked.index(t) + (1.0 - 0.3) * came for came, t in enumerate(t for t in titles if t in known)
            }
            ranked = sorted(ranked, key=place.__getitem__)
        order = titles if kind.order == "source" else ranked + [t for t in titles if t not in known]
        shown = order[: min(kind.max_titles, limit[b])]
        if len(shown) >= min(kind.min_titles, limit[b]):
            value = {t: float(scores[b * 20 + t]) for t in known}
            lowest = min(value.values())
            mine = [value.get(t, float("nan")) for t in shown]
            expected.append((b, k, r, shown, mine, [0.5 + value.get(t, lowest) / 10 for t in shown]))
    found = told(rows, scores, max_pairs, limit)

    assert repr(expected) == repr(found)  # NaN is NaN here


@given(ROWS, SCORES)
def test_nothing_left_out_beats_anything_kept(rows: list[tuple[int, int, list[int]]], scores: list[int]) -> None:
    """In a row of the ranker with all its titles scored."""
    for b, k, r, shown, mine, _ in told(rows, scores, 20, [5, 5, 5]):
        left_out = [scores[b * 20 + t] for t in rows[r][2] if t not in shown]
        if KINDS[k].order == "ranker" and left_out:
            assert max(left_out) <= min(mine)


def test_a_title_nobody_scored_is_worth_the_least() -> None:
    """Two pairs for three titles: the third stands last, with the lowest probability and no score."""
    ((*_, shown, mine, play),) = told([(0, 0, [3, 1, 2])], [0, 3, 3, 1, *[0] * 56], 2, [9, 9, 9])

    assert ([1, 3, 2], [3.0, 1.0], [0.8, 0.6, 0.6]) == (shown, mine[:2], play)
    assert np.isnan(mine[2])


def blended(weight: float, titles: list[int], scores: list[int]) -> list[int]:
    """The row of these titles, in the source's order, whose kind gives the ranker this weight."""
    builder = RowsBuilder()
    builder.add((0, 0, 0, 0), np.array(titles, np.int32), np.zeros(len(titles), np.float32))
    candidates = builder.build()
    pairs = pair_up(read_contexts([ask()], DATA, TrendWindows()), {}, candidates, 20)
    score = np.array([scores[t] for t in pairs.title.tolist()], np.float64)
    kinds = (RowKind(name="x", headings=("x",), order=weight, min_titles=1),)
    prediction = Prediction(score=score, play=np.zeros(len(score)))
    return fill(candidates, pairs, prediction, kinds, np.array([9], np.int32)).title.tolist()


def test_a_blend_lies_between_its_two_orders() -> None:
    """The source says 0 1 2 3 and the ranker 3 2 1 0: half and half ties all, and the ranker breaks ties."""
    for weight, expected in ((0.0, [0, 1, 2, 3]), (0.4, [0, 1, 2, 3]), (0.5, [3, 2, 1, 0]), (1.0, [3, 2, 1, 0])):
        assert expected == blended(weight, [0, 1, 2, 3], [0, 1, 2, 3])
    assert [2, 0, 3, 1] == blended(0.5, [0, 2, 1, 3], [2, 0, 4, 3])  # ranks 0+2, 1+0, 2+3, 3+1
