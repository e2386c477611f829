"""The gate: what a bundle must show before it is published."""

from collections.abc import Mapping
from typing import Any

from pagegen.errors import GateError


def check_gate(report: Mapping[str, Any], fallback: str) -> None:
    """
    Refuse a bundle that is not better than popularity, or is significantly worse than the previous one.

    A bundle that carries the fallback ranker, because there was too little to learn from, only meets the second rule.

    Raises:
        GateError: with every reason and its numbers.
    """
    reasons = []
    over = report.get("over_popularity")
    if report["ranker"] != fallback and not (over and over["mean"] > 0):
        found = f"NDCG@10 {over['mean']:+.4f}" if over else "there is nothing to judge it by"
        reasons.append(f"not better than popularity: {found} on the held-out window")
    before = report.get("over_previous")
    if before and before["high"] < 0:
        interval = f"95 % interval {before['low']:+.4f} to {before['high']:+.4f}"
        reasons.append(f"significantly worse than the previous bundle: NDCG@10 {before['mean']:+.4f}, {interval}")
    if reasons:
        message = (
            f"the gate refuses the bundle: {'; '.join(reasons)}. It is kept, but not published; --no-gate publishes it"
        )
        raise GateError(message)
