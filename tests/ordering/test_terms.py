"""Extra terms of the page objective: what rows are said to add is what a plain reading of the finished page finds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import groups
from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.data.schema import DEVICES
from pagegen.engine import Engine
from pagegen.metrics.registry import measure
from pagegen.metrics.stored_pages import stored_pages
from pagegen.ordering import Assembly, ObjectiveConfig, Orderer
from pagegen.replay import occasions, outcomes
from pagegen.request import LastPage
from pagegen.simulation.pages_log import pages_frame
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import Told, filled, lay, rows_of, rules, worth
from tests.worlds import DAY, NOW, ask, days_ago, play, title, world

GENRES: Sequence[Sequence[str]] = ("A", "A", "AB", "B", "BC", "C", "", "ABC", "D", "CD", "A", "B", "D", "")
PLAYED = {"ann": {2: 1.0, 3: 0.5, 5: 1.0, 6: None}, "bob": {}}  # titles, and how much of each was watched
DATA = world(
    [title(f"t{n:02d}", genres=list(genres)) for n, genres in enumerate(GENRES)],
    [
        play(member, f"t{n:02d}", days_ago(n), fraction=fraction)
        for member, plays in PLAYED.items()
        for n, fraction in plays.items()
    ],
)
WEIGHT = st.sampled_from([0.0, 0.3, 2.0])
CONFIG = st.builds(
    ObjectiveConfig,
    diversity=WEIGHT,
    calibration=WEIGHT,
    stability=WEIGHT,
    stability_plays=st.sampled_from([0.5, 3.0]),
)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.dictionaries(st.integers(0, 13), st.floats(0.0, 1.0, allow_subnormal=False), min_size=1, max_size=7),
    ),
    max_size=6,
)
SHOWN = st.lists(st.lists(st.sampled_from([*range(14), 99]), max_size=6, unique=True), max_size=4)


def asked(member: str, last: Sequence[Sequence[int]] | None, days: float = 3.0, **fields: Any) -> Contexts:
    """The context of one request, whose member saw these titles so many days ago."""
    rows = tuple(tuple(f"t{n:02d}" for n in row) for row in last or ())
    page = None if last is None else LastPage(time=days_ago(days), title_ids=rows, device="phone")
    return read_contexts([ask(member, last_page=page, **fields)], DATA, TrendWindows())


@given(
    ROWS, SHOWN, CONFIG, st.sampled_from(["ann", "bob"]), st.integers(0, 4), st.sampled_from(list(ORDERERS.values()))
)
def test_gains_add_up_to_the_value_of_the_page(
    told: list[Told], last: list[list[int]], config: ObjectiveConfig, member: str, hard_rows: int, orderer: Orderer
) -> None:
    """For every term, every mix of them and every orderer: as if the finished page had been valued from scratch."""
    rules_ = replace(rules(hard_rows), objective=config)
    contexts = asked(member, last, rows=5, columns=4)
    pages = orderer.order(contexts, filled(told), rules_)
    found = rows_of(pages)
    picked, titles = [row for row, _ in found], [shown for _, shown in found]
    plays = worth(told, picked, titles, rules_.examination)

    assert lay(told, picked, rules_, 4) == titles
    assert pages.gain.sum() == pytest.approx(plays + extra(titles, last, config, member))


def extra(page: Sequence[Sequence[int]], last: Sequence[Sequence[int]], config: ObjectiveConfig, member: str) -> float:
    """The terms of a page by their formulas."""
    look, before = attention(page, "tv"), attention(last, "phone")
    before.pop(99, None)
    mix, per_genre = shares(dict.fromkeys(PLAYED[member], 1.0)), sums(look)
    taste = mix or dict.fromkeys("ABCD", 0.25)
    value = config.diversity * sum(p * log(1 + per_genre[genre]) for genre, p in taste.items())
    if mix and config.calibration:
        shown = shares(look)
        lost = sum(p * log(p / (0.99 * shown.get(genre, 0.0) + 0.01 * p)) for genre, p in mix.items())
        value += config.calibration * (log(100) - lost)
    if before:
        titles = look.keys() | before.keys()
        low, high = (sum(f(look.get(t, 0.0), before.get(t, 0.0)) for t in titles) for f in (min, max))
        watched = sum(1.0 if f is None else f for n, f in PLAYED[member].items() if n <= 3)
        value += config.stability * 2 ** (-watched / config.stability_plays) * low / high
    return value


def attention(page: Sequence[Sequence[int]], device: str) -> dict[int, float]:
    """Chance that each title's first slot is examined."""
    row_x, column_x = rules().examination.of(device)
    slots = [(t, row_x[p] * column_x[q]) for p, row in enumerate(page) for q, t in enumerate(row)]
    return dict(reversed(slots))


def sums(weight: Mapping[int, float]) -> Counter[str]:
    total = Counter[str]()
    for t, w in weight.items():
        total.update({genre: w / len(GENRES[t]) for genre in GENRES[t]})
    return total


def shares(weight: Mapping[int, float]) -> dict[str, float]:
    """Of genres; empty without any."""
    total = sums(weight)
    return {genre: value / sum(total.values()) for genre, value in total.items()}


