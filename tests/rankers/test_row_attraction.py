"""Row attraction: finds what was planted, stays around 1, and keeps what every model keeps."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pagegen.arrays import Float64
from pagegen.engine import Engine
from pagegen.ordering import Habits, RowExamples
from pagegen.ordering.habits import member_key
from pagegen.ordering.row_features import ROW_FEATURES
from pagegen.request import PageRequest
from rankers import row_attraction
from rankers.row_attraction import Config, RowAttraction
from tests.contracts import shuffled, some_requests
from tests.random_worlds import member_ids

KIND, DAYS, LIFT, HABIT = (ROW_FEATURES.index(name) for name in ("kind", "seed_days", "seed_lift", "habit"))
NOBODY = Habits(kinds=(), member=np.zeros(0, np.uint64), habit=np.zeros((0, 0), np.float32))


def rows(true: Callable[[Float64], Float64], size: int = 20_000, kinds: int = 3) -> RowExamples:
    """Rows whose plays are drawn, at a tenth of what is expected, times what is true of their features."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(size, len(ROW_FEATURES)))
    features[:, KIND] = rng.integers(0, kinds, size)
    expected = rng.gamma(2.0, 1.0, size)
    return RowExamples(
        kinds=tuple("abc"[:kinds]),
        features=features,
        expected=expected,
        plays=rng.poisson(expected * 0.1 * true(features)).astype(np.float64),
        weight=rng.uniform(1.0, 3.0, size),
    )


def fitted(examples: RowExamples, habits: Habits = NOBODY, **config: Any) -> RowAttraction:
    common = {"trees": 150, "threads": 1}
    found = row_attraction.fit(examples, habits, Config(**{**common, **config}), np.random.default_rng(0))
    assert found
    return found


def factors(model: RowAttraction, examples: RowExamples) -> Float64:
    """What the model says of rows whose kinds it knows."""
    return model._factor(examples.features)


def test_kinds_from_which_more_is_played_than_their_titles_explain() -> None:
    """Planted 1.5, 1 and .5; whatever the level of what is expected, the mean over what is expected is 1."""
    examples = rows(lambda features: np.array([1.5, 1.0, 0.5])[features[:, KIND].astype(int)])
    factor = factors(fitted(examples), examples)
    of_kind = [factor[examples.features[:, KIND] == kind].mean() for kind in range(3)]
    weight = examples.weight * examples.expected

    assert [1.5, 1.0, 0.5] == pytest.approx(of_kind, rel=0.1)
    assert 1.0 == pytest.approx(weight @ factor / weight.sum())


def test_plays_are_expected_as_they_come_once_rows_have_their_attraction() -> None:
    """Plays over expected plays differ by habit before, and hardly after: by fifths of the habit."""
    examples = rows(lambda features: np.exp(0.5 * features[:, HABIT]))
    factor = factors(fitted(examples), examples)
    fifth = np.argsort(np.argsort(examples.features[:, HABIT])) * 5 // len(factor)

    def spread(expected: Float64) -> float:
        return float(np.ptp(np.log([examples.plays[fifth == f].sum() / expected[fifth == f].sum() for f in range(5)])))

    assert spread(examples.expected) > 1.0
    assert spread(examples.expected * factor) < 0.2


def test_what_is_known_of_the_member_only_counts_the_way_it_can() -> None:
    """Planted backwards: a habit that repels, a liked genre that bores, a long time that endears. None is believed."""
    examples = rows(lambda f: np.exp(-0.5 * f[:, HABIT] - 0.5 * f[:, LIFT] + 0.5 * f[:, DAYS]))
    model = fitted(examples)
    for column, sign in ((HABIT, 1), (LIFT, 1), (DAYS, -1)):
        higher = examples.features.copy()
        higher[:, column] += 1.0
        assert (sign * (model._factor(higher) - model._factor(examples.features)) >= -1e-12).all()


def test_attraction_stays_within_its_bounds() -> None:
    """However strong the truth is."""
    examples = rows(lambda features: np.where(features[:, HABIT] > 0, 10.0, 0.01))
    factor = factors(fitted(examples, most=2.0), examples)

    assert (0.5, 2.0) == (factor.min(), factor.max())


