"""
Looks into the results of an experiment from Python: the beginning of a notebook.

    python -m tools.experiments.example RUN                    # a folder that `pagegen simulate` wrote
    python -m tools.experiments.example RUN EXPERIMENT.toml    # after running it into that folder
"""

import subprocess
import sys
from pathlib import Path

import polars as pl

import pagegen


def means(results: pagegen.Results) -> pl.DataFrame:
    """Every measure, the cells beside each other."""
    everybody = results.estimates.filter(stratum="all")
    return everybody.pivot("cell", index="metric", values="mean", maintain_order=True)


def verdicts(results: pagegen.Results) -> pl.DataFrame:
    """Every measure of every cell against the baseline, for all members together."""
    return results.differences.filter(stratum="all").select(
        "metric", "cell", "members", "pages", "baseline_mean", "mean", "difference", "low", "high", "p_holm", "verdict"
    )


def surprises(results: pagegen.Results, measure: str, fewest: int = 30) -> pl.DataFrame:
    """The strata, of so many members at least, in which a cell differs most from what it does for everybody."""
    moved = results.differences.filter(metric=measure)
    everybody = moved.filter(stratum="all").select("cell", usual="difference")
    apart = (pl.col("difference") - pl.col("usual")).abs()
    return (
        moved.filter(pl.col("stratum") != "all", pl.col("members") >= fewest)
        .join(everybody, on="cell")
        .sort(apart, descending=True, nulls_last=True)
        .select("stratum", "cell", "members", "pages", "difference", "low", "high", "usual", "verdict")
    )


def gains(results: pagegen.Results, cell: str, measure: str) -> pl.DataFrame:
    """What each page gains in a cell, with the request beside it; the largest gain first."""
    its = results.values(results.run.baseline).select("occasion", baseline=measure)
    both = results.values(cell).select("occasion", mine=measure).join(its, on="occasion")
    gained = both.with_columns(gain=pl.col("mine") - pl.col("baseline")).fill_nan(None).drop_nulls("gain")
    return gained.join(results.occasions, on="occasion").sort("gain", descending=True, maintain_order=True)


def first_rows(results: pagegen.Results, cell: str) -> pl.DataFrame:
    """Which row kinds stand on top; pages are read lazily, and only the column that is asked for."""
    top = results.pages(cell).select(kind=pl.col("row_kinds").list.first())
    return top.group_by("kind").len("pages").sort("pages", "kind", descending=[True, False]).collect()


def main(folder: str, experiment: str | None = None) -> None:
    if experiment:
        subprocess.run([sys.executable, "-m", "pagegen", "simulate", experiment, "--out", folder], check=True)
    results = pagegen.read_results(Path(folder))
    run, cells = results.run, results.run.others
    measure = next(iter(results.differences["metric"]), None)
    show(f"{run.name}: means", means(results))
    show("Leakage", results.leakage)
    show(f"Differences from {run.baseline}", verdicts(results))
    for cell in cells if measure else []:
        show(f"{cell}: rows on top", first_rows(results, cell))
        asked = ("occasion", "member_id", "time", "device", "baseline", "mine", "gain")
        moved = gains(results, cell, str(measure)).select(asked)
        show(f"{cell}: pages that gain most {measure}", moved.head(5))
        show(f"{cell}: pages that lose most", moved.tail(5))
    if measure:
        show(f"Where {measure} comes out otherwise", surprises(results, measure))


def show(title: str, frame: pl.DataFrame) -> None:
    print(f"\n{title}")
    with pl.Config(tbl_rows=24, tbl_cols=12, tbl_width_chars=160, tbl_hide_dataframe_shape=True, float_precision=4):
        print(frame)


if __name__ == "__main__":
    main(*sys.argv[1:3])
