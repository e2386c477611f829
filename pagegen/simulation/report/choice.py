"""Whose pages a report shows: a typical member, the largest rise and fall, and one who is hardly known."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pagegen.arrays import Float64, record
from pagegen.errors import DataError
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.wording import signed
from pagegen.training.fit import rng_of


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
    moved = _differences(found, asked)
    wishes = [*_by_difference(found, asked, moved), *_cold(asked)] or [(asked[:1], "The first by lot")]
    chosen, members = list[Chosen](), set[str]()
    for candidates, why in wishes:
        fresh = candidates.filter(~pl.col("member_id").is_in(sorted(members)))
        if fresh.height:
            members.add(fresh["member_id"][0])
            chosen.append(Chosen(occasion=int(fresh["occasion"][0]), why=why))
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


def _by_difference(found: Found, asked: pl.DataFrame, moved: Float64) -> list[tuple[pl.DataFrame, str]]:
    known = np.flatnonzero(~np.isnan(moved))
    if not len(known) or not found.headline:
        return []
    cell, name, mean = _cell(found), found.headline.name, float(moved[known].mean())
    typical = known[np.argsort(np.abs(moved[known] - mean), kind="stable")]
    best = known[np.argsort(-moved[known], kind="stable")]
    wishes = [
        (asked[typical], f"Typical: {cell} changes {name} by {signed(float(moved[typical[0]]), 3)}, near the mean")
    ]
    if moved[best[0]] > 0:
        wishes.append((asked[best], f"Largest rise: {cell} changes {name} by {signed(float(moved[best[0]]), 3)}"))
    if moved[best[-1]] < 0:
        worst = best[::-1]
        wishes.append((asked[worst], f"Largest fall: {cell} changes {name} by {signed(float(moved[worst[0]]), 3)}"))
    return wishes


def _cold(asked: pl.DataFrame) -> list[tuple[pl.DataFrame, str]]:
    if "cold" not in asked.columns:
        return []
    cold = asked.filter(pl.col("cold") == "cold")
    return [(cold, "Cold: hardly anything is known of this member")] if cold.height else []
