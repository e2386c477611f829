"""Whose pages a report shows: a typical member, the largest rise and fall, and one who is hardly known."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pagegen.arrays import Float64, record
from pagegen.errors import DataError
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.wording import signed
from pagegen.training.fit import rng_of

CHANGE = "{change}"  # of the occasion that is chosen


@record
class Chosen:
    occasion: int
    why: str


def choose(found: Found) -> Sequence[Chosen]:
    """
    At most four occasions, all of different members; ties are broken by the experiment's seed.

    The differences are those of the first cell whose comparison stands, on the measure of the verdict.
    """
    occasions = found.results.occasions
    order = rng_of(found.results.run.rng_seed, "report", "members").permutation(occasions.height)
    asked = occasions[order]
    asked = asked.with_columns(moved=_differences(found, asked))
    wishes = [*_by_difference(found, asked), *_cold(asked)] or [(asked[:1], "The first by lot")]
    chosen, members = list[Chosen](), set[str]()
    for candidates, why in wishes:
        fresh = candidates.filter(~pl.col("member_id").is_in(sorted(members)))
        if fresh.height:
            first = fresh.row(0, named=True)
            members.add(first["member_id"])
            why = why.replace(CHANGE, signed(first["moved"], 3))
            chosen.append(Chosen(occasion=first["occasion"], why=why))
    return chosen


def _differences(found: Found, asked: pl.DataFrame) -> Float64:
    """[occasions] of the headline measure; NaN where a page has none."""
    kind, missing = found.headline, np.full(asked.height, np.nan)
    if not kind or not found.others:
        return missing
    try:
        mine, its = (_values(found, cell, kind.name, asked) for cell in (_cell(found), found.baseline))
    except DataError:
        return missing
    return mine - its


def _cell(found: Found) -> str:
    return next((cell for cell in found.others if found.stands(cell)), found.others[0])


def _values(found: Found, cell: str, name: str, asked: pl.DataFrame) -> Float64:
    values = found.results.values(cell)
    if name not in values.columns:
        return np.full(asked.height, np.nan)
    joined = asked.select("occasion").join(
        values.select("occasion", name), on="occasion", how="left", maintain_order="left"
    )
    return joined[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _by_difference(found: Found, asked: pl.DataFrame) -> list[tuple[pl.DataFrame, str]]:
    """Candidates, best first, and why they are; extremes choose before the typical, which has many like it."""
    known = asked.filter(pl.col("moved").is_not_nan())
    if not known.height or not found.headline:
        return []
    changes = f"{_cell(found)} changes {found.headline.name} by {CHANGE}"
    off = (pl.col("moved") - pl.col("moved").mean()).abs()
    return [
        (
            known.filter(pl.col("moved") > 0).sort("moved", descending=True, maintain_order=True),
            f"Largest rise: {changes}",
        ),
        (known.filter(pl.col("moved") < 0).sort("moved", maintain_order=True), f"Largest fall: {changes}"),
        (known.sort(off, maintain_order=True), f"Typical: {changes}, near the mean"),
    ]


def _cold(asked: pl.DataFrame) -> list[tuple[pl.DataFrame, str]]:
    if "cold" not in asked.columns:
        return []
    cold = asked.filter(pl.col("cold") == "cold")
    return [(cold, "Cold: hardly anything is known of this member")] if cold.height else []
