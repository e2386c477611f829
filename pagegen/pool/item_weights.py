"""
Item weights: W [T, T], sparse, where row s says how much a title s in the history speaks for each other title.

Whatever learns such rows (neighbours, random walks, transitions) scores with x W, x being what the member played.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pagegen.arrays import AnyArray, Float32, Int32, Int64, best, groups, lengths, ranges, record, starts

Row: TypeAlias = tuple[Int32, Float32]  # titles and their weights, the heaviest first


@record
class ItemWeights:
    """The rows of W; all titles are in the catalog."""

    row_of: Int32  # [T] row of each title; NONE without one
    seed: Int32  # [rows] the title of each row
    start: Int64  # [rows + 1]
    title: Int32  # [E] inside a row the heaviest first
    weight: Float32  # [E]

    def row(self, seed: int) -> Row:
        """The titles that this one speaks for, and how much; it must have a row."""
        cell = slice(int(self.start[self.row_of[seed]]), int(self.start[self.row_of[seed] + 1]))
        return self.title[cell], self.weight[cell]

    def sum(self, titles: Int32, weight: NDArray[np.floating[Any]]) -> Float32:
        """[T] the sum of these titles' rows, each times its weight; titles without a row add nothing."""
        row = self.row_of[titles]
        known = row >= 0
        first, length = self.start[row[known]], lengths(self.start)[row[known]]
        cell = ranges(first, length)
        value = self.weight[cell] * np.repeat(weight[known], length)
        return np.bincount(self.title[cell], value, minlength=len(self.row_of)).astype(np.float32)

    def save(self) -> Mapping[str, AnyArray]:
        return {"seed": self.seed, "start": self.start, "title": self.title, "weight": self.weight}


def item_weights(seed: Int32, rows: Iterable[Row], size: int) -> ItemWeights:
    """The weights of a catalog of `size` titles, a row for each seed."""
    cells = list(rows)
    return _indexed(
        seed,
        starts(np.array([len(title) for title, _ in cells], np.int64)),
        np.concatenate([np.zeros(0, np.int32), *(title for title, _ in cells)]),
        np.concatenate([np.zeros(0, np.float32), *(weight for _, weight in cells)]),
        size,
    )


def heaviest(matrix: csr_matrix, most: int) -> Iterator[Row]:
    """The `most` greatest weights above 0 of each row of a matrix [rows, T]; ties go to the lower title."""
    matrix.sort_indices()
    for low, high in zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist(), strict=True):
        weight = matrix.data[low:high].astype(np.float32)
        place = best(weight, weight > 0, most)
        yield matrix.indices[low:high][place].astype(np.int32), weight[place]


def load_item_weights(arrays: Mapping[str, AnyArray], titles: Int32, size: int) -> ItemWeights:
    """What was saved; `titles` maps its titles to those of a catalog of `size` titles, where some may have left."""
    start, weight = arrays["start"], arrays["weight"]
    seed, title = titles[arrays["seed"]], titles[arrays["title"]]
    if (seed < 0).any() or (title < 0).any():
        row = groups(start)
        here = (title >= 0) & (seed >= 0)[row]
        length = np.bincount(row[here], minlength=len(seed))[seed >= 0]
        seed, start, title, weight = seed[seed >= 0], starts(length), title[here], weight[here]
    return _indexed(seed, start, title, weight, size)


def _indexed(seed: Int32, start: Int64, title: Int32, weight: Float32, size: int) -> ItemWeights:
    row_of = np.full(size, -1, np.int32)
    row_of[seed] = np.arange(len(seed), dtype=np.int32)
    return ItemWeights(row_of=row_of, seed=seed, start=start, title=title, weight=weight)
