"""
Item weights: W [T, T], sparse, where row s says how much a title s in the history speaks for each other title.

Whatever learns such rows (neighbours, random walks, transitions) scores with x W, x being what the member played.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pagegen.arrays import NONE, AnyArray, Float32, Int32, Int64, best, groups, ranges, record, starts

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
        cell, place = self._cells(titles)
        value = self.weight[cell] * weight[place]
        return np.bincount(self.title[cell], value, minlength=len(self.row_of)).astype(np.float32)

    def total(self, titles: Int32) -> Float32:
        """[T] the sum of these titles' rows."""
        return self.sum(titles, np.ones(len(titles)))

    def heaviest_of(self, titles: Int32, weight: NDArray[np.floating[Any]], asked: Int64) -> Int32:
        """
        [n] which of these titles adds most to the sum of each title asked for, but to its own; NONE where none does.

        Ties go to the first of `titles`; weights below 0 add nothing.
        """
        cell, place = self._cells(titles)
        about, value = self.title.take(cell), (self.weight.take(cell) * weight.take(place)).astype(np.float32)
        value[about == titles.take(place)] = 0.0
        # The bits of floats of 0 or more are in their order; behind them the place, the first highest.
        key = np.maximum(value, 0.0).view(np.int32).astype(np.int64) << 32 | (len(titles) - place)
        most = np.zeros(len(self.row_of), np.int64)
        np.maximum.at(most, about, key)
        key = most.take(asked)
        best_place = np.where(key >> 32, len(titles) - (key & 0xFFFFFFFF), len(titles))
        return np.append(titles, np.int32(NONE)).take(best_place)

    def _cells(self, titles: Int32) -> tuple[Int64, Int64]:
        """[E] the cells of these titles' rows, and [E] the place in `titles` of each; those without a row have none."""
        known = (self.row_of[titles] >= 0).nonzero()[0]
        row = self.row_of[titles[known]]
        length = self.start[row + 1] - self.start[row]
        return ranges(self.start[row], length), np.repeat(known, length)

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


def trimmed(matrix: csr_matrix, most: int) -> csr_matrix:
    """The matrix with only the `most` greatest weights above 0 of each row, as float32."""
    rows = list(heaviest(matrix, most))
    start = starts(np.array([len(title) for title, _ in rows], np.int64))
    title, weight = (np.concatenate([np.zeros(0), *column]) for column in ([t for t, _ in rows], [w for _, w in rows]))
    return csr_matrix((weight.astype(np.float32), title.astype(np.int32), start), shape=matrix.shape)


def collected(title: Int32, matrix: csr_matrix, most: int, size: int) -> ItemWeights:
    """
    The weights of a matrix whose row says from which titles a title collects, at most `most` and the heaviest.

    Args:
        title: [K] catalog position of each row and column.
        matrix: [K, K]
        most: how many weights of a row are kept.
        size: titles in the catalog.
    """
    by_seed = trimmed(matrix, most).T.tocsr()
    return item_weights(title, ((title[near], weight) for near, weight in heaviest(by_seed, len(title))), size)


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
