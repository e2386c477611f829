"""Thinning: many requests teach more than all pairs of a few."""

from dataclasses import replace

import numpy as np

from pagegen.arrays import Mask, record, starts
from pagegen.training.examples import Window


@record
class Thin:
    """
    Leaves out pairs that teach little, so that many requests can be learnt from.

    Requests without a positive keep no pair. Of the pairs that were neither played nor shown, a random part stays, and
    each of these stands for those left out.
    """

    negatives: int  # about so many stay of a request
    weight: float  # of all of them, those left out too; 0: none stays
    rng: np.random.Generator

    def __call__(self, window: Window) -> Window:
        size = len(window.member)
        positive = np.bincount(window.request, window.label, minlength=size) > 0
        idle = (window.label == 0) & ~window.shown
        share = np.minimum(self.negatives / np.maximum(np.bincount(window.request, idle, minlength=size), 1), 1.0)
        drawn = self.rng.random(len(idle)) < share[window.request]
        weight = np.where(idle, self.weight / share[window.request], window.weight).astype(np.float32)
        return _take(replace(window, weight=weight), positive[window.request] & (weight > 0) & (drawn | ~idle))


def _take(window: Window, kept: Mask) -> Window:
    """These pairs of all requests."""
    table = window.table
    count = np.bincount(table.request[kept], minlength=len(window.member))
    fewer = replace(
        table,
        values=table.values[kept],
        start=starts(count),
        request=table.request[kept],
        title=table.title[kept],
    )
    return replace(
        window,
        table=fewer,
        label=window.label[kept],
        weight=window.weight[kept],
        shown=window.shown[kept],
        total=window.total[kept],
    )
