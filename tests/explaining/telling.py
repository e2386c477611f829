"""Engines whose candidate rows are told in a line, title by title, so that every explanation has a known answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pagegen.arrays import Float32, record
from pagegen.context import Contexts
from pagegen.engine import Engine, Limits
from pagegen.features import Pairs
from pagegen.ordering import Greed, KindRule, ObjectiveConfig, rules_of
from pagegen.ordering.constraints import ConstraintsConfig, compile_constraints, limited
from pagegen.ordering.examination import default_examination
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder
from pagegen.ranking import Calibration
from rankers.greedy_rows import GreedyRows
from rankers.one_feature import OneFeature
from tests.worlds import tiny_engine, title, world

DATA = world([title(f"t{n:02d}", genres=["A", "B"] if n % 2 else ["C"]) for n in range(30)])
BASE = tiny_engine(DATA, {"fit": {"sources": ["trending"], "families": ["title_age", "trend"]}})
KINDS = tuple(
    RowKind(
        name=name,
        headings=("because_you_watched",),  # the n-th row is about the n-th title
        seed_type="title",
        order="ranker" if name == "ranked" else "source",
        dedup="hard" if name == "hard" else "soft",
        min_titles=1,
    )
    for name in ("hard", "soft", "ranked")
)
HARD, SOFT, RANKED = range(3)
Row = tuple[int, Sequence[int]]  # its kind, and its titles


@record
class Told:
    """Proposes the same rows to everybody, and likes the titles in the order of the catalog."""

    rows: Sequence[Row]
    name: str = "told"
    kinds: tuple[RowKind, ...] = KINDS

    @property
    def quotas(self) -> Mapping[str, int]:
        return {"told": 7}

    def propose(self, proposal: Proposal) -> Candidates:
        rows = RowsBuilder()
        for b, limit in enumerate(proposal.limit.tolist()):
            for number, (kind, titles) in enumerate(self.rows):
                few = np.array(titles if kind == RANKED else titles[:limit], np.int32)  # as top picks bring theirs
                rows.add((b, kind, number, 0), few, -np.arange(len(few), dtype=np.float32))
        return rows.build()

    def score(self, contexts: Contexts) -> Float32:
        return np.tile(-np.arange(len(DATA.catalog), dtype=np.float32), (len(contexts), 1))


@record
class Play:
    """The probability of a play, as the ranker's only feature."""

    play: Mapping[int, float]
    name: str = "play"
    columns: tuple[str, ...] = ("play",)

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        return [np.array([self.play[title] for title in pairs.title.tolist()])]


def telling(
    rows: Sequence[Row], play: Mapping[int, float], *, hard_rows: int = 8, pairs: int = 800, **of_kinds: Any
) -> Engine:
    """The engine of these rows, greedy by what they add alone; a keyword holds the rule of the kind it names."""
    config = ConstraintsConfig(hard_rows=hard_rows, kinds={name: KindRule(**rule) for name, rule in of_kinds.items()})
    own = [limited(kind, config.kinds.get(kind.name, KindRule())) for kind in KINDS]
    constraints = compile_constraints(config, {kind.name: kind for kind in KINDS})
    return replace(
        BASE,
        sources=(Told(rows=rows),),
        families=(Play(play=play),),
        ranker=OneFeature(column="play"),
        calibration=Calibration(score=np.array([0.0, 1.0]), play=np.array([0.0, 1.0])),
        orderer=GreedyRows(config=Greed(price=0.0, trials=0)),
        rules=rules_of(own, constraints, default_examination()),
        limits=Limits(max_pairs=pairs, refill=4),
        identity=replace(BASE.identity, sources=("told",)),
    )


def with_objective(engine: Engine, objective: ObjectiveConfig, attraction: Mapping[str, float]) -> Engine:
    """The same with extra terms, and kinds that draw more or less."""
    rules, old = engine.rules, engine.rules.constraints
    changed = rules_of(rules.kinds, old, rules.examination, attraction, objective=objective)
    return replace(engine, rules=changed)
