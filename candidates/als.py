"""
ALS: implicit matrix factorization (Hu, Koren and Volinsky, ICDM 2008), one row of top picks.

Only title factors are kept. A member's vector is solved from their history at request time,

    u = (V'V + reg I + sum_t (c_t - 1) v_t v_t')^-1 sum_t c_t v_t,    c_t = alpha on played titles,

the closed form of the half step that `implicit` iterates (its confidence is alpha times the value, here 1).
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from implicit.als import AlternatingLeastSquares
from msgspec import Meta
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from pagegen.arrays import AnyArray, Float32, Float64, Int32, best, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

TOP_PICKS = RowKind(name="top_picks", headings=("top_picks",))


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    embedding_size: Annotated[int, Meta(ge=1)] = 32
    epochs: Annotated[int, Meta(ge=0)] = 12
    reg: Annotated[float, Meta(ge=0)] = 3.0
    alpha: Annotated[float, Meta(gt=0)] = 4.0  # confidence of a play over that of none
    threads: Annotated[int, Meta(ge=1)] = 2


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_history: Annotated[int, Meta(ge=1)] = 500  # latest titles a member's vector is solved from


@record
class Als:
    config: PageConfig
    alpha: float
    reg: float
    title: Int32  # [K] catalog position of each factor; NONE when the title has left
    factors: Float32  # [K, embedding_size]
    gram: Float64  # [embedding_size, embedding_size] V'V + reg I
    row_of: Int32  # [T] factor of each title; NONE without one
    name: str = "als"
    kinds: tuple[RowKind, ...] = (TOP_PICKS,)

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] products with the member's vector; NaN for titles without factors and members without history."""
        scores = np.full((len(contexts), len(self.row_of)), np.nan, np.float32)
        for b in range(len(contexts)):
            rows = self.row_of[contexts.played.title[contexts.played.of(b)]]
            rows = rows[rows >= 0][-self.config.max_history :]
            if len(rows):
                product = self.factors @ self._solve(rows)  # matrix by vector, for each request alone
                scores[b] = np.append(product, np.float32(np.nan))[self.row_of]  # NONE takes the last
        return scores

    def _solve(self, rows: Int32) -> Float32:
        """[embedding_size] the vector of a member who played these factors' titles."""
        played = self.factors[rows].astype(np.float64)
        left = self.gram + (self.alpha - 1.0) * (played.T @ played)
        return np.linalg.solve(left, self.alpha * played.sum(axis=0)).astype(np.float32)

    def propose(self, proposal: Proposal) -> Candidates:
        """One row of the titles with the highest scores; none for a member without history."""
        rows = RowsBuilder()
        for b, limit in enumerate(proposal.limit.tolist()):
            score = proposal.scores[self.name][b]
            title = best(score, proposal.eligible.allowed(b), limit)
            rows.add((b, 0, -1, 0), title, score[title])
        return rows.build()

    def save(self) -> Mapping[str, AnyArray]:
        return {"title": self.title, "factors": self.factors, "scalars": np.array([self.alpha, self.reg])}


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> Als:
    """Factorize who played what; titles nobody played get no factor."""
    plays, titles = past.plays(), len(past.data.catalog)
    title, column = np.unique(plays.title, return_inverse=True)
    member, row = np.unique(plays.member, return_inverse=True)
    cell = np.unique(row.astype(np.int64) * max(1, len(title)) + column)
    matrix = csr_matrix(
        (np.ones(len(cell), np.float32), (cell // max(1, len(title)), cell % max(1, len(title)))),
        shape=(len(member), len(title)),
    )
    factors = _factorize(matrix, config, rng) if len(cell) else np.zeros((0, config.embedding_size), np.float32)
    return _model({"title": title.astype(np.int32), "factors": factors}, titles, (config.alpha, config.reg), page)


def _factorize(matrix: csr_matrix, config: FitConfig, rng: np.random.Generator) -> Float32:
    with threadpool_limits(1, "blas"):  # implicit parallelizes itself
        model = AlternatingLeastSquares(
            factors=config.embedding_size,
            regularization=config.reg,
            alpha=config.alpha,
            iterations=config.epochs,
            num_threads=config.threads,
            random_state=int(rng.integers(2**31)),
            use_gpu=False,
        )
        model.fit(matrix, show_progress=False)
    return np.ascontiguousarray(model.item_factors, np.float32)


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Als:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    alpha, reg = arrays["scalars"].tolist()
    return _model({"title": titles[arrays["title"]], "factors": arrays["factors"]}, size, (alpha, reg), page)


def _model(arrays: Mapping[str, AnyArray], size: int, scalars: tuple[float, float], page: PageConfig) -> Als:
    title, factors = arrays["title"], arrays["factors"]
    wide = factors.astype(np.float64)
    row_of = np.full(size, -1, np.int32)
    here = title >= 0
    row_of[title[here]] = np.flatnonzero(here)
    gram = wide.T @ wide + scalars[1] * np.eye(factors.shape[1])
    return Als(config=page, alpha=scalars[0], reg=scalars[1], title=title, factors=factors, gram=gram, row_of=row_of)
