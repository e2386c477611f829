"""Nothing that is learnt has seen what it is judged by."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from pagegen.bundle.parts import SavedRanker, SourcePart
from pagegen.bundle.settings import Table
from pagegen.data.dataset import Dataset, Past
from pagegen.homepage import HOME
from pagegen.ordering.examination import default_examination
from pagegen.pool import Source
from pagegen.ranking import Examples
from pagegen.training.evaluate import judge
from pagegen.training.examples import Window, examples, label_window
from pagegen.training.fit import engine_of, fit_sources, rng_of
from pagegen.training.train import label_windows, past_windows, train
from rankers import boosted_trees
from rankers.popularity import Popularity
from tests.random_worlds import random_world
from tests.training.builders import NO_PAGES, everything, fast_settings, job, page, pages_log, taste_world, trained_on
from tests.worlds import DAY, NOW, World

SEEDS = range(3)


def spied(part: SourcePart, seen: list[Past]) -> SourcePart:
    """The same source, whose `fit` notes what past it was given."""

    def fit(past: Past, *rest: Any) -> Source:
        seen.append(past)
        return part.fit(past, *rest)

    return replace(part, fit=fit)


@pytest.mark.parametrize("logged", [False, True], ids=["sessions", "pages"])
def test_sources_of_a_window_are_fitted_on_what_was_before_it(medium: World, logged: bool) -> None:
    """Not one event at or after the window's first request, and all before it; the last fit is on everything."""
    seen: list[Past] = []
    home = replace(HOME, sources={name: spied(part, seen) for name, part in HOME.sources.items()})
    times = [NOW - 30 * DAY + i * DAY // 8 for i in range(200)]
    log = pages_log([page("m001", time, [["t001"]], [1]) for time in times]) if logged else NO_PAGES
    data = medium.data
    trained_on(data, home=home, pages=log)
    asked = past_windows(job(data, pages=log), default_examination())
    begins = [int(part.occasions.time[0]) for part in asked]
    watermarks, sources = [past.watermark for past in seen], fast_settings().fit.sources

    assert watermarks == [mark for mark in [*map(data.events.before, begins), len(data.events)] for _ in sources]
    assert all(
        data.events.time[mark - 1] < begin <= data.events.time[mark]
        for mark, begin in zip(watermarks[:: len(sources)], begins, strict=False)
    )


def test_the_ranker_is_not_fitted_on_the_window_it_is_judged_by() -> None:
    """It gets the examples of the older windows, to the last pair, and of the newest none."""
    seen: list[Examples] = []
    part = HOME.rankers["boosted_trees"]

    def fit(given: Examples, *rest: Any) -> SavedRanker:
        seen.append(given)
        return part.fit(given, *rest)

    spied_on = job(
        taste_world().data, home=replace(HOME, rankers={**HOME.rankers, "boosted_trees": replace(part, fit=fit)})
    )
    train(spied_on)
    older = examples(label_windows(spied_on, past_windows(spied_on, default_examination()))[:-1])

    assert [older.label.tolist()] == [given.label.tolist() for given in seen]
    assert [older.table.title.tolist()] == [given.table.title.tolist() for given in seen]
    assert [older.table.values.tobytes()] == [given.table.values.tobytes() for given in seen]


def windows_of(data: Dataset, *, honest: bool = True) -> list[Window]:
    """Three labelled windows; without honesty their sources are fitted on all of the data, labels included."""
    more: Table = {"fit": {"examples": {"occasions": 300}}}
    settings, past = fast_settings(more), everything(data)
    out = []
    for part in past_windows(job(data, more), default_examination()):
        known = part.past if honest else past
        engine = engine_of(HOME, settings, known, fit_sources(HOME, settings, known, 0), Popularity())
        out.append(label_window(engine, part))
    return out


def over_chance(windows: list[Window], seed: int) -> float:
    """NDCG@10 in the newest window of trees fitted on those before it, over that of a random order."""
    config = boosted_trees.Config(trees=20, leaves=7, min_data_in_leaf=5, threads=1)
    ranker = boosted_trees.fit(examples(windows[:-1]), config, rng_of(seed, "ranker"))
    rng = np.random.default_rng(seed)
    newest = windows[-1]
    chance = np.mean([judge(newest, rng.random(len(newest.label))).mean for _ in range(20)])
    return float(judge(newest, ranker.score(newest.table)).mean - chance)


def scrambled(world: World, seed: int) -> Dataset:
    """The same world in which every play is of a title drawn by lot: nothing can be known of anybody."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(world.catalog["title_id"].to_numpy(), len(world.events))
    return replace(world, events=world.events.with_columns(title_id=pl.Series(drawn))).data


def permuted(window: Window, rng: np.random.Generator) -> Window:
    """The same pairs, with the labels of each request dealt out anew."""
    label = window.label.copy()
    for low, high in zip(window.table.start[:-1].tolist(), window.table.start[1:].tolist(), strict=True):
        label[low:high] = rng.permutation(label[low:high])
    return replace(window, label=label)


def mean_over_seeds(measure: Callable[[int], float]) -> float:
    return float(np.mean([measure(seed) for seed in SEEDS]))


def test_where_there_is_something_to_learn_it_is_learnt() -> None:
    """The measure can tell: tastes that are as strict as these are found out at once."""
    assert mean_over_seeds(lambda seed: over_chance(windows_of(taste_world(seed).data), seed)) > 0.5


def test_where_nothing_can_be_known_the_ranker_is_at_chance() -> None:
    """Scrambled plays; the last line shows how well a ranker would do whose sources had seen the labels."""
    worlds = {seed: scrambled(taste_world(seed), seed) for seed in SEEDS}

    assert abs(mean_over_seeds(lambda seed: over_chance(windows_of(worlds[seed]), seed))) < 0.06
    assert mean_over_seeds(lambda seed: over_chance(windows_of(worlds[seed], honest=False), seed)) > 0.3


def test_shuffled_labels_teach_nothing() -> None:
    """Trees fitted on labels that were dealt out anew order the true ones no better than chance."""
    windows = windows_of(taste_world(0).data)

    def measure(seed: int) -> float:
        rng = np.random.default_rng(seed)
        return over_chance([*(permuted(window, rng) for window in windows[:-1]), windows[-1]], seed)

    assert abs(float(np.mean([measure(seed) for seed in range(8)]))) < 0.15


def test_what_happens_later_changes_nothing_that_was_learnt(medium: World) -> None:
    """Training as of a time, on data whose later events are all other ones: the same models, the same report."""
    cut = NOW - 20 * DAY
    other = random_world(1).events.filter(pl.col("time").cast(pl.Int64) >= cut)
    poisoned = replace(
        medium, events=pl.concat([medium.events.filter(pl.col("time").cast(pl.Int64) < cut), other])
    ).data
    one, two = (
        trained_on(data, past=Past(data=data, watermark=data.events.before(cut), cutoff_ms=cut))
        for data in (medium.data, poisoned)
    )

    assert one.report == two.report
    assert one.models.ranker.save() == two.models.ranker.save()
    assert one.models.calibration.play.tobytes() == two.models.calibration.play.tobytes()
    assert one.models.sources["als"].factors.tobytes() == two.models.sources["als"].factors.tobytes()  # type: ignore[attr-defined]