def test_noise_makes_hardly_any_difference() -> None:
    """Nothing is planted: nine in ten rows stay within a tenth of 1."""
    examples = rows(lambda features: np.ones(len(features)))

    assert np.quantile(np.abs(np.log(factors(fitted(examples, trees=60), examples))), 0.9) < 0.1


def test_nothing_is_said_where_nothing_was_played() -> None:
    """Or where no kind has rows enough."""
    examples = rows(lambda features: np.ones(len(features)), 500)
    nothing = replace(examples, plays=np.zeros(500))

    assert row_attraction.fit(nothing, NOBODY, Config(), np.random.default_rng(0)) is None
    assert row_attraction.fit(examples, NOBODY, Config(min_rows=400), np.random.default_rng(0)) is None


def of_engine(engine: Engine, *, without: str = "top_picks") -> RowAttraction:
    """A model for the engine's kinds but one, with habits of all members."""
    kinds = [kind.name for kind in engine.rules.kinds]
    examples = rows(lambda f: np.exp(0.5 * f[:, HABIT]) * (1 + f[:, KIND] % 2), kinds=3)
    rng = np.random.default_rng(1)
    place = rng.integers(0, len(kinds), len(examples.plays))
    known = place != kinds.index(without)
    features = examples.features.copy()
    features[:, KIND] = place
    member = np.sort(np.array([member_key(name) for name in member_ids()], np.uint64))
    habit = rng.normal(0.0, 1.0, (len(member), len(kinds))).astype(np.float32)
    columns = {name: getattr(examples, name)[known] for name in ("expected", "plays", "weight")}
    seen = RowExamples(kinds=tuple(kinds), features=features[known], **columns)
    return fitted(seen, Habits(kinds=tuple(kinds), member=member, habit=habit))


def test_rows_get_their_attraction_alone_as_in_a_batch_and_out_of_a_bundle(engine: Engine) -> None:
    """To the bit; rows of a kind that was not in the log have 1, others do not."""
    model, kinds = of_engine(engine), engine.rules.kinds
    again, requests = row_attraction.load(model.save()), some_requests()

    def found(asked: list[PageRequest], of: RowAttraction = model) -> list[bytes]:
        filled = replace(engine, attraction=of).run(asked).filled
        return [part.tobytes() for part in np.split(filled.attraction, filled.of_request(len(asked))[1:-1])]

    order = shuffled(len(requests), 30)
    batch = found(requests)
    filled = replace(engine, attraction=model).run(requests).filled
    unknown = np.array([kind.name == "top_picks" for kind in kinds])[filled.rows.kind]

    assert [found([request])[0] for request in requests] == batch == found(requests, again)
    assert [batch[i] for i in order] == found([requests[i] for i in order])
    assert {1.0} == set(filled.attraction[unknown].tolist())
    assert np.ptp(filled.attraction[~unknown]) > 0.3
    assert 0 == len(replace(engine, attraction=model).run([]).filled.attraction)


def test_attraction_changes_what_rows_are_worth_and_nothing_else(engine: Engine) -> None:
    """The probabilities on the page stay; the gain of every page's first row is that of its kind times the factor."""
    engine = replace(engine, rules=replace(engine.rules, attraction=np.ones_like(engine.rules.attraction)))
    requests = [replace(request, rows=1) for request in some_requests()]
    plain, learnt = engine.run(requests), replace(engine, attraction=of_engine(engine)).run(requests)

    assert plain.filled.play.tobytes() == learnt.filled.play.tobytes()
    for b in range(len(requests)):
        cut = slice(*learnt.placed.row_start[b : b + 2])
        if cut.start == cut.stop:
            continue
        of = (learnt.filled.rows.request == b) & (learnt.filled.rows.kind == learnt.placed.rows.kind[cut][0])
        of &= learnt.filled.rows.seed == learnt.placed.rows.seed[cut][0]
        titles = slice(*learnt.placed.start[cut.start : cut.start + 2])
        column_x = engine.rules.examination.of(requests[b].device)[1]
        worth = column_x[: titles.stop - titles.start] @ learnt.placed.play[titles]
        row_x = engine.rules.examination.of(requests[b].device)[0][0]
        assert learnt.placed.gain[cut][0] == pytest.approx(row_x * worth * learnt.filled.attraction[of][0])
