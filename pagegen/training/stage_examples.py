"""
Stage examples: pages laid for past requests, and at each of their positions every row that could have stood there, with
the plays it would have been credited with. The only place where stages are labelled.

    credit(row) = sum over its titles that are new to the page and were played of x(p, q), over that of the best page

Every candidate has a label, whichever was placed. How much a member plays says nothing of rows: what is learnt is the
share of each in what a position's rows have together. Where pages were logged, a title that did not come into view
counts neither as played nor as declined, and those that did weigh 1 / P(examined).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from pagegen.arrays import Float32, Float64, groups, lengths, record
from pagegen.bundle.settings import StageSettings
from pagegen.engine import Engine
from pagegen.ordering import Assembly, Exploration, Rules, greedy
from pagegen.ordering.stages import STAGE_FEATURES, UNLEARNT, StageExamples, Stages, standing_features
from pagegen.replay import Outcomes, outcomes, replay
from pagegen.trace import Arranged
from pagegen.training.asked import Asked
from pagegen.training.examples import MOST_WEIGHT

COLUMNS = ("features", "expected", "credit", "weight")


@record
class Stage:
    """Rows of one position."""

    features: Float32  # [S, STAGE_FEATURES + kinds]
    expected: Float64  # [S]
    credit: Float64  # [S]
    weight: Float64  # [S]


@record
class Seen:
    """What is known of titles: of those of filled rows [N], or of the cells of a page's rows [R, L]."""

    played: Float64  # as much as is known, where the title was played; else 0
    known: Float64  # 1 / P(examined); 0 of titles that did not come into view

    def of(self, page: Assembly, titles: slice) -> "Seen":
        return Seen(played=page.grid.spread(self.played[titles]), known=page.grid.spread(self.known[titles]))


def stage_examples(engine: Engine, asked: Asked, settings: StageSettings, rng: np.random.Generator) -> StageExamples:
    """
    Stages of some of the asked requests whose members then played something.

    Args:
        engine: with sources and a ranker that have not seen what followed.
        asked: the requests.
        settings: how many of them, and how their pages are laid.
        rng: of what is drawn.
    """
    played = np.flatnonzero(lengths(outcomes(engine.data, asked.occasions).start))
    asked = asked.part(np.sort(rng.permutation(played)[: settings.requests]))
    stages: list[Stage] = []
    low = 0
    for made, followed in replay(engine.arrange, engine.data, asked.occasions, (settings.rows, settings.columns)):
        batch = asked.part(np.arange(low, low + len(made.retrieved.contexts)))
        stages += _pages(engine.rules, made, _seen(made, followed, batch), settings, rng)
        low += len(batch.occasions)
    return _examples([kind.name for kind in engine.rules.kinds], stages)


def joined_stages(parts: Sequence[StageExamples]) -> StageExamples:
    """All parts' rows, of the same kinds."""
    return _examples(parts[0].kinds, parts)


def _examples(kinds: Sequence[str], stages: Sequence[Stage | StageExamples]) -> StageExamples:
    nothing, width = np.zeros(0), len(STAGE_FEATURES) + len(kinds)
    none = Stage(features=np.zeros((0, width), np.float32), expected=nothing, credit=nothing, weight=nothing)
    return StageExamples(
        kinds=tuple(kinds),
        **{name: np.concatenate([getattr(stage, name) for stage in (none, *stages)]) for name in COLUMNS},
    )


def _seen(made: Arranged, followed: Outcomes, asked: Asked) -> Seen:
    """Of the titles of the filled rows of B requests."""
    filled, titles = made.filled, len(made.retrieved.contexts.data.catalog)
    known = np.ones(len(filled.title))
    if asked.exposure is not None:
        start = filled.start[filled.of_request(len(asked.occasions))]
        chance = asked.exposure.chances(asked.page, start, filled.title)
        known = np.where(chance > 0, np.minimum(1.0 / np.maximum(chance, 1e-9), MOST_WEIGHT), 0.0)
    played = followed.mask(filled.rows.request[groups(filled.start)], filled.title, titles)
    return Seen(played=known * played, known=known)


def _pages(
    rules: Rules, made: Arranged, seen: Seen, settings: StageSettings, rng: np.random.Generator
) -> Iterator[Stage]:
    """Of the pages of B requests from which something was played, laid as greedy does, give or take `stray`."""
    contexts, filled = made.retrieved.contexts, made.filled
    rules = replace(rules, exploration=Exploration(rows=settings.stray))
    standing = standing_features(contexts, filled, rules.kinds, [kind.name for kind in rules.kinds])
    for b, (low, high) in enumerate(pairwise(filled.of_request(len(contexts)).tolist())):
        titles = slice(int(filled.start[low]), int(filled.start[high]))
        if seen.played[titles].any():
            page = Assembly(contexts, b, filled, range(low, high), rules)
            for stage in laid_stages(page, standing[low:high], seen.of(page, titles)):
                yield _thinned(stage, settings.negatives, rng)


def laid_stages(page: Assembly, standing: Float32, seen: Seen) -> Iterator[Stage]:
    """The page's positions, until nothing is left to be credited; the best row, or one nearly as good, is placed."""
    stages, greed, best = Stages(page, standing), greedy(page, UNLEARNT), _best(page, seen.played)
    credits, likely = (page.objective.of_plays(worth) for worth in (seen.played, page.objective.worth * seen.known))
    while best > 0 and not page.full():
        (gain, may), state = page.gains(), page.state()
        credit, expected = (of.adding(state.new, state.shown, page.position) for of in (credits, likely))
        if not may.any() or not credit.any():
            return
        rows = np.flatnonzero(may & (gain > 0) & (expected > 0))
        if credit[rows].any():
            yield Stage(
                features=stages.at(gain, may)[rows],
                expected=expected[rows] * (credit[rows].sum() / expected[rows].sum() / best),
                credit=credit[rows] / best,
                weight=np.ones(len(rows)),
            )
        value = greed.value(gain, page.outlook.plays, page.position)
        row, chance = page.explored(int(np.where(may, value, -np.inf).argmax()), value, may)
        page.place(row, float(gain[row]), chance)


def _best(page: Assembly, played: Float64) -> float:
    """What the page could have been credited with, had it been known what would be played; greedily."""
    best = page.fork(page.objective.of_plays(played))
    while not best.full():
        gain, may = best.gains()
        row = int(np.where(may, gain, -np.inf).argmax())
        if not may[row]:
            break
        best.place(row, float(gain[row]))
    return best.value


def _thinned(stage: Stage, negatives: int, rng: np.random.Generator) -> Stage:
    """The rows with credit and some of those without, each of which stands for others too."""
    positive, rest = np.flatnonzero(stage.credit), np.flatnonzero(stage.credit == 0)
    drawn = np.sort(rng.permutation(rest)[:negatives])
    kept, each = np.concatenate([positive, drawn]), len(rest) / max(1, len(drawn))
    return Stage(
        features=stage.features[kept],
        expected=stage.expected[kept],
        credit=stage.credit[kept],
        weight=np.concatenate([np.ones(len(positive)), np.full(len(drawn), each)]),
    )
