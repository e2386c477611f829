"""
The best fixed sequence of row kinds, by forward selection: to the sequence so far comes the kind with which pages of
one row more are best, by NDCG2D on the whole grid, members weighing the same. `page.orderers.template` keeps it.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np
from rich.table import Table

from pagegen.arrays import AnyArray, Float64
from pagegen.engine import Engine
from pagegen.metrics.measurable import Facts, Layout, Measurable, Targets, measurable
from pagegen.metrics.ndcg_2d import ndcg_2d
from pagegen.metrics.window import window
from pagegen.ordering import Orderer, Pages
from pagegen.training.lessons import Job
from tools.study.chart import Axis, chart
from tools.study.filled import Ready, filled_rows, held_out

ROWS, COLUMNS = 8, 10


class Step(msgspec.Struct, frozen=True):
    """One more row: NDCG2D of the page so far with each kind there."""

    kind: str
    ndcg_2d: dict[str, float]


class Template(msgspec.Struct, frozen=True):
    sequence: list[str]
    steps: list[Step]
    usual: float  # NDCG2D of whole pages by the sequence of the settings
    chosen: float  # and by this one

    def chart(self) -> str:
        best = [(float(row), step.ndcg_2d[step.kind]) for row, step in enumerate(self.steps, start=1)]
        return chart("NDCG2D of the first rows", {"best sequence": best}, Axis(name="rows"), Axis(name="NDCG2D"))

    def table(self) -> Table:
        names = ", ".join(f'"{kind}"' for kind in self.sequence)  # may break between any two
        found = f"NDCG2D {self.chosen:.4f}; by the sequence of the settings {self.usual:.4f}"
        caption = f"page.orderers.template.sequence = [ {names} ]\n{found}"
        title = "NDCG2D of the first rows, by the kind of the last"
        table = Table("kind", *map(str, range(1, len(self.steps) + 1)), title=title, caption=caption)
        for kind in self.steps[0].ndcg_2d:
            table.add_row(kind, *(f"{step.ndcg_2d[kind]:.3f}{'*' * (kind == step.kind)}" for step in self.steps))
        return table


def template(job: Job, judged: int) -> Template:
    """The sequence for the newest `judged` windows; of kinds that make no difference the one proposed first."""
    engine, past = held_out(job, judged)
    asked = filled_rows(engine, past, (ROWS, COLUMNS))
    kinds = [kind.name for kind in engine.rules.kinds if kind.name not in engine.limits.off]
    sequence, steps = list[str](), list[Step]()
    for rows in range(1, ROWS + 1):
        found = {kind: _worth(job, engine, asked, [*sequence, kind], rows) for kind in kinds}
        sequence.append(max(kinds, key=found.__getitem__))
        steps.append(Step(sequence[-1], found))
    chosen = _without_repeats(sequence)
    usual = job.settings.page.orderers["template"]["sequence"]
    whole = [_worth(job, engine, asked, names, ROWS) for names in (usual, chosen)]
    return Template(chosen, steps, usual=whole[0], chosen=whole[1])


def _without_repeats(sequence: list[str]) -> list[str]:
    """The same without the end that says the last kind again, which repeats anyway."""
    last = len(sequence)
    while last > 1 and sequence[last - 2] == sequence[-1]:
        last -= 1
    return sequence[:last]


def _worth(job: Job, engine: Engine, asked: Sequence[Ready], sequence: Sequence[str], rows: int) -> float:
    """Mean NDCG2D of pages of so many rows by a sequence, first over each member's requests, then over members."""
    part = job.home.orderers["template"]
    orderer = part.make(msgspec.convert({"sequence": sequence}, part.config))
    value = np.concatenate([_ndcg_2d(engine, orderer, batch, rows) for batch in asked])
    member = np.concatenate([batch.contexts.member for batch in asked])
    return _mean_of_members(value, member)


def _mean_of_members(value: Float64, member: AnyArray) -> float:
    known = ~np.isnan(value)
    _, unit = np.unique(member[known], return_inverse=True)
    return float(np.mean(np.bincount(unit, value[known]) / np.bincount(unit)))


def _ndcg_2d(engine: Engine, orderer: Orderer, asked: Ready, rows: int) -> Float64:
    """[B] of pages with so many rows, on the whole grid."""
    requests = tuple(replace(request, rows=rows) for request in asked.contexts.requests)
    placed = orderer.order(replace(asked.contexts, requests=requests), asked.filled, engine.rules)
    return ndcg_2d(_measurable(engine, placed, asked), window(f"{ROWS}x{COLUMNS}"), 1, 1)


def _measurable(engine: Engine, placed: Pages, asked: Ready) -> Measurable:
    """Where titles stand and which are wanted; nothing else is known of them."""
    size, followed, genres = len(asked.contexts), asked.followed, engine.data.catalog.genres
    layout = Layout(
        row_start=placed.row_start,
        kinds=tuple(kind.name for kind in engine.rules.kinds),
        kind=placed.rows.kind,
        start=placed.start,
        title=placed.title,
        look=np.ones(len(placed.title)),
        rows=np.full(size, ROWS),
        columns=np.full(size, COLUMNS),
        visible=np.full(size, COLUMNS),
    )
    facts = Facts(
        genres=genres,
        plays=np.full(len(placed.title), np.nan),
        all_plays=np.full(size, np.nan),
        target_plays=np.full(len(followed.title), np.nan),
        age_days=np.full(len(placed.title), np.nan),
        taste=np.full((size, len(genres.names)), np.nan),
    )
    targets = Targets(
        start=followed.start, title=followed.title, relevance=np.ones(len(followed.title)), grade=followed.grade
    )
    return measurable(layout, targets, facts)
