"""The gate: what a bundle must show, and what is said when it does not."""

from typing import Any

import pytest

from pagegen.errors import GateError
from pagegen.training.gate import check_gate

BETTER = {"ranker": "boosted_trees", "over_popularity": {"mean": 0.02, "low": -0.01, "high": 0.05}}


def difference(mean: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "low": low, "high": high}


@pytest.mark.parametrize(
    "report",
    [
        BETTER,
        BETTER | {"over_previous": difference(-0.01, -0.03, 0.01)},
        BETTER | {"over_previous": difference(-0.01, -0.03, 0.0)},
        BETTER | {"over_previous": difference(0.01, 0.005, 0.02)},
        {"ranker": "popularity", "over_popularity": difference(0.0, 0.0, 0.0)},
        {"ranker": "popularity"},
        {"ranker": "popularity", "over_previous": difference(-0.1, -0.3, 0.1)},
    ],
    ids=[
        "better",
        "not surely worse",
        "just not",
        "surely better",
        "fallback",
        "fallback, unjudged",
        "fallback, unsure",
    ],
)
def test_it_passes(report: dict[str, Any]) -> None:
    """Better than popularity on average is enough, and the previous one must not be surely better."""
    check_gate(report, "popularity")


@pytest.mark.parametrize(
    ("report", "reasons"),
    [
        (
            BETTER | {"over_popularity": difference(-0.0123, -0.02, 0.01)},
            "not better than popularity: NDCG@10 -0.0123 on the held-out window",
        ),
        (
            BETTER | {"over_popularity": difference(0.0, -0.02, 0.02)},
            "not better than popularity: NDCG@10 +0.0000 on the held-out window",
        ),
        (
            {"ranker": "boosted_trees"},
            "not better than popularity: there is nothing to judge it by on the held-out window",
        ),
        (
            BETTER | {"over_previous": difference(-0.05, -0.08, -0.02)},
            "significantly worse than the previous bundle: NDCG@10 -0.0500, 95 % interval -0.0800 to -0.0200",
        ),
        (
            {"ranker": "popularity", "over_previous": difference(-0.05, -0.08, -0.02)},
            "significantly worse than the previous bundle: NDCG@10 -0.0500, 95 % interval -0.0800 to -0.0200",
        ),
        (
            BETTER | {"over_popularity": difference(-0.5, -1, 0), "over_previous": difference(-0.05, -0.08, -0.02)},
            "not better than popularity: NDCG@10 -0.5000 on the held-out window; "
            "significantly worse than the previous bundle: NDCG@10 -0.0500, 95 % interval -0.0800 to -0.0200",
        ),
    ],
    ids=["worse than popularity", "no better", "unjudged", "worse than before", "a fallback that is worse", "both"],
)
def test_it_refuses_with_its_numbers(report: dict[str, Any], reasons: str) -> None:
    """Every reason at once, and what can be done."""
    with pytest.raises(GateError) as refusal:
        check_gate(report, "popularity")

    assert f"the gate refuses the bundle: {reasons}. It is kept, but not published; --no-gate publishes it" == str(
        refusal.value
    )
