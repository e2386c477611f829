"""Logs without time: every member's titles are hidden in parts, and what is learnt of a part has not seen it."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pagegen.bundle.load import load_engine
from pagegen.bundle.parts import SourcePart
from pagegen.data.dataset import Dataset, Past
from pagegen.data.schema import TIME
from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from pagegen.ordering.examination import default_examination
from pagegen.pool import Source
from pagegen.replay import outcomes
from pagegen.training.asked import Asked
from pagegen.training.crossfit import fold_of, folds, hide
from pagegen.training.examples import Window, label_window
from pagegen.training.fit import engine_of, fit_sources
from pagegen.training.train import label_windows, past_windows, train
from rankers.popularity import Popularity
from tests.training.builders import everything, fast_settings, files_of, job, retrained, taste_world, write_data
from tests.training.test_leaks import mean_over_seeds, over_chance, scrambled
from tests.worlds import HOUR, NOW, World, ask, event, play, tell, title

PARTS = 5
HALF_PAST = NOW // HOUR * HOUR + HOUR // 2


def at_once(world: World) -> World:
    """The same world, whose log has forgotten when anything happened."""
    return replace(world, events=world.events.with_columns(time=pl.lit(HALF_PAST).cast(TIME)))


@pytest.fixture(scope="module")
def past() -> Past:
    return everything(at_once(taste_world()).data)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def parts_of(past: Past, count: int = PARTS, most: int = 1_000, used: int = 99) -> list[tuple[Past, Any]]:
    return list(folds(past, count, used, most, rng()))


def pairs_of(data: Dataset, positions: Any) -> set[tuple[int, int]]:
    return set(zip(data.events.member[positions].tolist(), data.events.title[positions].tolist(), strict=True))


def test_the_parts_of_a_member_are_a_partition_and_balanced(past: Past) -> None:
    """Every title is hidden exactly once, and the five parts of a member differ by one title at most."""
    hidden = [pairs_of(part.data, slice(part.watermark, None)) for part, _ in parts_of(past)]
    sizes = [Counter(member for member, _ in part) for part in hidden]
    every = pairs_of(past.data, slice(None))

    assert (every, len(every)) == (set.union(*hidden), sum(map(len, hidden)))
    for member in range(len(past.data.members)):
        counts = [size[member] for size in sizes]
        assert max(counts) - min(counts) <= 1, counts


def test_the_first_folds_are_those_of_all(past: Past) -> None:
    """With two of five windows, two fits hide a fifth each, and share the requests."""
    every, two = parts_of(past, most=60), parts_of(past, most=60, used=2)

    assert [part.watermark for part, _ in every[:2]] == [part.watermark for part, _ in two]
    assert [12] * 5 == [len(asked) for _, asked in every]
    assert [30] * 2 == [len(asked) for _, asked in two]


def test_who_has_few_titles_hides_them_by_chance() -> None:
    """Of members with one title, about a fifth in each part."""
    log = [play(f"m{m:03d}", "a", HALF_PAST) for m in range(500)] + [play("ann", "b", HALF_PAST)]
    data = tell([title("a"), title("b")], log).data
    counts = np.bincount(fold_of(everything(data), PARTS, rng()), minlength=PARTS)

    assert 501 == counts.sum()
    assert all(70 <= count <= 130 for count in counts)


def test_events_of_one_title_are_hidden_together() -> None:
    """A click tells as much of a title as the play that came of it."""
    kinds = ("play", "click", "thumbs_up", "play")
    data = tell([title(name) for name in "abcdef"], [event("ann", n, k, HALF_PAST) for n in "abcdef" for k in kinds])
    fold = fold_of(everything(data.data), 3, rng())

    assert all(1 == len(np.unique(fold[data.data.events.title == t])) for t in range(6))
    assert [8, 8, 8] == np.bincount(fold).tolist()


def test_hidden_events_happen_at_the_end_of_the_past(past: Past) -> None:
    """Nothing is lost; what stays is before the request and keeps its order, what is hidden is what follows it."""
    held = rng().random(past.watermark) < 0.3
    hidden, events = hide(past, held), past.data.events

    assert events.title[~held].tolist() == hidden.data.events.title[: hidden.watermark].tolist()
    assert events.title[held].tolist() == hidden.data.events.title[hidden.watermark :].tolist()
    assert (past.time, len(events)) == (hidden.time, len(hidden.data.events))
    assert {HALF_PAST} == set(hidden.data.events.time[: hidden.watermark].tolist())
    assert {past.time} == set(hidden.data.events.time[hidden.watermark :].tolist())


def test_a_request_is_followed_by_what_was_hidden(past: Past) -> None:
    """By each member's hidden titles and by nothing else."""
    for part, asked in parts_of(past):
        followed = outcomes(part.data, asked)
        found = zip(
            asked.member[np.repeat(np.arange(len(asked)), np.diff(followed.start))], followed.title, strict=True
        )

        assert pairs_of(part.data, slice(part.watermark, None)) == {(int(m), int(t)) for m, t in found}


