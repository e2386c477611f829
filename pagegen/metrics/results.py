"""What was found: estimates and differences, and tables of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import polars as pl

ALPHA = 0.05
ALL = "all"  # the stratum of everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One metric of one cell in one stratum."""

    metric: str
    cell: str
    stratum: str
    members: int  # with a value
    pages: int  # with a value
    mean: float  # of members
    low: float  # of the bootstrap interval
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A cell against another one on the pages where both have a value."""

    metric: str
    cell: str
    baseline: str
    stratum: str
    members: int
    pages: int
    mean: float  # of members, in the cell
    baseline_mean: float
    difference: float  # mean of the members' own
    low: float  # of the paired bootstrap interval
    high: float
    p: float  # of the paired randomization test
    p_holm: float  # corrected for all metrics compared at once

    @property
    def significant(self) -> bool:
        """By the corrected p."""
        return self.p_holm < ALPHA

    @property
    def verdict(self) -> str:
        """One of `higher`, `lower` and `n.s.`; which of them is better, the metric says."""
        return "n.s." if not self.significant else "higher" if self.difference > 0 else "lower"


def frame(results: Iterable[Estimate | Difference]) -> pl.DataFrame:
    """One row a result; a difference has its verdict beside it."""
    rows = []
    for result in results:
        said = {"significant": result.significant, "verdict": result.verdict} if isinstance(result, Difference) else {}
        rows.append({**asdict(result), **said})
    return pl.DataFrame(rows)
