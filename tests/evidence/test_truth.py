"""Every reason on the pages of a generated world, found again in its tables, and the strongest by the rule."""

from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pagegen.engine import Engine
from pagegen.page import PageRow
from pagegen.ranking import Calibration
from pagegen.request import PageRequest
from pagegen.simulation.world import WorldConfig, generate
from pagegen.trace import Trace
from tests.evidence.oracle import ORDER, Learnt, Oracle, Truths
from tests.worlds import ALL_SOURCES, DAY, World, ask, tiny_engine

REPEATS = 3
LEARNT = Learnt(min_support=2, shrinkage=2.0, country_plays=450.0)
AS_THE_HEADING = {"top_10_in_country": "top_10"}


@pytest.fixture(scope="module")
def lively() -> World:
    """240 members and 320 titles, 40 days, with a grade for every third play."""
    tables = generate(WorldConfig(members=240, titles=320, days=40, seed=3)).tables
    number = pl.int_range(pl.len())
    grade = pl.when(pl.col("kind") == "play", number % 3 == 0).then(1 + (number // 3 * 7) % 9 / 2)
    events = tables["events"].with_columns(grade.cast(pl.Float32).alias("grade"))
    return World(catalog=tables["catalog"], members=tables["members"], events=events)


@pytest.fixture(scope="module")
def built(lively: World) -> Engine:
    """With every source, and probabilities that tell titles far apart."""
    numbers = {"fit": {"trends": {"min_plays": LEARNT.country_plays}}, "page": {"evidence": {"min_plays": 10}}}
    engine = tiny_engine(lively.data, ALL_SOURCES, numbers)
    steep = Calibration(score=np.array([0.0, 4.0, 5.0]), play=np.array([0.001, 0.002, 0.4]))
    return replace(engine, calibration=steep)


def requests(lively: World) -> list[PageRequest]:
    """Of every member, at several times; some elsewhere, some with half the log, some without the explainer."""
    end = lively.data.end_ms
    return [
        ask(
            who,
            end - n % 4 * 5 * DAY - 977 * n,
            rows=12,
            columns=20,
            country=["SE", None, None][n % 3],
            watermark=len(lively.events) // 2 if n % 11 == 0 else None,
            disabled_sources=("because_you_watched",) if n % 7 == 0 else (),
        )
        for n, who in enumerate(lively.members["member_id"].sort().to_list())
    ]


def test_every_reason_is_true_and_the_strongest(lively: World, built: Engine) -> None:
    """Code and argument of every title on 240 pages, by polars and by the rule; each kind at least 100 times."""
    oracle, count = Oracle(world=lively, learnt=LEARNT), Counter[str]()
    asked = requests(lively)
    for low in range(0, len(asked), 24):
        trace = built.run(asked[low : low + 24])
        for b, page in enumerate(trace.pages):
            truths = oracle.truths(asked[low + b], page.watermark, scored(built, trace, b))
            for row in page.rows:
                shown = [*zip(row.reasons, row.reason_arguments, strict=True)]
                count.update(row.reasons)

                assert expected(row, truths) == shown

    assert {*ORDER, ""} == {code for code, number in count.items() if number >= 100}


def scored(engine: Engine, trace: Trace, b: int) -> dict[str, float]:
    """The probability of each title that was scored."""
    pairs = trace.retrieved.pairs
    mine = slice(int(pairs.start[b]), int(pairs.start[b + 1]))
    ids = engine.data.catalog.ids.of(pairs.title[mine])
    return dict(zip(ids, trace.prediction.play[mine].tolist(), strict=True))


def expected(row: PageRow, truths: Truths) -> list[tuple[str, str]]:
    """The rule in plain Python: every second title that a reason is true of, three at most, the strongest wins."""
    said = [("", "")] * len(row.title_ids)
    for code in reversed([code for code in ORDER if code in truths]):
        times = Counter[str]()
        for place, title in enumerate(row.title_ids):
            argument = truths[code].get(title)
            if argument is None or AS_THE_HEADING.get(code, code) == row.kind:
                continue
            if times[argument] % 2 == 0 and times[argument] < 2 * REPEATS:
                said[place] = (code, argument)
            times[argument] += 1
    return said
