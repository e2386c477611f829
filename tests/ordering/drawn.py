"""Drawn constraints: rules and candidate rows for which each rule now and then makes a difference."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from pagegen.arrays import groups, starts
from pagegen.bundle.models import Models
from pagegen.bundle.settings import Table
from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.engine import Engine
from pagegen.errors import ConfigError
from pagegen.features import pair_up
from pagegen.homepage import HOME
from pagegen.ordering import KindRule, ObjectiveConfig, Orderer, Pages, rules_of
from pagegen.ordering.constraints import ConstraintsConfig, compile_constraints, limited
from pagegen.ordering.examination import default_examination
from pagegen.pool import Candidates, RowKind, Rows
from pagegen.ranking import Prediction
from pagegen.request import LastPage, PageRequest
from pagegen.rows import Filled, fill
from rankers.lookahead_rows import Config, LookaheadRows
from tests.ordering.checker import Limits, Told
from tests.ordering.orderers import ORDERERS
from tests.worlds import DAY, NOW, World, ask, days_ago, engine_of, play, small_settings, title, world

TITLES = 30
DATA = world(
    [title(f"t{n:02d}", genres=[["A", "B", "C", "D"][n % 4], "E"][: 1 + n % 2]) for n in range(TITLES)],
    [play(f"m{m}", f"t{n:02d}", days_ago(n)) for m in range(4) for n in range(m, TITLES, 5)],
)
KINDS = (
    RowKind(name="a", headings=("x",), min_titles=1, max_titles=9),
    RowKind(name="b", headings=("x",), min_titles=2, max_titles=7),
    RowKind(name="c", headings=("x",), min_titles=1, max_titles=9, order="source"),
    RowKind(name="d", headings=("x",), min_titles=3, max_titles=8),
)
SLIM = LookaheadRows(config=Config(beam=2, rows=3, finished=1))  # the same code with less to search: it is the slowest
TRIED: Sequence[Orderer] = [SLIM if name == "lookahead" else orderer for name, orderer in ORDERERS.items()]
FREE: Mapping[str, Any] = {  # what a rule says that never binds
    "pin": None,
    "first": 0,
    "last": 99,
    "max_rows": 100,
    "distance": 1,
    "min_titles": 1,
    "max_titles": 100,
    "dedup": "soft",
}


def drawn_rules(
    rng: np.random.Generator, kinds: Sequence[RowKind], places: int, longest: int
) -> dict[str, dict[str, Any]]:
    """A rule for each kind, some of its parts drawn, until none contradicts another."""
    while True:
        rules = {kind.name: {**_drawn_rule(rng, places, longest)} for kind in kinds}
        with suppress(ConfigError):
            compile_constraints(_config(8, rules), {kind.name: kind for kind in kinds})
            return rules


def _drawn_rule(rng: np.random.Generator, places: int, longest: int) -> dict[str, Any]:
    first, least = int(rng.integers(1, 4)), int(rng.integers(2, longest))
    drawn = {
        "pin": int(rng.integers(0, places)),
        "first": first,
        "last": first + int(rng.integers(0, 3)),
        "max_rows": int(rng.integers(0, 3)),
        "distance": int(rng.integers(2, 5)),
        "min_titles": least,
        "max_titles": least + int(rng.integers(0, 2)),
        "dedup": str(rng.choice(["hard", "exempt"])),
    }
    return {name: value for name, value in drawn.items() if rng.random() < 0.35}


def _config(hard_rows: int, rules: Mapping[str, Any]) -> ConstraintsConfig:
    return ConstraintsConfig(hard_rows=hard_rows, kinds={kind: KindRule(**rule) for kind, rule in rules.items()})


def without(rules: Mapping[str, Mapping[str, Any]], kinds: Sequence[RowKind], rule: str) -> dict[str, dict[str, Any]]:
    """The rules of all kinds, none of which says anything of this sort any more; nor does what is declared."""
    return {kind.name: {**rules.get(kind.name, {}), rule: FREE[rule]} for kind in kinds}


def told(
    request: PageRequest, hard_rows: int, rules: Mapping[str, Mapping[str, Any]], kinds: Sequence[RowKind]
) -> Told:
    """The same for the checker: what the kinds declare, and over it what the rules say."""
    limits = {}
    for kind in kinds:
        declared = {"min_titles": kind.min_titles, "max_titles": kind.max_titles, "dedup": kind.dedup}
        said = {name: value for name, value in rules.get(kind.name, {}).items() if value is not None}
        limits[kind.name] = Limits(**{**FREE, **declared, **said})
    return Told(rows=request.rows, columns=request.columns, hard_rows=hard_rows, kinds=limits)


def drawn_requests(rng: np.random.Generator, number: int) -> list[PageRequest]:
    """Of one size and device; some members have seen a page before."""
    shown = tuple(tuple(f"t{n:02d}" for n in rng.permutation(TITLES)[:5]) for _ in range(3))
    size = {"rows": int(rng.integers(3, 8)), "columns": int(rng.integers(2, 7))}
    last = LastPage(time=NOW - DAY, title_ids=shown)
    return [ask(f"m{n % 6}", last_page=last if n % 2 else None, device="web", **size) for n in range(number)]


def drawn_objective(rng: np.random.Generator) -> ObjectiveConfig:
    """None of the extra terms, or any of them."""
    weights = rng.choice([0.0, 0.2, 1.0], 3) * (rng.random() < 0.4)
    return ObjectiveConfig(diversity=weights[0], calibration=weights[1], stability=weights[2])


def drawn_candidates(rng: np.random.Generator, requests: int) -> Candidates:
    """Six to eleven rows a request, of one to nine titles that lean to the first of the catalog: many are shared."""
    number = rng.integers(6, 12, requests)
    rows, size = int(number.sum()), rng.integers(1, 10, int(number.sum()))
    lean = rng.exponential(size=(rows, TITLES)) * (1.0 + np.arange(TITLES) / 6.0)
    titles = np.argsort(lean, axis=1)[np.arange(TITLES) < size[:, None]]
    return Candidates(
        rows=Rows(
            request=groups(starts(number)),
            kind=rng.integers(0, len(KINDS), rows).astype(np.int16),
            seed=np.arange(rows, dtype=np.int32),  # tells the rows apart
            variant=np.zeros(rows, np.int16),
        ),
        start=starts(size),
        title=titles.astype(np.int32),
        score=np.zeros(len(titles), np.float32),
    )


class Small:
    """Requests of one size with rows of their own, as they are filled and ordered by rules that may change."""

    kinds = KINDS

    def __init__(self, rng: np.random.Generator, number: int) -> None:
        self.requests = drawn_requests(rng, number)
        self.hard_rows, self.rules = int(rng.integers(0, 6)), drawn_rules(rng, KINDS, 4, 5)
        self._orderer, self._objective = TRIED[int(rng.integers(0, len(TRIED)))], drawn_objective(rng)
        self._candidates, self._play = drawn_candidates(rng, number), rng.beta(0.5, 4.0, (number, TITLES))

    def pages(self, requests: Sequence[PageRequest], hard_rows: int, rules: Mapping[str, Any]) -> tuple[Filled, Pages]:
        """By these rules in place of their own."""
        config = _config(hard_rows, rules)
        kinds = [limited(kind, config.kinds.get(kind.name, KindRule())) for kind in KINDS]
        compiled = compile_constraints(config, {kind.name: kind for kind in KINDS})
        contexts = read_contexts(requests, DATA, TrendWindows())
        filled = self._filled(contexts, kinds)
        return filled, self._orderer.order(
            contexts, filled, rules_of(kinds, compiled, default_examination(), objective=self._objective)
        )

    def _filled(self, contexts: Contexts, kinds: Sequence[RowKind]) -> Filled:
        pairs = pair_up(contexts, {}, self._candidates, 800)
        play = self._play[pairs.request, pairs.title]
        limit = np.full(len(contexts), 100, np.int32)
        return fill(self._candidates, pairs, Prediction(score=play, play=play), kinds, limit)


class Whole:
    """The same with a whole engine on the medium world: its own sources, kinds and filters."""

    def __init__(self, rng: np.random.Generator, number: int, medium: World, models: Models) -> None:
        self._data, self._models = medium.data, models
        self.kinds = HOME.kinds(small_settings().fit.sources)
        members = rng.integers(0, 60, number)
        size = {"rows": int(rng.integers(4, 9)), "columns": int(rng.integers(4, 9))}
        self.requests = [ask(f"m{n:03d}", device="web", **size) for n in members]
        drawn = drawn_rules(rng, [replace(kind, min_titles=1, max_titles=100) for kind in self.kinds], 6, 9)
        self.hard_rows, self.rules = (
            int(rng.integers(0, 6)),
            {kind.name: {**FREE, "dedup": kind.dedup, **drawn[kind.name]} for kind in self.kinds},
        )  # complete: nothing is left of what the homepage and the kinds say
        self._orderer = str(rng.choice(["greedy", "independent", "temperature", "template"]))

    def pages(self, requests: Sequence[PageRequest], hard_rows: int, rules: Mapping[str, Any]) -> tuple[Filled, Pages]:
        """By these rules in place of their own."""
        trace = self._engine(hard_rows, rules).run(requests)
        return trace.filled, trace.placed

    def _engine(self, hard_rows: int, rules: Table) -> Engine:
        page = {"orderer": self._orderer, "refill": 100, "constraints": {"hard_rows": hard_rows, "kinds": rules}}
        return engine_of(self._models, self._data, small_settings({"page": page}))