def test_without_weights_there_are_no_terms() -> None:
    """Nor without anything to go by: no last page, or nothing of it left in the catalog, no genre that was played."""
    told: list[Told] = [(1, {1: 0.5})]
    every = ObjectiveConfig(diversity=1.0, calibration=1.0, stability=1.0)

    def number(config: ObjectiveConfig, member: str, last: list[list[int]] | None) -> int:
        page = Assembly(asked(member, last), 0, filled(told), range(1), replace(rules(), objective=config))
        return len(page.objective.terms)

    assert 0 == number(ObjectiveConfig(), "ann", [[1]])
    assert 2 == number(every, "ann", [[1]])
    assert 1 == number(every, "ann", None) == number(every, "ann", [[99]])
    assert 0 == number(ObjectiveConfig(calibration=1.0, stability=1.0), "bob", None)


def greedy(told: list[Told], contexts: Contexts, **weights: float) -> list[int]:
    rules_ = replace(rules(), objective=ObjectiveConfig(**weights))
    return [row for row, _ in rows_of(ORDERERS["greedy"].order(contexts, filled(told), rules_))]


def test_diversity_brings_another_genre_up() -> None:
    """Two rows of C and one of B, which Ann plays no less: B comes second though it is played least."""
    told: list[Told] = [(1, {5: 0.9}), (1, {9: 0.5}), (1, {3: 0.4})]

    assert [0, 1, 2] == greedy(told, asked("ann", None))
    assert [0, 2, 1] == greedy(told, asked("ann", None), diversity=1.0)


def test_calibration_gives_genres_the_share_they_have_in_the_history() -> None:
    """Ann plays A now and then, B and C often, D never: a row of D sinks below one of A that is played less."""
    told: list[Told] = [(1, {8: 0.9}), (1, {0: 0.5}), (1, {4: 0.1})]

    assert [0, 1, 2] == greedy(told, asked("ann", None))
    assert [2, 1, 0] == greedy(told, asked("ann", None), calibration=1.0)
    assert [0, 1, 2] == greedy(told, asked("bob", None), calibration=1.0)


def test_stability_keeps_the_last_pages_order_until_there_is_news() -> None:
    """The row that stood on top stays there; when two and a half titles were watched since, it no longer does."""
    told: list[Told] = [(1, {0: 0.6}), (1, {1: 0.5})]

    assert [0, 1] == greedy(told, asked("ann", [[1], [0]], days=1.0))
    assert [1, 0] == greedy(told, asked("ann", [[1], [0]], days=1.0), stability=1.0, stability_plays=0.5)
    assert [0, 1] == greedy(told, asked("ann", [[1], [0]], days=5.0), stability=1.0, stability_plays=0.5)


def test_stability_is_the_measure_of_that_name(engine: Engine) -> None:
    """What the term adds to whole pages is S of the page and the last one, as the metric has it."""
    rules_ = replace(engine.rules, objective=ObjectiveConfig(stability=1.0, stability_plays=1_000.0))
    before = engine.run([ask("m003", days_ago(9), device="web", rows=6, columns=8)])
    last = LastPage(time=NOW - 1, title_ids=tuple(row.title_ids for row in before.pages[0].rows), device="web")
    after = replace(engine, rules=rules_).run([ask("m003", NOW, rows=8, columns=7, last_page=last)])
    both = [_measurable(trace, engine) for trace in (after, before)]
    look, first = both[0].layout.look, both[0].slots.first
    attraction = rules_.attraction[after.placed.rows.kind][groups(after.placed.start)]
    plays = float((look * after.placed.play * attraction)[first].sum())

    found = measure("stability").of(both[0], both[1])
    assert 0.05 < found[0] < 0.95
    assert after.placed.gain.sum() - plays == pytest.approx(found[0])


def _measurable(trace: Any, engine: Engine) -> Any:
    frame = pages_frame(trace)
    device = frame["device"].cast(pl.Enum(DEVICES)).to_physical().cast(pl.Int8).to_numpy()
    member = engine.data.members.ids.positions(frame["member_id"])
    past = occasions(member, frame["time"].cast(pl.Int64).to_numpy(), DAY, device)
    return stored_pages(frame, engine.data, outcomes(engine.data, past), engine.rules.examination)


@pytest.mark.parametrize("name", ORDERERS)
def test_every_orderer_reports_gains_with_the_terms(name: str, engine: Engine) -> None:
    """The same pages alone and in a batch, to the bit, with all terms on."""
    rules_ = replace(engine.rules, objective=ObjectiveConfig(diversity=0.1, calibration=0.1, stability=0.5))
    own = replace(engine, rules=rules_, orderer=ORDERERS[name])
    last = LastPage(time=days_ago(30), title_ids=(("t001", "t002"), ("t003",)))
    requests = [ask(f"m{n:03d}", rows=6, columns=8, last_page=last if n % 2 else None) for n in range(1, 7)]
    together, alone = own.run(requests).placed, [own.run([request]).placed for request in requests]

    for column in ("title", "gain"):
        assert getattr(together, column).tobytes() == b"".join(getattr(one, column).tobytes() for one in alone)
    assert np.isfinite(together.gain).all()
