"""
Quality of seeds: how well a title's neighbours foretold what members played next.

Neighbours are found in all but the newest `judged_share` of the plays. Of the n titles that members first played there
within NEXT titles after the seed, h are among its first FIRST neighbours. Its quality is the share of these, shrunk
towards the share b of all seeds and relative to it, so 1 is as usual:

    q = (h + PRIOR b) / (n + PRIOR) / b
"""

import msgspec
import numpy as np

from candidates.because_you_watched.neighbours import FitConfig, neighbours_of
from pagegen.arrays import Float32, Int32, Mask, lengths, ranges
from pagegen.data.dataset import Past
from pagegen.pool.item_weights import ItemWeights

NEXT = 10
FIRST = 20
PRIOR = 20.0


def quality_of(past: Past, config: FitConfig) -> Float32:
    """[T] of each title; 1 where nothing is judged."""
    size = len(past.data.catalog)
    watermark = int((1.0 - config.judged_share) * past.watermark)
    if watermark == past.watermark:
        return np.ones(size, np.float32)
    before = Past(data=past.data, watermark=watermark)
    near = neighbours_of(before, msgspec.structs.replace(config, judged_share=0.0))
    seed, following = _followed(past, len(before.plays().title), near)
    hits = np.bincount(seed, _are_neighbours(near, seed, following), minlength=size)
    number = np.bincount(seed, minlength=size)
    usual = hits.sum() / max(1, len(seed))
    if usual == 0:
        return np.ones(size, np.float32)
    return ((hits + PRIOR * usual) / (number + PRIOR) / usual).astype(np.float32)


def _followed(past: Past, early: int, near: ItemWeights) -> tuple[Int32, Int32]:
    """Seeds with neighbours and the titles first played soon after them, these not among the first `early` plays."""
    plays, titles = past.plays(), len(past.data.catalog)
    pair = plays.member.astype(np.int64) * titles + plays.title
    first = np.sort(np.unique(pair, return_index=True)[1])
    first = first[np.argsort(plays.member[first], kind="stable")]
    member, title, late = plays.member[first], plays.title[first], first >= early
    found = []
    for distance in range(1, min(NEXT, len(first) - 1) + 1):
        same = late[distance:] & (member[distance:] == member[:-distance]) & (near.row_of[title[:-distance]] >= 0)
        found.append((title[:-distance][same], title[distance:][same]))
    seeds, following = (
        np.concatenate([np.zeros(0, np.int32), *column]) for column in ([a for a, _ in found], [b for _, b in found])
    )
    return seeds, following


def _are_neighbours(near: ItemWeights, seed: Int32, title: Int32) -> Mask:
    """[n] whether each title is among the first neighbours of its seed."""
    length = np.minimum(lengths(near.start), FIRST)
    size = np.int64(len(near.row_of))
    cell = np.repeat(near.seed, length) * size + near.title[ranges(near.start[:-1], length)]
    return np.isin(seed * size + title, cell)
