"""
ALS: implicit matrix factorization, the objective of `factorization.py`. A scorer: `top_picks` makes a row of it.

Only title factors are kept. A member's vector is solved from their history at request time,

    u = (V'V + (alpha - 1) sum_t v_t v_t' + reg_u I)^-1 alpha sum_t v_t,    t over played titles,

the closed form of the half step. Factors lie along their principal axes, which changes no product: V'V is a diagonal L,
and who played n titles, fewer than the axes, costs n equations (the identity of Woodbury; V_u [n, size], 1 all ones),

    u = alpha L_u^-1 V_u' (I + (alpha - 1) V_u L_u^-1 V_u')^-1 1,    L_u = L + reg_u I.

Titles that nobody had played get factors from their content, where that is on
(`content.py`); they have scores, and are no evidence against any member's taste: V is without them.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from candidates.als.content import Prior, with_content
from candidates.als.factorization import Objective, Schedule, factorize
from pagegen.arrays import AnyArray, Float32, Float64, Int32, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import NoRows
from pagegen.pool.history import rows_of, scored_by_vectors, who_played_what


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    embedding_size: Annotated[int, Meta(ge=1)] = 32
    epochs: Annotated[int, Meta(ge=0)] = 12
    reg: Annotated[float, Meta(ge=0)] = 0.25
    reg_exponent: Annotated[float, Meta(ge=0, le=1)] = 0.7  # 0: all rows alike, 1: by what is known of each
    alpha: Annotated[float, Meta(ge=1)] = 5.0  # confidence of a play over that of none
    steps: Annotated[int, Meta(ge=1)] = 3  # of conjugate gradients, in each half of an epoch
    threads: Annotated[int, Meta(ge=1)] = 2
    content_weight: Annotated[float, Meta(ge=0)] = (
        0.0  # plays that a title's tags count for; 0: factors from plays alone
    )
    content_reg: Annotated[float, Meta(gt=0)] = 0.1  # of the regression of factors on tags


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_history: Annotated[int, Meta(ge=1)] = 500  # latest titles a member's vector is solved from


@record
class Als(NoRows):
    config: PageConfig
    objective: Objective
    title: Int32  # [K] catalog position of each factor; NONE when the title has left
    factors: Float32  # [K, embedding_size] those of titles that had been played come first
    learned: int  # how many those are
    spread: Float64  # [embedding_size] the diagonal of V'V, of the learned
    row_of: Int32  # [T] factor of each title; NONE without one
    name: str = "als"

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] products with the member's vector; NaN for titles without factors and members without history."""
        return scored_by_vectors(contexts, self.row_of, self.config.max_history, self.factors, self._solve)

    def _solve(self, rows: Int32) -> Float32:
        """[embedding_size] the vector of a member who played these factors' titles."""
        played, alpha = self.factors[rows].astype(np.float64), self.objective.alpha
        weight = self.spread + self.objective.reg_of(np.array([len(rows)]), self.learned)
        if len(rows) < len(weight):
            scaled = played / weight
            share = np.linalg.solve(np.eye(len(rows)) + (alpha - 1.0) * (scaled @ played.T), np.ones(len(rows)))
            return (alpha * (share @ scaled)).astype(np.float32)
        left = np.diag(weight) + (alpha - 1.0) * (played.T @ played)
        return np.linalg.solve(left, alpha * played.sum(axis=0)).astype(np.float32)

    def save(self) -> Mapping[str, AnyArray]:
        objective = (self.objective.alpha, self.objective.reg, self.objective.reg_exponent)
        arrays = {"title": self.title, "factors": self.factors, "objective": np.array(objective)}
        return arrays if self.learned == len(self.title) else {**arrays, "learned": np.array([self.learned])}


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> Als:
    """Factorize who played what; titles nobody played get a factor from their content, or none."""
    known, matrix = who_played_what(past)
    objective = Objective(alpha=config.alpha, reg=config.reg, reg_exponent=config.reg_exponent)
    schedule = Schedule(epochs=config.epochs, steps=config.steps, threads=config.threads)
    _, factors = factorize(matrix, config.embedding_size, objective, schedule, rng)
    every, factors = (
        _with_content(past, known, factors, matrix, config)
        if config.content_weight and len(known)
        else (known, factors)
    )
    return _model((every, len(known)), _along_axes(factors, len(known)), len(past.data.catalog), (objective, page))


def _with_content(
    past: Past, known: Int32, factors: Float32, matrix: csr_matrix, config: FitConfig
) -> tuple[Int32, Float32]:
    """The known titles, then those that have nothing but their content; and the factors of all these."""
    titles = len(past.data.catalog)
    played, learnt = np.zeros(titles, np.int64), np.zeros((titles, config.embedding_size), np.float32)
    played[known], learnt[known] = matrix.getnnz(axis=0), factors
    fused = with_content(past, learnt, played, Prior(weight=config.content_weight, reg=config.content_reg))
    unseen = np.flatnonzero((played == 0) & ~np.isnan(fused[:, 0])).astype(np.int32)
    every = np.concatenate([known, unseen])
    return every, fused[every]


def _along_axes(factors: Float32, learned: int) -> Float32:
    """The factors, rotated so that V'V of the learned is diagonal."""
    wide = factors.astype(np.float64)
    with threadpool_limits(1, "blas"):  # other threads, other bits
        _, axes = np.linalg.eigh(wide[:learned].T @ wide[:learned])
        return (wide @ axes).astype(np.float32)


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Als:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    alpha, reg, exponent = arrays["objective"].tolist()
    objective = Objective(alpha=alpha, reg=reg, reg_exponent=exponent)
    learned = int(arrays["learned"][0]) if "learned" in arrays else len(arrays["title"])
    return _model((titles[arrays["title"]], learned), arrays["factors"], size, (objective, page))


def _model(title: tuple[Int32, int], factors: Float32, size: int, given: tuple[Objective, PageConfig]) -> Als:
    """The model of these factors' titles, the first so many of them learned."""
    (position, learned), (objective, config) = title, given
    if factors.shape[:-1] != position.shape:
        message = f"{len(position)} titles with factors of shape {factors.shape}"
        raise ValueError(message)
    return Als(
        config=config,
        objective=objective,
        title=position,
        factors=factors,
        learned=learned,
        spread=np.einsum("ks,ks->s", factors[:learned], factors[:learned], dtype=np.float64),
        row_of=rows_of(position, size),
    )