def test_trends_have_not_seen_what_was_hidden(past: Past) -> None:
    """A request's plays so far are those that were not hidden: the end of the past is a full hour."""
    part, asked = parts_of(past)[0]
    total = part.data.trends.worldwide.before(int(asked.time[0]) // HOUR * HOUR)

    assert (
        np.bincount(past.data.events.title[fold_of(past, PARTS, rng()) != 0], minlength=80).tolist() == total.tolist()
    )


def test_requests_are_drawn_over_all_members(past: Past) -> None:
    """At most so many over all folds, the same number of each, and not those who come first."""
    asked = [asked for _, asked in parts_of(past, most=53)]

    assert [10, 11, 10, 11, 11] == [len(each) for each in asked]
    assert all((np.diff(each.member) > 0).all() for each in asked)
    assert len({int(member) for each in asked for member in each.member}) > 25


def test_a_log_with_one_title_each_cannot_teach() -> None:
    """Fewer titles than folds: a fold without hidden titles, or with all of them, is none."""
    data = tell([title("a")], [play("ann", "a", HALF_PAST)]).data

    assert [] == parts_of(everything(data))


def spied(part: SourcePart, seen: list[Past]) -> SourcePart:
    def fit(past: Past, *rest: Any) -> Source:
        seen.append(past)
        return part.fit(past, *rest)

    return replace(part, fit=fit)


def test_hidden_titles_never_reach_a_source(past: Past) -> None:
    """Every fit of a part sees plays of titles that are not hidden in it; the last fit sees all."""
    seen: list[Past] = []
    home = replace(HOME, sources={**HOME.sources, "als": spied(HOME.sources["als"], seen)})
    train(job(past.data, {"fit": {"sources": ["als"]}}, home=home))
    known = [pairs_of(each.data, slice(each.watermark)) for each in seen]
    hidden = [pairs_of(each.data, slice(each.watermark, None)) for each in seen]

    assert 3 + 1 == len(seen)  # windows, and everything
    assert all(k and h and not k & h for k, h in zip(known[:-1], hidden[:-1], strict=True))
    assert (pairs_of(past.data, slice(None)), set()) == (known[-1], hidden[-1])
    assert all(len(each.plays().title) == each.watermark for each in seen)


def test_what_is_hidden_changes_no_score(past: Past) -> None:
    """The hidden titles swapped for others: what is learnt of the rest, and every feature, is the same to the byte."""
    part, asked = parts_of(past)[0]
    events = part.data.events
    drawn = events.title.copy()
    drawn[part.watermark :] = np.roll(drawn[part.watermark :], 7)
    other = replace(part, data=replace(part.data, events=replace(events, title=drawn)))

    def table(known: Past) -> bytes:
        settings = fast_settings()
        engine = engine_of(HOME, settings, known, fit_sources(HOME, settings, known, 0), Popularity())
        window = label_window(engine, Asked(past=known, occasions=asked, exposure=None, page=np.arange(len(asked))))
        return window.table.values.tobytes()

    assert table(part) == table(other)


def windows_of(data: Dataset, *, honest: bool = True) -> list[Window]:
    """Five labelled parts; without honesty their sources are fitted on all of the data, labels included."""
    more: Any = {"fit": {"examples": {"occasions": 300}}}
    settings, made = fast_settings(more), job(data, more)
    out = []
    for part in past_windows(made, default_examination()):
        sources = fit_sources(HOME, settings, part.past if honest else everything(data), 0)
        out.append(label_window(engine_of(HOME, settings, part.past, sources, Popularity()), part))
    return out


def test_where_there_is_something_to_learn_it_is_learnt() -> None:
    """Tastes as strict as these are found out without any time."""
    assert mean_over_seeds(lambda seed: over_chance(windows_of(at_once(taste_world(seed)).data), seed)) > 0.2


def test_where_nothing_can_be_known_the_ranker_is_at_chance() -> None:
    """Scrambled plays; the last line shows how well a ranker would do whose sources had seen the labels."""
    worlds = {seed: scrambled(at_once(taste_world(seed)), seed) for seed in range(3)}

    assert abs(mean_over_seeds(lambda seed: over_chance(windows_of(worlds[seed]), seed))) < 0.06
    assert mean_over_seeds(lambda seed: over_chance(windows_of(worlds[seed], honest=False), seed)) > 0.3


def test_a_bundle_is_trained_from_a_log_without_time(tmp_path: Path) -> None:
    """With the trees, better than popularity, and the same bytes again; it makes pages."""
    data = write_data(tmp_path / "data", at_once(taste_world()))
    found = retrained(data, tmp_path / "one", gate=True)
    again = retrained(data, tmp_path / "two")
    known = at_once(taste_world()).data
    page = load_engine(HOME, found.folder, known, trusted=True).run([ask("m01", known.end_ms)]).pages[0]

    assert ("boosted_trees", 3, 120) == tuple(found.report[key] for key in ("ranker", "windows", "requests"))
    assert files_of(found.folder) == files_of(again.folder)
    assert page.rows


def test_a_past_at_one_instant_is_cross_fitted_though_more_is_known(past: Past) -> None:
    """Published splits: what is to be foreseen happens later, and is no part of the log that is learnt from."""
    world = at_once(taste_world())
    later = world.events.with_columns(time=(pl.col("time").cast(pl.Int64) + 2 * HOUR).cast(TIME))
    data = replace(world, events=pl.concat([world.events, later[:40]])).data
    before = Past(data=data, watermark=past.watermark, cutoff_ms=HALF_PAST + 2 * HOUR)
    made = job(data, past=before)

    assert [3, 3] == [len(past_windows(made, default_examination())), len(label_windows(made, _windows(made)))]
    assert {HALF_PAST + 2 * HOUR} == {int(t) for asked in _windows(made) for t in asked.occasions.time}
    assert past.watermark == len(_windows(made)[0].past.data.events)


def _windows(made: Any) -> list[Asked]:
    return past_windows(made, default_examination())


def test_a_kind_that_the_log_does_not_have_is_refused(past: Past) -> None:
    """Pages are not made up."""
    with pytest.raises(ConfigError, match=r"kind is page, and the data have no pages log"):
        past_windows(job(past.data, {"fit": {"examples": {"kind": "page"}}}), default_examination())


def test_any_log_can_be_cross_fitted() -> None:
    """Times stay what they were; a request stands at the end of the log."""
    data = taste_world().data
    asked = past_windows(job(data, {"fit": {"examples": {"kind": "crossfit", "folds": 3}}}), default_examination())

    assert 3 == len(asked)
    assert [data.end_ms] * 3 == [int(part.occasions.time[0]) for part in asked]
    assert all((np.diff(part.past.data.events.time) >= 0).all() for part in asked)
