"""Thinning: which pairs a ranker learns from, and how much each stands for."""

import numpy as np
import pytest

from pagegen.arrays import groups, lengths, starts
from pagegen.features import FeatureTable
from pagegen.training.examples import Window
from pagegen.training.thin import Thin

PAIRS = 1_000


def window(played: list[list[int]], shown: list[list[int]]) -> Window:
    """Requests of 1,000 pairs each, of which these were played and came into view; a shown pair weighs 5."""
    start = starts(np.full(len(played), PAIRS))
    title = np.tile(np.arange(PAIRS, dtype=np.int32), len(played))
    label, seen = np.zeros((2, len(played), PAIRS), np.bool_)
    for b, (plays, views) in enumerate(zip(played, shown, strict=True)):
        label[b, plays], seen[b, views] = True, True
    table = FeatureTable(
        names=("title",), values=title[:, None].astype(np.float32), start=start, request=groups(start), title=title
    )
    return Window(
        member=np.arange(len(played), dtype=np.int32),
        table=table,
        label=label.ravel().astype(np.int8),
        weight=np.where(seen.ravel(), 5.0, 1.0).astype(np.float32),
        shown=seen.ravel(),
        total=title.astype(np.float64) * 2.0,
        targets=label.sum(axis=1),
    )


def thinned(found: Window, negatives: int = 100, weight: float = 1.0) -> Window:
    return Thin(negatives=negatives, weight=weight, rng=np.random.default_rng(0))(found)


def test_what_was_played_or_shown_stays_as_it_was() -> None:
    """With its title, features, label and weight."""
    left = thinned(window([[3, 700], [9]], [[3, 4], [5]]))
    kept = np.flatnonzero((left.label > 0) | left.shown)

    assert [(0, 3), (0, 4), (0, 700), (1, 5), (1, 9)] == list(
        zip(left.request[kept].tolist(), left.table.title[kept].tolist(), strict=True)
    )
    assert [1, 0, 1, 0, 1] == left.label[kept].tolist()
    assert [5.0, 5.0, 1.0, 5.0, 1.0] == left.weight[kept].tolist()
    assert left.table.title.tolist() == left.table.values[:, 0].tolist()
    assert (left.table.title * 2.0).tolist() == left.total.tolist()


def test_a_request_without_a_play_keeps_no_pair() -> None:
    """It is still one of the requests, so that all others keep their number."""
    left = thinned(window([[3], [], [9]], [[], [1, 2], []]))
    sizes = lengths(left.table.start)

    assert (0, [0, 2]) == (sizes[1], np.unique(left.request).tolist())
    assert ([0, 1, 2], [1, 0, 1]) == (left.member.tolist(), left.targets.tolist())
    assert np.repeat(np.arange(3), sizes).tolist() == left.request.tolist()


def test_the_pairs_that_stay_stand_for_those_left_out() -> None:
    """Of 999 about 100 stay, and weigh 9.99 each; of fewer than 100 all stay."""
    left = thinned(window([[3]], [[]]))
    few = thinned(window([[3]], [[]]), negatives=5_000)
    idle = left.label == 0

    assert 70 < idle.sum() < 130
    assert pytest.approx(9.99) == np.unique(left.weight[idle])
    assert (PAIRS, {1.0}) == (len(few.label), set(few.weight.tolist()))


def test_pairs_without_weight_are_left_out() -> None:
    """Those that came into view are not concerned."""
    left = thinned(window([[3]], [[4]]), weight=0.0)

    assert [3, 4] == left.table.title.tolist()


def test_the_pairs_that_stay_are_drawn_by_the_generator() -> None:
    """The same for the same seed."""
    found = window([[3]], [[]])
    titles = [Thin(negatives=50, weight=1.0, rng=np.random.default_rng(s))(found).table.title for s in (1, 1, 2)]

    assert titles[0].tolist() == titles[1].tolist()
    assert titles[0].tolist() != titles[2].tolist()
