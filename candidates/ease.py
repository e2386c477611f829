"""
EASE and EDLAE: linear autoencoders in closed form, a dense matrix that says how each title speaks for the others.

EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019) minimizes, with a diagonal of zeros,

    ||X - X B||² + reg ||B||²        B = I - P diag(1 / diag P),   P = (X'X + reg I)^-1

for the 0/1 matrix X of members and titles; a member's scores are x B, so row s is what a title s in the history adds.

EDLAE (Steck, "Autoencoders that don't overfit towards the Identity", NeurIPS 2020) leaves out each played title with
chance `dropout` = p and is judged only on what it has to restore (emphasis a = 1, b = 0). On average over what is left
out that is EASE with titles regularized by how much they are played, of the weights times 1 - p:

    ||X - X B||² + ||(p / (1 - p) diag(X'X) + reg I)^½ B||²        P = (X'X + p / (1 - p) diag(X'X) + reg I)^-1

Two powers are ours. `activity` weighs the squared errors of a member by (their titles / the mean)^-activity, so that
members who play everything do not decide what belongs together; X'X is then X'WX. `discount` divides the scores of a
title by its plays^discount. On ml-1m they are worth .007 recall@20; both 0 is the paper.

Cost, K the titles with plays: fit K³ multiplications and 12 K² bytes, disk and memory 4 K² bytes (mapped), a request
K additions for each title of the history.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from scipy.linalg import lapack
from scipy.sparse import csr_matrix, diags
from threadpoolctl import threadpool_limits

from pagegen.arrays import AnyArray, Float32, Float64, Int32, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.errors import ConfigError
from pagegen.pool import NoRows
from pagegen.pool.history import rows_of, scored, who_played_what

BLOCK = 1_024  # rows of the matrix that are made at once


class EaseConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reg: Annotated[float, Meta(gt=0)] = 500.0
    max_titles: Annotated[int, Meta(ge=1, le=25_000)] = 12_000  # most played; 12,000 need 1.7 GB to fit, 0.6 to serve


class EdlaeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reg: Annotated[float, Meta(gt=0)] = 500.0
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.5  # chance that a played title is left out
    activity: Annotated[float, Meta(ge=0)] = 0.5  # how much less a busy member counts
    discount: Annotated[float, Meta(ge=0)] = 0.1  # how much a title suffers from being popular
    max_titles: Annotated[int, Meta(ge=1, le=25_000)] = 12_000


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_history: Annotated[int, Meta(ge=1)] = 1_000  # latest titles of a member that count


@record
class Ease(NoRows):
    config: PageConfig
    title: Int32  # [K] catalog position of each row; NONE when the title has left
    weight: Float32  # [K, K] B
    row_of: Int32  # [T] row of each title; NONE without one
    name: str

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] x B; NaN for titles nobody had played and for members without history."""
        return scored(contexts, self.row_of, self.config.max_history, self._sum)

    def _sum(self, titles: Int32) -> Float32:
        """[T] the rows of these titles, added up; anything where a title has none."""
        total = np.zeros(len(self.title), np.float32)
        for row in self.row_of[titles].tolist():
            total += self.weight[row]
        return total[self.row_of]

    def save(self) -> Mapping[str, AnyArray]:
        return {"title": self.title, "weight": self.weight}


def fit_ease(past: Past, config: EaseConfig, page: PageConfig, rng: np.random.Generator) -> Ease:
    """EASE of who played what: EDLAE without all that it adds."""
    del rng  # nothing is drawn
    plain = EdlaeConfig(reg=config.reg, dropout=0.0, activity=0.0, discount=0.0, max_titles=config.max_titles)
    return _fit("ease", past, plain, page)


def fit_edlae(past: Past, config: EdlaeConfig, page: PageConfig, rng: np.random.Generator) -> Ease:
    """EDLAE of who played what."""
    del rng  # nothing is drawn
    return _fit("edlae", past, config, page)


def _fit(name: str, past: Past, config: EdlaeConfig, page: PageConfig) -> Ease:
    title, played = who_played_what(past, config.max_titles)
    return _model(name, title, solved(played, config), len(past.data.catalog), page)


def solved(played: csr_matrix, config: EdlaeConfig) -> Float32:
    """[K, K] B of a 0/1 matrix [members, K]."""
    gram = _gram(played, config.activity)
    count = np.diagonal(gram).copy()
    gram[np.diag_indices_from(gram)] += config.dropout / (1.0 - config.dropout) * count + config.reg
    inverse, fault = _inverse(gram)
    if fault:
        message = f"reg is {config.reg}, too little for {len(gram)} titles: no inverse in 64 bits; raise it"
        raise ConfigError(message)
    scale = 1.0 / (np.diagonal(inverse) * np.asarray(played.sum(axis=0)).ravel() ** config.discount)
    weight = np.empty(inverse.shape, np.float32)
    for low in range(0, len(weight), BLOCK):
        weight[low : low + BLOCK] = -inverse[low : low + BLOCK] * scale
    np.fill_diagonal(weight, 0.0)
    return weight


def _gram(played: csr_matrix, activity: float) -> Float64:
    """[K, K] members who played both, the busy ones for less."""
    members, titles = played.shape
    length = np.asarray(played.sum(axis=1), np.float64).ravel()
    each = (length / max(1.0, length.sum() / max(1, members))) ** -activity
    weighed = (diags(each) @ played).tocsr() if members else played
    gram = np.empty((titles, titles))
    for low in range(0, titles, BLOCK):
        gram[low : low + BLOCK] = (played[:, low : low + BLOCK].T @ weighed).toarray()
    return gram


def _inverse(matrix: Float64) -> tuple[Float64, int]:
    """The inverse of a symmetric positive definite matrix, in its own memory; and not 0 where it has none."""
    if not len(matrix):
        return matrix, 0
    with threadpool_limits(1, "blas"):  # other threads, other bits
        factor, fault = lapack.dpotrf(matrix.T, lower=1, overwrite_a=1)
        if fault:
            return matrix, fault
        inverse, fault = lapack.dpotri(factor, lower=1, overwrite_c=1)
    for low in range(0, len(inverse), BLOCK):  # LAPACK wrote the lower triangle only
        high = low + BLOCK
        corner = np.tril(inverse[low:high, low:high], -1)
        inverse[low:high, low:high] = np.tril(inverse[low:high, low:high]) + corner.T
        inverse[low:high, high:] = inverse[high:, low:high].T
    return inverse, fault


def load_ease(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Ease:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    return _model("ease", titles[arrays["title"]], arrays["weight"], size, page)


def load_edlae(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Ease:
    """The same of EDLAE."""
    return _model("edlae", titles[arrays["title"]], arrays["weight"], size, page)


def _model(name: str, title: Int32, weight: Float32, size: int, page: PageConfig) -> Ease:
    return Ease(config=page, title=title, weight=weight, row_of=rows_of(title, size), name=name)
