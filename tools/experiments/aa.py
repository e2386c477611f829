"""
A/A: how often are two cells that are the same told apart? Asked of the stored pages of a run.

    python -m tools.experiments.aa RUN [--draws 2000] [--json]

RUN is what `pagegen simulate` wrote of at least two cells, best of one recipe trained with two seeds (aa.toml). Each
draw takes half of the members and tosses a coin for each of them: heads, the two cells swap his or her pages. After
that the cells differ by chance alone, so whatever is found is a false alarm, and at a level of 5 % there should be 5 %
of them: by the randomization test, and by the paired intervals. Exit code 1 where it is not 5 +- 1.5 %.

The test is right however the differences lie, and a verdict is the test's. The percentile interval is too narrow where
few members carry the whole difference: what is drawn is then skewed to the side where those few happen to be, and the
end near 0 lies too far from it. With eight carriers among the members drawn it leaves out the truth in 6 %, with four
in 8 %.

What the cells differ by before any coin is told beside it. Two trainings can differ for every member alike, which is no
false alarm of a test: it asks whether other members would say the same, not whether another training would.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

import pagegen
from pagegen.arrays import AnyArray, Float64
from pagegen.cli.options import FOLDER
from pagegen.metrics.comparison import Values, compare, member_means
from pagegen.metrics.results import ALPHA, Difference

APART = 0.015  # that a share of false alarms may be from ALPHA: three standard errors of 2,000 draws
FEWEST = 50  # carriers: with fewer, p values can be coarse and percentile intervals too narrow to be judged


class Alarms(msgspec.Struct, frozen=True):
    """One measure: what the cells differ by as they are, and how often they were told apart after the coins."""

    measure: str
    members: int  # with a value in both cells
    carriers: float  # so many members with equal differences would be as even as these: (sum d^2)^2 / sum d^4
    difference: float
    p: float  # of the cells as they are
    by_test: float  # share of draws with p < .05
    by_interval: float  # share of draws whose interval leaves out 0
    draws: int

    @property
    def sound(self) -> bool:
        """The test never raises more alarms than it says; where there are carriers not fewer, and so the interval."""
        apart = max(APART, 3.0 * math.sqrt(ALPHA * (1 - ALPHA) / self.draws)) + 1e-9
        if self.carriers < FEWEST:
            return self.by_test <= ALPHA + apart
        return all(abs(share - ALPHA) <= apart for share in (self.by_test, self.by_interval))


def false_alarms(
    pair: tuple[Values, Values], member: AnyArray, rng: np.random.Generator, draws: int
) -> tuple[Alarms, ...]:
    """
    How often the two cells are told apart when they are the same.

    Args:
        pair: values [B] of every measure, of both cells.
        member: [B] whose page it is.
        rng: of the draws, the coins and what the comparison draws itself.
        draws: how many.
    """
    mine, its = pair
    members, unit = np.unique(member, return_inverse=True)
    asis, counts = compare(mine, its, member, rng), np.zeros((2, len(mine)))
    for _ in range(draws):
        half = np.zeros(len(members), np.bool_)
        half[rng.permutation(len(members))[: (len(members) + 1) // 2]] = True
        inside, swap = half[unit], (rng.random(len(members)) < 0.5)[unit]
        left, right = _swapped(mine, its, swap, inside), _swapped(its, mine, swap, inside)
        counts += _alarms(compare(left, right, member[inside], rng))
    shares = counts.T / draws
    return tuple(
        _told(found, _carriers(mine[found.metric] - its[found.metric], member), (*share.tolist(), draws))
        for found, share in zip(asis, shares, strict=True)
    )


def _swapped(one: Values, other: Values, swap: AnyArray, inside: AnyArray) -> dict[str, Float64]:
    return {name: np.where(swap, other[name], one[name])[inside] for name in one}


def _alarms(found: Sequence[Difference]) -> Float64:
    """[2, V] whether the test and the interval tell the cells apart, one question at a time."""
    return np.array([[each.p < ALPHA for each in found], [each.low > 0 or each.high < 0 for each in found]], np.float64)


def _carriers(delta: Float64, member: AnyArray) -> float:
    square = np.nan_to_num(member_means(delta[None], member)) ** 2
    return float(square.sum() ** 2 / (square**2).sum()) if square.any() else 0.0


def _told(found: Difference, carriers: float, alarms: tuple[float, float, int]) -> Alarms:
    return Alarms(found.metric, found.members, carriers, found.difference, found.p, *alarms)


def values_of(results: pagegen.Results, cells: Sequence[str]) -> tuple[dict[str, Float64], dict[str, Float64]]:
    """The values that both cells have, of each page."""
    mine, its = (results.values(cell).drop("occasion") for cell in cells)
    names = [name for name in mine.columns if name in its.columns]
    return tuple({name: frame[name].to_numpy() for name in names} for frame in (mine, its))  # type: ignore[return-value]  # two


TWO: Final = "an A/A test needs two cells, and {} has {}"


@click.command()
@click.argument("folder", metavar="RUN", type=FOLDER)
@click.option("--draws", type=click.IntRange(1), default=2_000, show_default=True, help="Of members, and of coins.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the draws.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def main(*, folder: Path, draws: int, seed: int, as_json: bool) -> None:
    """False alarms of the first cell of RUN that is not its baseline, against the baseline."""
    results = pagegen.read_results(folder)
    others = results.run.others
    if not others:
        raise click.ClickException(TWO.format(folder, "only the baseline"))
    pair = values_of(results, (others[0], results.run.baseline))
    found = false_alarms(pair, results.occasions["member_id"].to_numpy(), np.random.default_rng(seed), draws)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        _print(found, f"{others[0]} against {results.run.baseline}, {draws:,} draws")
    if not all(each.sound for each in found):
        click.get_current_context().exit(1)


def _print(found: Sequence[Alarms], title: str) -> None:
    console = Console()
    console.width = console.width if console.is_terminal else 120
    heads = ("", "members", "carriers", "difference", "p", "alarms: test", "interval", "")
    table = Table(*heads, title=title, title_justify="left")
    for each in found:
        numbers = (f"{each.members:,}", f"{each.carriers:,.0f}", f"{each.difference:+.4f}", f"{each.p:.4f}")
        said = "" if each.sound else "not 5 %"
        table.add_row(each.measure, *numbers, f"{each.by_test:.2%}", f"{each.by_interval:.2%}", said)
    console.print(table)


if __name__ == "__main__":
    main()
