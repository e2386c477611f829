"""What training found, as a person reads it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from pagegen.training.job import Done


def print_done(done: Done) -> None:
    """The held-out numbers, and where the bundle is."""
    console = Console()
    if not done.changed:
        console.print(f"Nothing has changed: {done.bundle_id} in {done.folder}", soft_wrap=True)
        return
    print_report(console, done.report)
    where = "published" if done.published else "not published"
    console.print(f"Bundle {done.bundle_id} in {done.folder} ({where})", soft_wrap=True)


def print_report(console: Console, report: Mapping[str, Any]) -> None:
    """What a bundle's training measured on the newest window, which its ranker was not fitted on."""
    held = report.get("held_out", {"requests": 0, "members": 0})
    title = f"Newest window: {held['requests']} requests of {held['members']} members"
    table = Table(title=title, title_justify="left", show_header=False, box=None)
    for name, value in _lines(report):
        table.add_row(name, value)
    console.print(table)


def _lines(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [("ranker", f"{report['ranker']}, on {report['positives']:,} positives in {report['requests']:,} requests")]
    if "ndcg_10" in report:
        lines += [
            ("NDCG@10", f"{report['ndcg_10']:.4f}"),
            ("  popularity", f"{report['popularity_ndcg_10']:.4f}  ({_interval(report['over_popularity'])})"),
        ]
    if "previous_ndcg_10" in report:
        lines.append(("  previous", f"{report['previous_ndcg_10']:.4f}  ({_interval(report['over_previous'])})"))
    known = [("calibration_error", "calibration error", "{:.5f}"), ("pool_recall", "pool recall", "{:.3f}")]
    known.append(("coverage_20", "coverage@20", "{:.3f}"))
    return lines + [(label, form.format(report[name])) for name, label, form in known if name in report]


def _interval(difference: Mapping[str, float]) -> str:
    return f"{difference['mean']:+.4f}, 95 % {difference['low']:+.4f} to {difference['high']:+.4f}"
