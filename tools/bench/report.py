"""The report, for people."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tools.bench.figures import Plain, Report, Serving, Times


def show(report: Report, console: Console) -> None:
    """Print all figures."""
    machine = report.machine
    libraries = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    console.print(
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gb:g} GB, Python {machine.python}, {libraries}"
    )
    found = report.thickness
    console.print(
        f"{found.pages} pages of 30 x 40 from {report.events:,} events and {report.titles:,} titles, no result cache; "
        f"the median page has {found.rows:g} rows, {found.placed:g} titles placed, {found.distinct:g} of them distinct"
    )
    console.print(_stages(report))
    console.print(_figures(report))


def _stages(report: Report) -> Table:
    table = Table("stage, one request at a time", title="In process, ms")
    for name in ("p50", "p99", "p50 of CPU time"):
        table.add_column(name, justify="right")
    for stage, spent in report.in_process.stages.items():
        table.add_row(stage, *_cells(spent))
    table.add_section()
    table.add_row("page", *_cells(report.in_process.page), style="bold")
    return table


def _plain(found: Plain) -> Iterable[tuple[str, str]]:
    return (
        ("ms a page, the plain way (polars, implicit, LightGBM)", f"{found.plain_ms:.1f}"),
        ("the same requests by the engine", f"{found.engine_ms:.1f}"),
        ("the plain way takes this many times as long", f"{found.ratio:.1f}"),
        (f"slots filled alike, {found.pages} pages", f"{found.same:.2%}"),
    )


def _cells(spent: Times) -> Iterable[str]:
    return (f"{spent.p50:.2f}", f"{spent.p99:.2f}", f"{spent.cpu_p50:.2f}")


def _figures(report: Report) -> Table:
    pages, plain = report.in_process, report.plain
    table = Table("figure", title="Pages")
    table.add_column("", justify="right")
    table.add_row(f"ms a page, {pages.batch} requests at a time", f"{pages.batch_page_ms:.2f}")
    for row in [(plain, "")] if isinstance(plain, str) else _plain(plain):
        table.add_row(*row)
    table.add_row(
        "kB of a page on the wire, BASIC and FULL", f"{pages.basic_bytes / 1e3:.1f}, {pages.full_bytes / 1e3:.1f}"
    )
    table.add_row("MB of the bundle", f"{report.bundle_bytes / 1e6:.1f}")
    table.add_section()
    for name, figure in _serving(report.serving):
        table.add_row(name, figure)
    return table


def _serving(serving: Serving) -> Iterable[tuple[str, str]]:
    load, workers = serving.load, serving.workers
    yield f"pages a second over gRPC, {workers} workers", f"{load.pages_per_second:.0f}"
    yield (
        f"  ms of a call, p50 and p99, closed loop of {load.channels} channels",
        f"{load.p50_ms:.0f}, {load.p99_ms:.0f}",
    )
    yield f"s to SERVING, one worker and {workers}", f"{serving.one_worker_start_up_s:.1f}, {serving.start_up_s:.1f}"
    if serving.one_worker is not None:
        yield "MB of one worker, PSS and USS", f"{serving.one_worker.pss:.0f}, {serving.one_worker.uss:.0f}"
    if serving.additional_worker_mb is not None:
        yield "MB of an additional worker, PSS", f"{serving.additional_worker_mb:.0f}"
