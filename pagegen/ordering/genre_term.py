"""
Genres in the page objective: how the attention a page gets is spread over them, c(g) = sum over titles of y(t) / n(t)
for each of a title's n(t) genres, against the member's own mix p: the genres of the distinct titles they played.

    coverage  = sum over genres of p(g) log(1 + c(g))        diminishing returns, weighed by the member's taste (Teo et
                                                             al., RecSys 2016; Amazon's whole pages, KDD 2019)
    agreement = log(1 / alpha) - C_KL(p, c / sum of c)       calibration (Steck, RecSys 2018), shifted: an empty page
                                                             has 0, a calibrated one log(1 / alpha)
              = sum over genres of p log(1 + (1 - alpha) / alpha * c(g) / (p(g) sum of c))

The first is monotone and submodular, the second neither: a row may lower it.
"""

import numpy as np

from pagegen.arrays import Float64, Int64, record
from pagegen.context import Contexts
from pagegen.data.genres import genre_totals, shares, spread

ALPHA = 0.01  # share of the member's mix in what a page is compared by: no genre is missing altogether
TINY = 1e-100  # in place of no attention at all


@record
class GenreTerm:
    weights: tuple[float, float]  # of coverage and agreement
    taste: Float64  # [G] p
    rarity: Float64  # [G] (1 - alpha) / (alpha p); 0 where p is
    start: Int64  # [R + 1] the genres of each row's titles
    cell: Int64  # [E] in the flat [R, L]
    key: Int64  # [E] row * G + genre
    share: Float64  # [E]
    so_far: Float64  # [G] attention
    value: float = 0.0

    def gains(self, attention: Float64) -> Float64:
        each = attention.ravel().take(self.cell) * self.share
        added = np.bincount(self.key, each, minlength=len(attention) * len(self.taste))
        return self._worth(self.so_far + added.reshape(len(attention), -1)) - self.value

    def after(self, row: int, attention: Float64) -> "GenreTerm":
        own, genres = slice(self.start[row], self.start[row + 1]), len(self.taste)
        each = attention[self.cell[own] - row * len(attention)] * self.share[own]
        so_far = self.so_far + np.bincount(self.key[own] - row * genres, each, minlength=genres)
        return GenreTerm(
            weights=self.weights,
            taste=self.taste,
            rarity=self.rarity,
            start=self.start,
            cell=self.cell,
            key=self.key,
            share=self.share,
            so_far=so_far,
            value=float(self._worth(so_far[None, :])[0]),
        )

    def _worth(self, attention: Float64) -> Float64:
        """[N] of attention [N, G]; one product of a matrix and a vector for each part."""
        value = np.zeros(len(attention))
        coverage, agreement = self.weights
        if coverage:
            value += coverage * (np.log1p(attention) @ self.taste)
        if agreement:
            total = np.maximum(attention.sum(axis=1), TINY)
            value += agreement * (np.log1p(attention * self.rarity / total[:, None]) @ self.taste)
        return value


def genre_term(contexts: Contexts, b: int, title: Int64, weights: tuple[float, float]) -> GenreTerm | None:
    """
    The term of coverage and agreement with these weights; nothing where neither has any.

    Args:
        contexts: of B requests.
        b: which of them. Whoever has played nothing with a genre has no mix to agree with, and takes all genres alike.
        title: [R, L] of the rows; what an empty cell holds makes no difference, for it gets no attention.
        weights: of the two.
    """
    genres, played = contexts.data.catalog.genres, contexts.played.title[contexts.played.of(b)]
    mix = shares(genre_totals(genres, np.zeros(len(played), np.int64), played, 1))[0]
    known = bool(len(mix)) and not np.isnan(mix).any()
    coverage, agreement = weights[0], weights[1] if known else 0.0
    if not (len(mix) and (coverage or agreement)):
        return None
    cells = np.flatnonzero(title.ravel() < len(contexts.data.catalog))
    place, tag, share = spread(genres, title.ravel()[cells])
    row = cells[place] // max(1, title.shape[1])
    return GenreTerm(
        weights=(coverage, agreement),
        taste=mix if known else np.full(len(mix), 1.0 / len(mix)),
        rarity=np.divide((1.0 - ALPHA) / ALPHA, mix, out=np.zeros(len(mix)), where=mix > 0),
        start=np.searchsorted(row, np.arange(len(title) + 1)),
        cell=cells[place],
        key=row * len(mix) + tag,
        share=share,
        so_far=np.zeros(len(mix)),
    )
