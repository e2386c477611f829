"""
Small decision trees, all of them asked at once.

The leaves of a tree are numbered from left to right. A split that sends a pair to the right shuts the leaves to its
left, and the pair falls into the first leaf that no split has shut (QuickScorer; Lucchese et al., SIGIR 2015). Up to
eight leaves are the bits of a byte, so a few passes over bytes do what walking down each tree would, in a third of the
time. Values are added tree by tree, in doubles, as LightGBM adds them: the sums are the same to the last bit.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from pagegen.arrays import Float32, Float64, Int64, record

LEAVES = 8
ROWS = 4_096  # at a time, so that the answers stay in a core's cache
FEW = 256  # rows for which a step for each tree costs more than room for all answers
PATTERNS = 256  # of open leaves: values of a tree
CATEGORICAL, DEFAULT_LEFT, MISSING, ZERO, NAN = 1, 2, 12, 4, 8  # of LightGBM's decision types


@record
class Split:
    tree: int
    feature: int
    missing_left: bool  # where a value that is missing goes
    threshold: float  # values up to it go to the left
    open: int  # bits of the leaves that it leaves open to what goes to the right


@record
class SmallTrees:
    """K trees with at most W splits each, and N splits in all, by feature."""

    questions: Sequence[tuple[int, bool, slice]]  # feature, whether missing goes left, and which of the splits ask it
    threshold: Float32  # [N, 1]
    split: Int64  # [W, K] the splits of each tree
    open: NDArray[
        np.uint8
    ]  # [W, K, 1] bits of the leaves that a split to the right leaves open; all where there is none
    value: Float64  # [K, 256] by the bits of the leaves that are open

    def score(self, values: Float32) -> Float64:
        """[M] the sum of all trees for rows of features [M, F]; NaN is missing."""
        parts = [self._sums(values[low : low + ROWS]) for low in range(0, len(values), ROWS)]
        return np.concatenate([np.zeros(0), *parts])

    def _sums(self, values: Float32) -> Float64:
        right = self._right(values)
        leaves = np.full((len(self.value), len(values)), 255, np.uint8)
        for split, open_ in zip(self.split, self.open, strict=True):
            leaves &= (right.take(split, axis=0) - np.uint8(1)) | open_
        if len(values) <= FEW:
            cells = self.value.take(leaves + PATTERNS * np.arange(len(self.value))[:, None])
            return cells.cumsum(axis=0)[-1]  # unlike a sum it adds one after the other
        total = np.zeros(len(values))
        for value, leaf in zip(self.value, leaves.astype(np.intp), strict=True):  # in this order, on which sums depend
            total += value.take(leaf, mode="clip")  # none is outside, and nobody looks
        return total

    def _right(self, values: Float32) -> NDArray[np.uint8]:
        """[N, M] 1 where the split sends the row to the right."""
        right = np.empty((len(self.threshold), len(values)), np.bool_)
        for feature, missing_left, splits in self.questions:
            threshold, column, out = self.threshold[splits], values[:, feature], right[splits]
            if missing_left:
                np.greater(column, threshold, out=out)  # NaN is not
            else:
                np.logical_not(np.less_equal(column, threshold, out=out), out=out)
        return right.view(np.uint8)


def read_small_trees(text: str) -> SmallTrees | None:
    """The trees of LightGBM's text; None if one has more leaves, or asks otherwise than by a threshold."""
    trees = [
        dict(line.split("=", 1) for line in tree.partition("\n\n")[0].splitlines() if "=" in line)
        for tree in text.split("\nTree=")[1:]
    ]
    if not all(map(_is_small, trees)):
        return None
    order = [_leaves(tree, 0) for tree in trees]
    splits = [split for k, tree in enumerate(trees) for split in _splits(k, tree, order[k])]
    return _asked_at_once(splits, np.array([_values(tree, leaves) for tree, leaves in zip(trees, order, strict=True)]))


def _is_small(tree: Mapping[str, str]) -> bool:
    known = all(not kind & CATEGORICAL and kind & MISSING != ZERO for kind in map(int, tree["decision_type"].split()))
    return known and int(tree["num_leaves"]) <= LEAVES and tree["is_linear"] == "0"


def _leaves(tree: Mapping[str, str], node: int) -> list[int]:
    """LightGBM's numbers of the leaves below a node, from left to right; those of leaves are ~node."""
    if node < 0 or int(tree["num_leaves"]) == 1:
        return [max(~node, 0)]
    children = (int(tree[side].split()[node]) for side in ("left_child", "right_child"))
    return [leaf for child in children for leaf in _leaves(tree, child)]


def _splits(k: int, tree: Mapping[str, str], order: Sequence[int]) -> Iterator[Split]:
    columns = [tree[name].split() for name in ("split_feature", "threshold", "decision_type", "left_child")]
    for feature, threshold, kind, left in zip(*columns, strict=True):
        shut = sum(1 << order.index(leaf) for leaf in _leaves(tree, int(left)))
        missing_left = bool(int(kind) & DEFAULT_LEFT) if int(kind) & MISSING == NAN else float(threshold) >= 0.0
        yield Split(
            tree=k, feature=int(feature), missing_left=missing_left, threshold=float(threshold), open=255 - shut
        )


def _values(tree: Mapping[str, str], order: Sequence[int]) -> list[float]:
    """[256] the value of the first open leaf."""
    value = [float(tree["leaf_value"].split()[leaf]) for leaf in order] + [0.0] * LEAVES
    return [value[(bits & -bits).bit_length() - 1] for bits in range(256)]


def _asked_at_once(splits: Sequence[Split], value: Float64) -> SmallTrees:
    ordered = sorted(splits, key=_question)
    width = np.zeros(len(value), np.int64)
    shape = (max(np.bincount([split.tree for split in splits], minlength=1)), len(value))
    place, open_ = np.zeros(shape, np.int64), np.full((*shape, 1), 255, np.uint8)
    for n, split in enumerate(ordered):
        place[width[split.tree], split.tree], open_[width[split.tree], split.tree] = n, split.open
        width[split.tree] += 1
    questions, low = list[tuple[int, bool, slice]](), 0
    for (feature, missing_left), same in groupby(ordered, _question):
        questions.append((feature, missing_left, slice(low, low := low + len(list(same)))))
    threshold = _rounded_down(np.array([split.threshold for split in ordered]))[:, None]
    return SmallTrees(questions=questions, threshold=threshold, split=place, open=open_, value=value)


def _question(split: Split) -> tuple[int, bool]:
    return split.feature, split.missing_left


def _rounded_down(threshold: Float64) -> Float32:
    """The greatest floats that are not above these doubles: a float is at most the one if it is at most the other."""
    with np.errstate(over="ignore"):
        near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)
