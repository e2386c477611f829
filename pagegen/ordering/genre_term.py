"""
Genres in the page objective: how the attention a page gets is spread over them, c(g) = sum over titles of y(t) / n(t)
for each of a title's n(t) genres, against the member's own mix p: the genres of the distinct titles they played.

    coverage  = sum over genres of p(g) log(1 + c(g))        diminishing returns, weighed by the member's taste (Teo et
                                                             al., RecSys 2016; Amazon's whole pages, KDD 2019)
    agreement = log(1 / alpha) - C_KL(p, c / sum of c)       calibration (Steck, RecSys 2018), shifted: an empty page
                                                             has 0, a calibrated one log(1 / alpha)

The first is monotone and submodular, the second neither: a row may lower it.
"""

from collections.abc import Callable
from functools import partial
from math import log

import numpy as np

from pagegen.arrays import Float64, Int64, record
from pagegen.context import Contexts
from pagegen.data.genres import genre_totals, shares, spread

ALPHA = 0.01  # share of the member's mix in what a page is compared by: no genre is missing altogether


@record
class GenreTerm:
    worth: Callable[[Float64], Float64]  # [N] of the attention [N, G] that genres get
    so_far: Float64  # [1, G] attention
    start: Int64  # [R + 1] the genres of each row's titles
    cell: Int64  # [E] in the flat [R, L]
    key: Int64  # [E] row * G + genre
    share: Float64  # [E]

    def gains(self, attention: Float64) -> Float64:
        each = attention.ravel()[self.cell] * self.share
        added = np.bincount(self.key, each, minlength=len(attention) * self.so_far.size)
        return self.worth(self.so_far + added.reshape(len(attention), -1)) - self.worth(self.so_far)

    def after(self, row: int, attention: Float64) -> "GenreTerm":
        own, genres = slice(self.start[row], self.start[row + 1]), self.so_far.size
        each = attention[self.cell[own] - row * len(attention)] * self.share[own]
        added = np.bincount(self.key[own] - row * genres, each, minlength=genres)
        return GenreTerm(
            worth=self.worth,
            so_far=self.so_far + added,
            start=self.start,
            cell=self.cell,
            key=self.key,
            share=self.share,
        )


def genre_term(contexts: Contexts, b: int, title: Int64, weights: tuple[float, float]) -> GenreTerm | None:
    """
    The term of coverage and agreement with these weights; nothing where neither has any.

    Args:
        contexts: of B requests.
        b: which of them. Whoever has played nothing with a genre has no mix to agree with, and takes all genres alike.
        title: [R, L] of the rows; an empty cell holds what is no position in the catalog.
        weights: of the two.
    """
    genres, played = contexts.data.catalog.genres, contexts.played.title[contexts.played.of(b)]
    mix = shares(genre_totals(genres, np.zeros(len(played), np.int64), played, 1))
    known = bool(len(genres.names)) and not np.isnan(mix).any()
    coverage, agreement = weights[0], weights[1] if known else 0.0
    if not (len(genres.names) and (coverage or agreement)):
        return None
    cells = np.flatnonzero(title.ravel() < len(contexts.data.catalog))
    place, tag, share = spread(genres, title.ravel()[cells])
    row = cells[place] // max(1, title.shape[1])
    taste = mix if known else np.full_like(mix, 1.0 / mix.size)
    return GenreTerm(
        worth=partial(_worth, taste=taste, weights=(coverage, agreement)),
        so_far=np.zeros_like(taste),
        start=np.searchsorted(row, np.arange(len(title) + 1)),
        cell=cells[place],
        key=row * mix.size + tag,
        share=share,
    )


def _worth(attention: Float64, taste: Float64, weights: tuple[float, float]) -> Float64:
    value = np.zeros(len(attention))
    if weights[0]:
        value += weights[0] * (taste * np.log1p(attention)).sum(axis=1)
    if weights[1]:
        mix = attention / np.maximum(attention.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
        value += weights[1] * (log(1.0 / ALPHA) - divergence(taste, mix))
    return value


def divergence(taste: Float64, shown: Float64, alpha: float = ALPHA) -> Float64:
    """
    [B] C_KL: the KL divergence of mixes [B, G], the second softened by the first.

    Examples:
        >>> divergence(np.array([[0.7, 0.3], [0.5, 0.5]]), np.array([[0.7, 0.3], [1.0, 0.0]])).round(3).tolist()
        [0.0, 1.959]
    """
    mixed = (1.0 - alpha) * shown + alpha * taste
    ratio = np.divide(taste, mixed, out=np.ones_like(mixed), where=taste != 0)  # 0 log 0 = 0
    return np.asarray((taste * np.log(ratio)).sum(axis=1) + 0.0 * shown.sum(axis=1))
