"""
`pagegen import movielens`, `pagegen import log`, `pagegen check`: from other people's files to a data folder.

Exit codes: 0 done, every row kept; 1 nothing imported, or `check` found errors; 4 imported, but rows were rejected
(0 with --allow-rejects). The data folder is written in both cases; rejected rows lie beside it in OUT.rejects.csv.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from pagegen.cli.data_tables import print_check, print_import
from pagegen.cli.progress import progress_on_stderr
from pagegen.data.check import check
from pagegen.data.importing.log import import_log
from pagegen.data.importing.mapping import example, load_mapping
from pagegen.data.importing.movielens import HIGHEST_GRADE, LOWEST_GRADE, import_movielens
from pagegen.data.importing.report import ImportReport

REJECTED = 4  # exit code
F = TypeVar("F", bound=Callable[..., Any])  # any command's function: click's decorators keep its type
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _instant(_context: click.Context, _option: click.Parameter, value: str | None) -> int:
    """Milliseconds of an ISO time, UTC unless it says otherwise. Without one the clock's: this is the door."""
    if value is None:
        return int(time.time() * 1000)
    try:
        when = datetime.fromisoformat(value)
    except ValueError as error:
        message = f"{value!r} is not an ISO time such as 2024-05-01T20:15:00Z"
        raise click.BadParameter(message) from error
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _print_example(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click's order
    if wanted:
        click.echo(example(), nl=False)
        context.exit()


def _now_option(command: F) -> F:
    return click.option(
        "--now", "now_ms", callback=_instant, metavar="TIME", help="Later times are in the future. [the clock]"
    )(command)


def _json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")(command)


def _import_options(command: F) -> F:
    out = click.option(
        "--out", type=click.Path(path_type=Path), required=True, help="Data folder to make; new or empty."
    )
    allow = click.option("--allow-rejects", is_flag=True, help="Exit 0 even when rows were rejected.")
    return out(allow(_now_option(_json_option(command))))


@click.group("import")
def import_group() -> None:
    """
    Make a data folder from other people's files.

    Every row is kept or rejected by name: rejected ones are counted by reason and written to OUT.rejects.csv, and
    the exit code is then 4 (0 with --allow-rejects).
    """


@import_group.command("movielens")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--min-rating",
    type=click.FloatRange(LOWEST_GRADE, HIGHEST_GRADE),
    default=LOWEST_GRADE,
    metavar="STARS",
    help="Lower ratings are skipped: no sign that somebody likes a film. [all count]",
)
@_import_options
def movielens_command(
    source: Path, *, min_rating: float, out: Path, now_ms: int, allow_rejects: bool, as_json: bool
) -> None:
    """Import the unpacked MovieLens folder SOURCE, of any published layout."""
    with progress_on_stderr() as progress:
        report = import_movielens(source, out, now_ms=now_ms, min_rating=min_rating, progress=progress)
    _finish(report, out, allow_rejects=allow_rejects, as_json=as_json)


@import_group.command("log")
@click.option("--events", type=FILE, required=True, help="What members did: CSV or Parquet.")
@click.option("--catalog", type=FILE, help="The titles: CSV or Parquet. [those of the events]")
@click.option("--members", type=FILE, help="What is known of members: CSV or Parquet.")
@click.option("--mapping", type=FILE, required=True, help="TOML that says which of your columns is which of ours.")
@click.option(
    "--print-example", is_flag=True, is_eager=True, expose_value=False, callback=_print_example, help="Print a mapping."
)
@_import_options
def log_command(  # one parameter an option
    *,
    events: Path,
    catalog: Path | None,
    members: Path | None,
    mapping: Path,
    out: Path,
    now_ms: int,
    allow_rejects: bool,
    as_json: bool,
) -> None:
    """Import anyone's log."""
    given = {"events": events, "catalog": catalog, "members": members}
    paths = {table: path for table, path in given.items() if path is not None}
    with progress_on_stderr() as progress:
        report = import_log(paths, load_mapping(mapping), out, now_ms=now_ms, progress=progress)
    _finish(report, out, allow_rejects=allow_rejects, as_json=as_json)


def _finish(report: ImportReport, out: Path, *, allow_rejects: bool, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        print_import(report, out)
    if report.rejected and not allow_rejects:
        click.get_current_context().exit(REJECTED)


@click.command("check")
@click.argument("data", type=click.Path(path_type=Path))
@_now_option
@_json_option
def check_command(data: Path, *, now_ms: int, as_json: bool) -> None:
    """List all that is wrong with the folder DATA and the row kinds it can support. Exit code 1 if there are errors."""
    report = check(data, now_ms=now_ms)
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        print_check(report, data)
    if report.errors:
        click.get_current_context().exit(1)
