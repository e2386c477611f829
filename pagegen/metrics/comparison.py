"""
What an experiment says: each cell's metrics with intervals, and how cells differ, member by member.

Members weigh the same, however many pages each has: a member's value is the mean over his or her pages.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from pagegen.arrays import AnyArray, Float64
from pagegen.errors import SchemaError
from pagegen.metrics.bootstrap import mean_intervals
from pagegen.metrics.holm import holm
from pagegen.metrics.randomization import sign_flip_test
from pagegen.metrics.results import ALPHA, Difference, Estimate

NUMBERS = ("mean", "baseline_mean", "difference", "low", "high", "p", "p_holm")
Values: TypeAlias = Mapping[str, Float64]  # by metric: [B], NaN where a page has none


def estimate(
    values: Values, member: AnyArray, rng: np.random.Generator, *, cell: str, stratum: str = "all"
) -> tuple[Estimate, ...]:
    """
    Each metric's mean with its interval.

    Args:
        values: of one cell; the pages of a stratum are chosen before.
        member: [B] whose page it is.
        rng: for the bootstrap.
        cell: its name.
        stratum: its name.
    """
    pages = _stacked(values, member)
    means = member_means(pages, member)
    ends = mean_intervals(means, np.arange(means.shape[1]), rng, level=1 - ALPHA).tolist()
    counts = zip(_known(means), _known(pages), _mean(means).tolist(), ends, strict=True)
    return tuple(
        Estimate(metric=name, cell=cell, stratum=stratum, members=m, pages=b, mean=mean, low=low, high=high)
        for name, (m, b, mean, (low, high)) in zip(values, counts, strict=True)
    )


def compare(
    values: Values,
    baseline: Values,
    member: AnyArray,
    rng: np.random.Generator,
    *,
    names: tuple[str, str] = ("cell", "baseline"),
    stratum: str = "all",
) -> tuple[Difference, ...]:
    """
    How each metric of a cell differs from the baseline's; Holm's correction is over the metrics given here.

    Args:
        values: of the cell.
        baseline: the same metrics of the other cell, on the same pages.
        member: [B] whose page it is.
        rng: for the bootstrap, then for the random signs.
        names: of cell and baseline.
        stratum: its name.
    """
    mine, its = _stacked(values, member), _stacked({name: baseline[name] for name in values}, member)
    missing = np.isnan(mine - its)
    mine, its = (np.where(missing, np.nan, pages) for pages in (mine, its))
    delta = member_means(mine - its, member)
    ends = mean_intervals(delta, np.arange(delta.shape[1]), rng, level=1 - ALPHA)
    p = np.where(np.isnan(delta).all(axis=1), np.nan, sign_flip_test(delta, rng))
    numbers = np.column_stack(
        [*(_mean(member_means(part, member)) for part in (mine, its)), _mean(delta), ends, p, holm(p)]
    ).tolist()
    counts = zip(values, _known(delta), _known(mine), numbers, strict=True)
    return tuple(
        Difference(
            metric=metric,
            cell=names[0],
            baseline=names[1],
            stratum=stratum,
            members=members,
            pages=pages,
            **dict(zip(NUMBERS, row, strict=True)),
        )
        for metric, members, pages, row in counts
    )


def member_means(value: Float64, member: AnyArray) -> Float64:
    """
    [V, M] mean of the values [V, B] of each member, by ascending member; NaN without any.

    Examples:
        >>> member_means(np.array([[1.0, 2.0, np.nan, 6.0]]), np.array([7, 3, 9, 7])).tolist()
        [[2.0, 3.5, nan]]
    """
    members, unit = np.unique(member, return_inverse=True)
    means = np.full((len(value), len(members)), np.nan)
    for row, pages in zip(means, value, strict=True):
        known = ~np.isnan(pages)
        count = np.bincount(unit[known], minlength=len(members))
        total = np.bincount(unit[known], pages[known], minlength=len(members))
        row[count > 0] = total[count > 0] / count[count > 0]
    return means


def _stacked(values: Values, member: AnyArray) -> Float64:
    wrong = [name for name, value in values.items() if value.shape != (len(member),)]
    if wrong:
        message = f"{', '.join(wrong)}: not one value for each of {len(member)} pages"
        raise SchemaError(message)
    return np.array(list(values.values()), np.float64).reshape(len(values), len(member))


def _known(value: Float64) -> list[int]:
    counts: list[int] = (~np.isnan(value)).sum(axis=1).tolist()
    return counts


def _mean(value: Float64) -> Float64:
    """[V] mean over members; NaN without any."""
    return (
        member_means(value, np.zeros(value.shape[1], np.int64))[:, 0] if value.shape[1] else np.full(len(value), np.nan)
    )
