"""Reports of imports and checks, for people."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pagegen.data.check import CheckReport, Problem
from pagegen.data.facts import Facts
from pagegen.data.importing.report import ImportReport

COLOURS = {"error": "red", "warning": "yellow"}


def print_import(report: ImportReport, out: Path) -> None:
    console = Console()
    counts = _table("table", "read", "kept", "skipped", "rejected")
    for table in report.tables:
        numbers = (table.read, table.kept, table.skipped, sum(reason.rows for reason in table.rejected))
        counts.add_row(table.table, *(f"{number:,}" for number in numbers))
    console.print(counts)
    if report.rejected:
        console.print(
            _rejected(report), f"All rejected rows are in {escape(str(out.with_name(report.reject_file or '')))}"
        )
    if report.not_imported:
        console.print(f"[dim]Not imported: {escape('; '.join(report.not_imported))}[/dim]")
    console.print(f"Wrote {escape(str(out))} ({report.source}). Next: pagegen check {escape(str(out))}", soft_wrap=True)


def _rejected(report: ImportReport) -> Table:
    reasons = _table("rejected", "reason", "rows", "first lines")
    for table in report.tables:
        for reason in table.rejected:
            reasons.add_row(table.table, reason.reason, f"{reason.rows:,}", ", ".join(map(str, reason.first_lines)))
    return reasons


def print_check(report: CheckReport, data: Path) -> None:
    console = Console()
    for problem in report.problems:
        console.print(
            f"[{COLOURS[problem.severity]}]{problem.severity}[/] {escape(_sentence(problem))}", soft_wrap=True
        )
    if report.facts is not None:
        console.print(_facts(report.facts))
    kinds = _table("row kind", "supported")
    for kind, reason in report.row_kinds.items():
        kinds.add_row(kind, "yes" if reason is None else f"no: {reason}")
    console.print(kinds)
    warnings = len(report.problems) - report.errors
    console.print(f"{escape(str(data))}: {report.errors} errors, {warnings} warnings", soft_wrap=True)


def _sentence(problem: Problem) -> str:
    rows = f" ({problem.rows:,} rows; {', '.join(problem.examples)})" if problem.rows else ""
    return f"{problem.table}: {problem.says}{rows}"


def _facts(facts: Facts) -> Table:
    lines = {
        "titles": f"{facts.titles:,}, {facts.series:,} of them series",
        "described": f"{facts.titles_with_genres:,} with genres, {facts.titles_with_people:,} with people, "
        f"{facts.titles_with_maturity:,} with a maturity level",
        "windows": f"{facts.titles_with_windows:,} titles with windows, {facts.titles_leaving:,} of them leaving",
        "releases": f"{facts.titles_released:,} known, {facts.exact_releases:,} to the day, "
        f"{facts.releases_in_range:,} in the time of the log or the year before",
        "members": f"{facts.members:,}, {facts.members_described:,} described, {facts.kids_members:,} kids",
        "countries": ", ".join(facts.countries) or "not known",
        "events": ", ".join(f"{rows:,} {kind}" for kind, rows in facts.events_by_kind.items()) or "none",
        "time": f"{_day(facts.first_event_ms)} to {_day(facts.last_event_ms)}, {facts.days:,.1f} days",
        "histories": f"longest {facts.longest_history:,} events",
        "unfinished": f"{facts.unfinished_plays:,} plays, {facts.unfinished_share:.1%} of all",
        "grades": f"{facts.graded_events:,}",
        "episodes": f"{facts.episodes:,}",
        "pages": f"{facts.pages:,}",
    }
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in lines.items():
        table.add_row(f"[dim]{name}[/dim]", value)
    return table


def _day(ms: int | None) -> str:
    return "never" if ms is None else f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d}"


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, justify="right" if name in ("read", "kept", "skipped", "rows") else "left")
    return table
