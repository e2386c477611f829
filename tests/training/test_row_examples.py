"""Row examples: rows of logged pages, as the engine that could have made them sees them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pagegen.data.trends import DAY_MS
from pagegen.engine import Engine
from pagegen.ordering import RowExamples
from pagegen.ordering.row_features import ROW_FEATURES, row_features
from pagegen.simulation.pages_log import pages_frame
from pagegen.trace import Trace
from pagegen.training.logged_rows import LoggedRows, logged_rows
from pagegen.training.row_examples import joined, row_examples
from tests.random_worlds import member_ids
from tests.training.builders import asked, everything
from tests.worlds import ask, days_ago

LENGTH = ROW_FEATURES.index("length")


@pytest.fixture(scope="module")
def trace(engine: Engine) -> Trace:
    """Pages of many members, days apart, as they were made."""
    requests = [
        ask(name, days_ago(40 - n / 2), rows=6, columns=8, device=("tv", "phone")[n % 2])
        for n, name in enumerate(member_ids()[1:50])
    ]
    return engine.run(requests)


def log_of(trace: Trace, seen: np.ndarray) -> pl.DataFrame:
    return pages_frame(trace, seen=seen.astype(np.int16))


def examples(engine: Engine, pages: pl.DataFrame) -> tuple[RowExamples, LoggedRows]:
    past, kinds = everything(engine.data), engine.rules.kinds
    logged = logged_rows(pages, past, kinds, DAY_MS)
    habit = np.arange(len(pages) * len(kinds), dtype=np.float64).reshape(len(pages), len(kinds))
    return row_examples(engine, asked(past, pages), logged, habit), logged


def all_seen(trace: Trace) -> np.ndarray:
    return np.diff(trace.placed.start)


def test_logged_rows_have_the_features_and_probabilities_they_were_made_with(engine: Engine, trace: Trace) -> None:
    """
    Pages of the very engine: expected plays are examination times the probabilities on the page, each title where it
    first stands; features are those of the rows it placed.
    """
    found, _ = examples(engine, log_of(trace, all_seen(trace)))
    placed, examination = trace.placed, engine.rules.examination
    expected, wanted = [], []
    filled = trace.filled.rows
    for b, request in enumerate(trace.retrieved.contexts.requests):
        above: set[int] = set()
        for p in range(placed.row_start[b], placed.row_start[b + 1]):
            cut = slice(placed.start[p], placed.start[p + 1])
            slots = zip(examination.of(request.device)[1], placed.title[cut], placed.play[cut], strict=False)
            expected.append(sum(x * play for x, t, play in slots if t not in above))
            above |= set(placed.title[cut].tolist())
            same = (filled.request == b) & (filled.kind == placed.rows.kind[p]) & (filled.seed == placed.rows.seed[p])
            wanted.append(int(np.flatnonzero(same)[0]))
    kinds, contexts = engine.rules.kinds, trace.retrieved.contexts
    habit = np.arange(len(contexts) * len(kinds), dtype=np.float64).reshape(len(contexts), len(kinds))
    features = row_features(contexts, trace.filled, kinds, habit)[wanted]

    assert expected == pytest.approx(found.expected.tolist())
    assert tuple(kind.name for kind in kinds) == found.kinds
    assert np.delete(features, LENGTH, axis=1).tobytes() == np.delete(found.features, LENGTH, axis=1).tobytes()
    assert all_seen(trace).tolist() == found.features[:, LENGTH].tolist()


def test_rows_weigh_by_how_few_reach_them(engine: Engine, trace: Trace) -> None:
    """One over the chance to come so far down; a row that was not reached, or is of no kind of ours, is none."""
    seen = all_seen(trace)
    position = np.arange(len(seen)) - np.repeat(trace.placed.row_start[:-1], np.diff(trace.placed.row_start))
    seen[position >= 3] = 0
    pages = log_of(trace, seen).with_columns(
        pl.col("row_kinds").list.eval(
            pl.when(pl.element() == "genre").then(pl.lit("horoscope")).otherwise(pl.element())
        )
    )
    found, logged = examples(engine, pages)
    kept = (position < 3) & (np.array([kind.name for kind in engine.rules.kinds])[trace.placed.rows.kind] != "genre")

    assert 0 < kept.sum() < len(kept)
    assert (1 / engine.rules.examination.row[0][position[kept]]).tolist() == pytest.approx(found.weight.tolist())
    assert logged.plays[kept].tolist() == found.plays.tolist()


def test_weights_are_clipped(engine: Engine, trace: Trace) -> None:
    """Ten at most, where one page in a thousand comes so far."""
    rare = np.full_like(engine.rules.examination.row, 0.001)
    rules = replace(engine.rules, examination=replace(engine.rules.examination, row=rare))
    found, _ = examples(replace(engine, rules=rules), log_of(trace, all_seen(trace)))

    assert {10.0} == set(found.weight.tolist())


def test_titles_that_have_left_are_expected_to_do_nothing(engine: Engine, trace: Trace) -> None:
    """The others keep their columns; a row of nothing else is none."""
    pages = log_of(trace, all_seen(trace))
    last = trace.pages[-1].rows[-1].title_ids

    def without(*titles: str) -> RowExamples:
        known = pl.when(pl.element().is_in(titles)).then(pl.lit("gone")).otherwise(pl.element())
        return examples(engine, pages.with_columns(pl.col("title_ids").list.eval(known)))[0]

    placed, column_x = trace.placed, engine.rules.examination.of("tv")[1]
    first = placed.title[placed.start[-2]] not in placed.title[placed.start[placed.row_start[-2]] : placed.start[-2]]

    assert first
    lost = without().expected[-1] - without(last[0]).expected[-1]
    assert lost == pytest.approx(column_x[0] * placed.play[placed.start[-2]])
    assert len(without(*last).plays) < len(placed.rows.kind)


def test_parts_are_joined(engine: Engine, trace: Trace) -> None:
    """One after the other."""
    found, _ = examples(engine, log_of(trace, all_seen(trace)))
    twice = joined([found, found])

    assert found.kinds == twice.kinds
    assert np.tile(found.features, (2, 1)).tobytes() == twice.features.tobytes()
    assert np.tile(found.plays, 2).tolist() == twice.plays.tolist()
