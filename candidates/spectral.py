"""
Spectral: GF-CF, a graph filter over who played what (Shen, Wu, Zhang, Shan, Zhang, Letaief and Li, "How Powerful is
Graph Convolution for Recommendation?", CIKM 2021).

With R~ = D_u^-½ R D_i^-½, D the numbers of titles a member and of members a title, and V the first `embedding_size`
right singular vectors of R~, a member who played x has the scores

    x (R~' R~ + low_pass D_i^-½ V V' D_i^½)

a linear filter, which smooths what neighbours in the graph did, and an ideal low-pass filter, which keeps only the
smoothest tastes there are.

The paper has 256 vectors and all neighbours, which on Gowalla's split gives its recall@20 and NDCG@20 of .1849 / .1518
with 380 MB (41,000 titles); where titles have thousands of neighbours each, keeping the heaviest 100 is better and
ten times faster.

Cost, K titles with plays: a truncated singular value decomposition to fit; memory 8 bytes for each two titles with a
common member, of which a title keeps the `neighbours` heaviest, and 4 K x embedding_size; a request one product of
that matrix by a vector.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from scipy.sparse import csr_matrix, diags, vstack
from scipy.sparse.linalg import svds
from threadpoolctl import threadpool_limits

from pagegen.arrays import AnyArray, Float32, Float64, Int32, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import NoRows
from pagegen.pool.history import rows_of, scored, scored_by_vectors, who_played_what
from pagegen.pool.item_weights import ItemWeights, collected, load_item_weights, trimmed

BLOCK = 1_024  # titles whose neighbours are found at once


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    embedding_size: Annotated[int, Meta(ge=1)] = 128  # singular vectors
    low_pass: Annotated[float, Meta(ge=0)] = 0.3  # weight of the ideal filter beside the linear one
    neighbours: Annotated[int, Meta(ge=1)] = 100  # from which a title collects in the linear filter


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_history: Annotated[int, Meta(ge=1)] = 1_000  # latest titles of a member that count


@record
class Spectral(NoRows):
    config: PageConfig
    low_pass: float
    linear: ItemWeights  # R~' R~
    title: Int32  # [K] catalog position of each row of `vectors`; NONE when the title has left
    vectors: Float32  # [K, embedding_size] V
    plays: Float32  # [K] members who played the title
    row_of: Int32  # [T] row of each title; NONE without one
    name: str = "spectral"

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] the filtered signal; NaN for titles nobody had played and for members without history."""
        given = (contexts, self.row_of, self.config.max_history)
        ideal = scored_by_vectors(*given, self.vectors, self._taste)
        weight = np.append(self.low_pass * np.sqrt(self.plays), np.nan).astype(np.float32)[self.row_of]
        return scored(*given, self.linear.total) + weight * ideal

    def _taste(self, rows: Int32) -> Float32:
        """[embedding_size] the smooth part of who played the titles of these rows."""
        taste: Float32 = (self.vectors[rows] / np.sqrt(self.plays[rows])[:, None]).sum(axis=0)
        return taste

    def save(self) -> Mapping[str, AnyArray]:
        own = {"rows": self.title, "vectors": self.vectors, "plays": self.plays, "low_pass": np.array([self.low_pass])}
        return {**self.linear.save(), **own}


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> Spectral:
    """Both filters of the graph of who played what."""
    title, played = who_played_what(past)
    size, wide = len(past.data.catalog), played.astype(np.float64)
    plays = _count(wide, 0)
    graph = (diags(_count(wide, 1) ** -0.5) @ wide @ diags(plays**-0.5)).tocsr()
    return Spectral(
        config=page,
        low_pass=config.low_pass,
        linear=collected(title, _smoothing(graph, config.neighbours), config.neighbours, size),
        title=title,
        vectors=_vectors(graph, config.embedding_size, rng),
        plays=plays.astype(np.float32),
        row_of=rows_of(title, size),
    )


def _count(played: csr_matrix, axis: int) -> Float64:
    return np.asarray(played.sum(axis=axis)).ravel()


def _smoothing(graph: csr_matrix, most: int) -> csr_matrix:
    """[K, K] R~' R~, the `most` heaviest of each row."""
    parts = (graph[:, low : low + BLOCK] for low in range(0, graph.shape[1], BLOCK))
    blocks = [trimmed((part.T @ graph).tocsr(), most) for part in parts]
    return vstack([csr_matrix((0, graph.shape[1]), dtype=np.float32), *blocks]).tocsr()


def _vectors(graph: csr_matrix, size: int, rng: np.random.Generator) -> Float32:
    """[K, size] the first right singular vectors; fewer where there are not so many."""
    most = min(size, min(graph.shape) - 1)
    if most < 1:
        return np.zeros((graph.shape[1], 0), np.float32)
    with threadpool_limits(1, "blas"):  # other threads, other bits
        *_, right = svds(graph, most, v0=rng.normal(size=min(graph.shape)), return_singular_vectors="vh")
    return np.ascontiguousarray(right.T, np.float32)


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Spectral:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    (low_pass,) = arrays["low_pass"].tolist()
    title = titles[arrays["rows"]]
    return Spectral(
        config=page,
        low_pass=low_pass,
        linear=load_item_weights(arrays, titles, size),
        title=title,
        vectors=arrays["vectors"],
        plays=arrays["plays"],
        row_of=rows_of(title, size),
    )
