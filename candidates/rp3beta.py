"""
RP3beta: a random walk of three steps from the member, over what they played and who else played it, to other titles.

W_ij = sum_u (1 / |titles of u|)^alpha (1 / |members of i|)^alpha / |members of j|^beta, a title j collecting from the
`neighbours` titles i with the greatest W_ij; score_j = sum over played i of W_ij (Paudel, Christoffel, Newell and
Bernstein, "Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive Applications", TiiS 2017). The
first step, |titles of the member|^-alpha, is the same for all titles and left out.

Cost, K titles with plays: memory 8 K x neighbours bytes, a request on average `neighbours` additions a played title.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from scipy.sparse import csr_matrix, diags, vstack

from pagegen.arrays import AnyArray, Float32, Float64, Int32, Int64, Mask, groups, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import NoRows
from pagegen.pool.history import latest_known, scored, who_played_what
from pagegen.pool.item_weights import ItemWeights, collected, load_item_weights, trimmed

BLOCK = 1_024  # titles whose walks are found at once


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alpha: Annotated[float, Meta(ge=0)] = 0.8  # 1: the walk's own chances; less evens them out
    beta: Annotated[float, Meta(ge=0)] = 0.5  # how much a title suffers from being popular
    neighbours: Annotated[int, Meta(ge=1)] = 200  # from which a title collects


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_history: Annotated[int, Meta(ge=1)] = 1_000  # latest titles of a member that count


@record
class Rp3Beta(NoRows):
    config: PageConfig
    walk: ItemWeights  # in the row of a title those that collect from it
    name: str = "rp3beta"

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] weights of the walks; NaN for titles nobody had played and for members without history."""
        return scored(contexts, self.walk.row_of, self.config.max_history, self.walk.total)

    def speaks_most(self, contexts: Contexts, request: int, named: Mask, title: Int64) -> Int32:
        """[n] the watched title from which each title collects most."""
        latest = latest_known(contexts, request, self.walk.row_of, self.config.max_history)[::-1]
        latest = latest[named[latest]]
        return self.walk.heaviest_of(latest, np.ones(len(latest)), title)

    def save(self) -> Mapping[str, AnyArray]:
        return self.walk.save()


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> Rp3Beta:
    """The walks that end at every title with a play."""
    del rng  # nothing is drawn
    title, played = who_played_what(past)
    walks = _walks(played, config)
    return Rp3Beta(config=page, walk=collected(title, walks, config.neighbours, len(past.data.catalog)))


def _walks(played: csr_matrix, config: FitConfig) -> csr_matrix:
    """[K, K] in row j the greatest W_ij of the titles i."""
    wide = played.astype(np.float64)
    from_member = diags(_count(wide, 1) ** -config.alpha) @ wide
    from_title = wide @ diags(_count(wide, 0) ** -config.alpha)
    ends = (from_member @ diags(_count(wide, 0) ** -config.beta)).T.tocsr()
    blocks = [csr_matrix((0, wide.shape[1]))]
    for low in range(0, wide.shape[1], BLOCK):
        block = (ends[low : low + BLOCK] @ from_title).tocsr()
        block.data[groups(block.indptr) + low == block.indices] = 0.0  # not to where it began
        blocks.append(trimmed(block, config.neighbours))
    return vstack(blocks).tocsr()


def _count(played: csr_matrix, axis: int) -> Float64:
    return np.asarray(played.sum(axis=axis)).ravel()


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Rp3Beta:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    return Rp3Beta(config=page, walk=load_item_weights(arrays, titles, size))
