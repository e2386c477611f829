"""
A benchmark, from raw public files to a table beside what others have published.

    python -m tools.benchmark NAME --data DIR [--out RUN] [--workers 2] [--json]

DIR holds the raw files: a MovieLens folder as `pagegen import movielens` takes it, or train.parquet and test.parquet
with columns user and item. What is made of them lies in RUN, where a run that was stopped goes on; the table also lies
there as Markdown. Every computation of a table is noted in tools/benchmarks/HISTORY.md.
"""

from pathlib import Path

import click
import msgspec

import pagegen
from pagegen.cli.options import FOLDER
from pagegen.cli.simulate import workers_option
from pagegen.errors import PagegenError
from tools.benchmark.history import note
from tools.benchmark.prepare import prepare
from tools.benchmark.presets import NAMES, WHOLE, data_of, design_of, experiment, published, singles
from tools.benchmark.run import Cost, run
from tools.benchmark.table import Benchmark, benchmark, markdown, show

TABLE = "table.md"
RAW = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("--data", "raw", type=RAW, required=True, help="Folder with the raw files.")
@click.option("--out", type=FOLDER, help="Folder of data, runs and tables. [runs/NAME]")
@click.option("--json", "as_json", is_flag=True, help="Print the tables as JSON.")
@workers_option
def main(*, name: str, raw: Path, out: Path | None, as_json: bool, workers: int) -> None:
    """Compute the tables of benchmark NAME."""
    out, data, said = out or Path("runs") / name, data_of(name), []
    try:
        for variant, options in data.variants.items():
            place = out / variant if variant != WHOLE else out
            folder = prepare(raw, data, options, place / "data")
            said.append(_table(name, variant, (folder, place), workers))
    except PagegenError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(msgspec.json.encode([{"table": table, "cost": cost} for table, cost in said]).decode())
        return
    for table, cost in said:
        show(table)
        tasks = ", ".join(f"{kind} {seconds:.0f} s" for kind, seconds in cost.tasks.items())
        click.echo(f"{cost.seconds:.0f} s ({tasks}; all workers), at most {cost.megabytes:,.0f} MB in a process\n")


def _table(name: str, variant: str, places: tuple[Path, Path], workers: int) -> tuple[Benchmark, Cost]:
    """Run it, note it, write it down."""
    data, out = places
    table = experiment(name)
    finished = run(table, data, out / "run", workers)
    results = pagegen.read_results(finished.folder)
    found = benchmark(results, variant, singles(design_of(table)), published(name, variant))
    if not (out / TABLE).exists():
        note(found, finished.cost)
    (out / TABLE).write_text(markdown(found), "utf-8")
    return found, finished.cost


if __name__ == "__main__":
    main()
