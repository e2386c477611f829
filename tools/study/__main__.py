"""
Studies on the past of a data folder, all windows, labels and fits those of `pagegen train`.

    python -m tools.study families    --data DATA   what each feature family, and each source's scores, are worth
    python -m tools.study sources     --data DATA   what each source is worth, everything learnt again without it
    python -m tools.study quotas      --data DATA   how many titles each scorer should bring to the pool
    python -m tools.study frontier    --data DATA   quality against latency: trees and leaves of the ranker
    python -m tools.study coverage    --data DATA   what it costs to show more of the catalog
    python -m tools.study pool        --data DATA   recall by pool size, and what each kind of row brings
    python -m tools.study reliability --data DATA   calibrated probabilities against what happened
    python -m tools.study template    --data DATA   the best fixed sequence of row kinds
    python -m tools.study gaps        --data DATA   what each orderer loses to brute force
    python -m tools.study stability   --data DATA   what keeping close to a member's last page keeps, and costs
    python -m tools.study freshness   --data DATA   what changes on pages after a play, and after three days without
    python -m tools.study resume      --data DATA   what members go on with: the learnt chance, and the latest first

`--until 0.8` looks at the first 80 % of the events only, `--set fit.examples.occasions=2000` replaces a setting.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import click
import msgspec
from rich.console import Console
from rich.table import Table

from pagegen.cli.options import FOLDER
from pagegen.errors import PagegenError
from pagegen.training.lessons import Job
from tools.study.coverage import coverage
from tools.study.families import families
from tools.study.freshness import freshness
from tools.study.frontier import frontier
from tools.study.gaps import gaps
from tools.study.past import job_of, studied, study_options
from tools.study.pool import pool
from tools.study.quotas import quotas
from tools.study.reliability import reliability
from tools.study.resume import resumed
from tools.study.sources import sources
from tools.study.stability import stability
from tools.study.template import template


class Answer(Protocol):
    def table(self) -> Table: ...
    def chart(self) -> str:
        """SVG."""
        ...


STUDIES: Mapping[str, Callable[[Job, int], Answer]] = {
    "families": lambda job, judged: families(studied(job, judged)),
    "frontier": lambda job, judged: frontier(studied(job, judged)),
    "coverage": lambda job, judged: coverage(studied(job, judged)),
    "pool": lambda job, judged: pool(job),  # noqa: ARG005  # always of the newest window
    "sources": sources,
    "quotas": quotas,
    "reliability": lambda job, judged: reliability(studied(job, judged)),
    "template": template,
    "gaps": gaps,
    "stability": stability,
    "freshness": freshness,
    "resume": resumed,
}


@click.command(help=__doc__)
@click.argument("name", type=click.Choice(list(STUDIES)))
@study_options
@click.option("--svg", type=FOLDER, metavar="FILE", help="Draw it.")
def main(*, name: str, svg: Path | None, as_json: bool, judged: int, **past: Any) -> None:
    try:
        answer = STUDIES[name](job_of(past["data"], past["until"], past["override"]), judged)
    except PagegenError as error:
        raise click.ClickException(str(error)) from error
    if svg:
        svg.write_text(answer.chart(), "utf-8")
    if as_json:
        click.echo(msgspec.json.encode(answer).decode())
    else:
        Console().print(answer.table())


if __name__ == "__main__":
    main()
