"""
Item-kNN: the titles whose audiences are most like those of what the member played.

The similarity of two titles is the shrunk cosine of their columns in W, the 0/1 matrix of members and titles weighted
by member (Sarwar et al., WWW 2001; `shrinkage` as in Bell and Koren, KDD Cup 2007):

    s_ij = sum_u w_ui w_uj / sqrt((|w_i|² + shrinkage) (|w_j|² + shrinkage))        score_j = sum over played i of s_ij

where i is one of the `neighbours` most similar titles **of j**: a title collects from its own neighbours, so that the
popular ones, which are near everything, do not collect from all. The other way round costs a fifth of recall.

Cost, K titles with plays: memory 8 K x neighbours bytes, a request on average `neighbours` additions a played title.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
import numpy as np
from implicit.nearest_neighbours import all_pairs_knn, tfidf_weight
from msgspec import Meta
from scipy.sparse import csr_matrix, diags

from pagegen.arrays import AnyArray, Float32, Int32, Int64, Mask, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import NoRows
from pagegen.pool.history import latest_known, scored, who_played_what
from pagegen.pool.item_weights import ItemWeights, collected, load_item_weights


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    neighbours: Annotated[int, Meta(ge=1)] = 200  # from which a title collects
    shrinkage: Annotated[float, Meta(ge=0)] = 0.0  # in squared weights of a title's audience
    weighting: Literal["none", "tfidf", "activity"] = "activity"  # of members: log share of titles, 1 / sqrt(titles)
    threads: Annotated[int, Meta(ge=1)] = 2


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_history: Annotated[int, Meta(ge=1)] = 1_000  # latest titles of a member that count


@record
class ItemKnn(NoRows):
    config: PageConfig
    near: ItemWeights  # in the row of a title those that collect from it
    name: str = "item_knn"

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] sum of similarities; NaN for titles nobody had played and for members without history."""
        return scored(contexts, self.near.row_of, self.config.max_history, self.near.total)

    def speaks_most(self, contexts: Contexts, request: int, named: Mask, title: Int64) -> Int32:
        """[n] the watched title from which each title collects most."""
        latest = latest_known(contexts, request, self.near.row_of, self.config.max_history)[::-1]
        latest = latest[named[latest]]
        return self.near.heaviest_of(latest, np.ones(len(latest)), title)

    def save(self) -> Mapping[str, AnyArray]:
        return self.near.save()


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> ItemKnn:
    """The nearest neighbours of every title with a play, found by `implicit`."""
    del rng  # nothing is drawn
    title, played = who_played_what(past)
    nearest = _nearest(_weighted(played, config), config) if len(title) else csr_matrix((0, 0), dtype=np.float32)
    return ItemKnn(config=page, near=collected(title, nearest, config.neighbours, len(past.data.catalog)))


def _weighted(played: csr_matrix, config: FitConfig) -> csr_matrix:
    """[members, K] the matrix whose columns' dot products are the similarities."""
    wide = played.astype(np.float64)
    match config.weighting:
        case "tfidf":
            wide = tfidf_weight(wide.T).T
        case "activity":
            wide = diags(np.asarray(wide.sum(axis=1)).ravel() ** -0.5) @ wide
    square = np.asarray(wide.multiply(wide).sum(axis=0)).ravel() + config.shrinkage
    return (wide @ diags(np.where(square > 0, square, 1.0) ** -0.5)).tocsr()


def _nearest(weighted: csr_matrix, config: FitConfig) -> csr_matrix:
    """[K, K] each title's most similar others."""
    most = config.neighbours + 1  # the nearest may be the title itself
    nearest = all_pairs_knn(weighted, most, num_threads=config.threads, show_progress=False).tocoo()
    other = nearest.row != nearest.col
    return csr_matrix((nearest.data[other], (nearest.row[other], nearest.col[other])), shape=nearest.shape)


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> ItemKnn:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    return ItemKnn(config=page, near=load_item_weights(arrays, titles, size))
