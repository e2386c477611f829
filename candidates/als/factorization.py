"""
Implicit matrix factorization by alternating least squares, with frequency-scaled regularization.

    sum_{u,t} c_ut (y_ut - x_u . v_t)^2 + sum_u reg_u |x_u|^2 + sum_t reg_t |v_t|^2

where y is 1 and c is `alpha` on played pairs, y is 0 and c is 1 on all others (Hu, Koren and Volinsky, ICDM 2008;
`alpha` as the package `implicit` means it). A row is regularized by its confidences,

    reg_u = reg * (sum_t c_ut)^reg_exponent,

so that an exponent of 0 treats all rows alike and 1 scales with what is known of each: lambda* and nu of Rendle,
Krichene, Zhang and Koren, "Revisiting the performance of iALS" (RecSys 2022), whose alpha0 is 1 / (alpha - 1).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from pagegen.arrays import Float32, Int64, record

FLOATS_AT_ONCE = 1_000_000  # gathered factors of the rows that are solved together: 4 MB
FIRST_LENGTH = 0.1  # expected length of a row of factors before the first epoch (Rendle et al.)


@record
class Objective:
    alpha: float  # confidence of a play over that of none
    reg: float
    reg_exponent: float

    def reg_of(self, played: Int64, others: int) -> Float32:
        """[rows] the regularization of rows that played so many of the others."""
        return (self.reg * (played * (self.alpha - 1.0) + others) ** self.reg_exponent).astype(np.float32)


@record
class Schedule:
    epochs: int
    steps: int  # of conjugate gradients, from where the last epoch left a row
    threads: int


def factorize(
    matrix: csr_matrix, size: int, objective: Objective, schedule: Schedule, rng: np.random.Generator
) -> tuple[Float32, Float32]:
    """
    The factors [members, size] and [titles, size] of a matrix with an entry for every played pair.

    Every row is solved for itself, on one thread of BLAS: the bytes do not depend on the number of threads.
    """
    members, titles = (
        (rng.standard_normal((rows, size)) * FIRST_LENGTH / size**0.5).astype(np.float32) for rows in matrix.shape
    )
    sides = ((matrix, members, titles), (matrix.T.tocsr(), titles, members))
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(schedule.threads) as threads:
        for _ in range(schedule.epochs):
            for played, mine, theirs in sides:
                half = half_step(played, mine, theirs, objective, schedule.steps)
                list(threads.map(half.solve, half.blocks()))  # a list: an error is raised here
    return members, titles


@record
class HalfStep:
    """Factors of all rows, given those of the other side."""

    start: Int64  # [rows + 1]
    played: Int64  # [entries] of the other side
    mine: Float32  # [rows, size] solved in place, from what they are
    theirs: Float32  # [others, size]
    gram: Float32  # [size, size]
    reg: Float32  # [rows]
    alpha: np.float32
    steps: int

    def blocks(self) -> Iterator[Int64]:
        """Rows with equally many entries, so many that their gathered factors fit a cache."""
        length = self.start[1:] - self.start[:-1]
        by_length = np.argsort(length, kind="stable")
        for rows in np.split(by_length, np.flatnonzero(np.diff(length[by_length])) + 1) if len(length) else ():
            most = max(1, FLOATS_AT_ONCE // max(1, length[rows[0]] * self.theirs.shape[1]))
            yield from (rows[low : low + most] for low in range(0, len(rows), most))

    def solve(self, rows: Int64) -> None:
        """Conjugate gradients for (V'V + (alpha - 1) V_u'V_u + reg_u I) x_u = alpha V_u'1, all rows at once."""
        entry = self.start[rows][:, None] + np.arange(self.start[rows[0] + 1] - self.start[rows[0]])
        near = self.theirs[self.played[entry]]  # [rows, entries, size]
        x = self.mine[rows]
        rest = self.alpha * near.sum(axis=1) - self._left(rows, near, x)
        toward, size = rest.copy(), _dots(rest, rest)
        for _ in range(self.steps):
            image = self._left(rows, near, toward)
            step = size / np.maximum(_dots(toward, image), TINY)
            x += step * toward
            rest -= step * image
            before, size = size, _dots(rest, rest)
            toward = rest + size / np.maximum(before, TINY) * toward
        self.mine[rows] = x

    def _left(self, rows: Int64, near: Float32, x: Float32) -> Float32:
        """[rows, size] the left side of the equations times x; no matrix of a row is ever formed."""
        product = np.matmul(near, x[:, :, None])  # [rows, entries, 1]
        played = np.matmul(product.transpose(0, 2, 1), near)[:, 0]
        return x @ self.gram + (self.alpha - 1) * played + self.reg[rows, None] * x


TINY = np.float32(1e-30)  # of a row that is solved already


def _dots(a: Float32, b: Float32) -> Float32:
    """[rows, 1] products of the rows of two matrices."""
    return np.einsum("rs,rs->r", a, b)[:, None]


def half_step(matrix: csr_matrix, mine: Float32, theirs: Float32, objective: Objective, steps: int) -> HalfStep:
    """The half step of the rows of a matrix."""
    start = matrix.indptr.astype(np.int64)
    return HalfStep(
        start=start,
        played=matrix.indices.astype(np.int64),
        mine=mine,
        theirs=theirs,
        gram=theirs.T @ theirs,
        reg=objective.reg_of(start[1:] - start[:-1], len(theirs)),
        alpha=np.float32(objective.alpha),
        steps=steps,
    )
