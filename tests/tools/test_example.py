"""The example a notebook may begin as."""

from pathlib import Path

import pytest

import pagegen
from tools.experiments import example


def test_it_prints_what_was_found(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Estimates, leaks, differences, pages and strata of a finished run, through the public face."""
    example.main(str(run_folder))
    printed = capsys.readouterr().out

    assert "greedy against template: means" in printed
    assert "Differences from popular" in printed
    assert "taste: rows on top" in printed
    assert "Where ndcg@10 comes out otherwise" in printed


def test_gains_are_differences_of_values(run_folder: Path) -> None:
    """Page by page, the largest first, with the request beside it."""
    results = pagegen.read_results(run_folder)
    gained = example.gains(results, "taste", "ndcg@10")
    mine, its = (results.values(cell)["ndcg@10"].fill_nan(None) for cell in ("taste", "popular"))

    assert gained["gain"].is_sorted(descending=True)
    assert gained["gain"].sum() == pytest.approx((mine - its).sum())
    assert {"member_id", "activity"} <= set(gained.columns)


def test_surprises_are_the_strata_that_differ_most(run_folder: Path) -> None:
    """From what the cell does for everybody."""
    found = example.surprises(pagegen.read_results(run_folder), "ndcg@10", fewest=1)
    apart = (found["difference"] - found["usual"]).abs().drop_nulls().drop_nans()

    assert apart.is_sorted(descending=True)
    assert found.height
    assert "all" not in found["stratum"].to_list()
