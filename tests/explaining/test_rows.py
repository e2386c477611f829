"""Why rows stand where they stand: values, what came second, and what each rule did."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.errors import ConfigError
from pagegen.explaining import RowReasons, explain, left_over, look, rows_of
from pagegen.ordering import Exploration, ObjectiveConfig
from pagegen.request import LastPage
from rankers.independent_rows import IndependentRows
from tests.explaining.telling import HARD, RANKED, SOFT, telling, with_objective
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import fits, waits
from tests.ordering.test_constraints import RULE
from tests.worlds import DAY, NOW, ask

PLAY = {n: 0.9 - 0.02 * n for n in range(30)}
NEXT_ROW, NEXT_COLUMN = 0.85, 0.93


def told(engine: Engine, **asked: Any) -> tuple[RowReasons, ...]:
    return rows_of(look(engine, ask(**asked)))


def rules_told(engine: Engine, **asked: Any) -> list[tuple[int, list[tuple[str, str, str]]]]:
    """Position by position: the rows that rules kept off, by whose rule."""
    return [(row.position, kept(row)) for row in told(engine, **asked)]


def kept(row: RowReasons) -> list[tuple[str, str, str]]:
    return [(one.row.row_id, one.rule, one.of_kind) for one in row.kept_off]


def test_values_and_what_came_second() -> None:
    """Two rows of two titles of which one is shared: alone, added, repeated, and the difference to the other."""
    first, second = told(telling([(SOFT, [1, 2]), (SOFT, [2, 3])], PLAY))
    alone = [PLAY[1] + NEXT_COLUMN * PLAY[2], PLAY[2] + NEXT_COLUMN * PLAY[3]]

    assert ("soft:t00", "Because you watched The t00", "soft") == (first.row.row_id, first.row.heading, first.kind)
    assert alone == pytest.approx([first.alone, second.alone])
    assert [alone[0], NEXT_ROW * PLAY[3]] == pytest.approx([first.gain, second.gain])
    assert [(0, 2, 0), (1, 1, 1)] == [(row.position, row.titles, row.repeats) for row in (first, second)]
    assert first.second
    assert ("soft:t01", None) == (first.second.row.row_id, second.second)
    assert [alone[1], alone[0] - alone[1]] == pytest.approx([first.second.gain, first.second.behind])


def test_a_row_of_a_later_answer_is_worth_alone_what_it_is_at_the_top() -> None:
    """Whatever earlier answers have shown; its position counts from the top of the whole page."""
    engine = telling([(SOFT, [1, 2]), (SOFT, [2, 3])], PLAY)
    whole = told(engine)[1]
    token = engine.run([ask(page_size=1)]).pages[0].next_page_token
    (rest,) = told(engine, page_size=1, page_token=token)

    assert (whole.position, whole.alone, whole.gain) == (rest.position, rest.alone, rest.gain)


def test_an_orderer_that_prefers_less_to_more() -> None:
    """Independent rows go by what each is worth alone: the second of them is behind by less than nothing."""
    rows = [(SOFT, [1, 2, 3]), (SOFT, [1, 2, 29]), (SOFT, [9])]
    independent = told(replace(telling(rows, PLAY), orderer=IndependentRows()))[1]
    greedy = told(telling(rows, PLAY))[1]

    assert independent.second
    assert greedy.second
    assert ("soft:t01", "soft:t02") == (independent.row.row_id, independent.second.row.row_id)
    assert ("soft:t02", "soft:t01") == (greedy.row.row_id, greedy.second.row.row_id)
    assert NEXT_ROW * (PLAY[29] - PLAY[9]) == pytest.approx(independent.second.behind)
    assert independent.second.behind == pytest.approx(-greedy.second.behind)


def test_attraction_is_told_in_its_parts() -> None:
    """Plays in rows of the kind count double by the settings; nothing was learnt."""
    engine = with_objective(telling([(SOFT, [5]), (HARD, [6])], PLAY), ObjectiveConfig(), {"hard": 2.0})

    assert [(2.0, 1.0), (1.0, 1.0)] == [(row.configured, row.learnt) for row in told(engine)]
    assert 2 * PLAY[6] == pytest.approx(told(engine)[0].alone)


def test_extra_terms_are_told_apart_from_plays() -> None:
    """What is left of the gains without them is the plays; together they are what the page gained."""
    last = LastPage(time=NOW - DAY, title_ids=(("t07", "t03"),))
    objective = ObjectiveConfig(diversity=0.3, stability=0.4)
    engine = with_objective(telling([(SOFT, [1, 2]), (RANKED, [3, 4]), (HARD, [7, 8])], PLAY), objective, {})
    found = told(engine, last_page=last)
    plays = [row.gain - row.extra for row in found]
    shown = [[int(t[1:]) for t in row.title_ids] for row in engine.run([ask(last_page=last)]).pages[0].rows]
    expected = [NEXT_ROW**p * sum(NEXT_COLUMN**q * PLAY[t] for q, t in enumerate(row)) for p, row in enumerate(shown)]

    assert expected == pytest.approx(plays)
    assert min(row.extra for row in found) > 0
    assert [0.0, 0.0] == [row.extra for row in told(telling([(SOFT, [1, 2]), (SOFT, [3])], PLAY))]


def test_a_pin_of_its_own_makes_a_row_wait() -> None:
    """The best row stands second since it is pinned there."""
    engine = telling([(HARD, [1]), (SOFT, [2]), (SOFT, [3])], PLAY, hard={"pin": 1})

    assert [(0, [("hard:t00", "pin", "hard")]), (1, []), (2, [])] == rules_told(engine)


def test_a_pin_of_another_kind_takes_the_place() -> None:
    """All better rows are kept off by it, the best of them first."""
    engine = telling([(SOFT, [3]), (HARD, [9]), (SOFT, [1])], PLAY, hard={"pin": 0})
    first, *_ = rules_told(engine)

    assert (0, [("soft:t02", "pin", "hard"), ("soft:t00", "pin", "hard")]) == first


def test_how_high_rows_may_stand() -> None:
    """The best row may not stand at the top."""
    engine = telling([(HARD, [1]), (SOFT, [2])], PLAY, hard={"first": 1})

    assert [(0, [("hard:t00", "first", "hard")]), (1, [])] == rules_told(engine)


def test_how_low_rows_may_stand() -> None:
    """The second of the kind, better than what comes, is too late; so it is left when the page ends."""
    engine = telling([(HARD, [1]), (HARD, [2]), (SOFT, [3])], PLAY, hard={"last": 0})
    over = left_over(look(engine, ask()))

    assert [(0, []), (1, [("hard:t01", "last", "hard")])] == rules_told(engine)
    assert [("hard:t01", "last")] == [(one.row.row_id, one.rule) for one in over]


def test_how_many_rows_there_may_be() -> None:
    """One is enough."""
    engine = telling([(HARD, [1]), (HARD, [2]), (SOFT, [3])], PLAY, hard={"max_rows": 1})

    assert [(0, []), (1, [("hard:t01", "max_rows", "hard")])] == rules_told(engine)


def test_how_far_apart_rows_have_to_be() -> None:
    """The second best waits for a row between; where nothing else is left, it waits no more."""
    engine = telling([(HARD, [1]), (HARD, [2]), (SOFT, [3]), (HARD, [4])], PLAY, hard={"distance": 2})

    assert [(0, []), (1, [("hard:t01", "distance", "hard")]), (2, []), (3, [])] == rules_told(engine)


def test_what_repeats_cost_a_row() -> None:
    """What is left of the row would still be the best, but is fewer titles than its kind wants."""
    engine = telling([(SOFT, [1, 2, 3]), (HARD, [1, 2, 4]), (SOFT, [29])], PLAY, hard={"min_titles": 2})
    over = left_over(look(engine, ask()))

    assert [(0, []), (1, [("hard:t01", "min_titles", "hard")])] == rules_told(engine)
    assert [("hard:t01", "min_titles")] == [(one.row.row_id, one.rule) for one in over]


def test_a_full_page_leaves_nothing_to_explain() -> None:
    """Rows that did not fit are no rows that rules kept off."""
    engine = telling([(HARD, [1]), (HARD, [2]), (SOFT, [3])], PLAY, hard={"last": 0})

    assert () == left_over(look(engine, ask(rows=2)))


ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.integers(0, 12), min_size=1, max_size=8, unique=True)), max_size=9
)


@given(rows=ROWS, of_kinds=st.tuples(RULE, RULE, RULE), hard_rows=st.integers(0, 6))
def test_what_kept_a_row_off_is_true(rows: Any, of_kinds: Any, hard_rows: int) -> None:
    """
    To a second opinion of the rules. And nothing is missing: the greedy row adds most of all rows but those that are
    told, and without them it would have been the first of them.
    """
    with suppress(ConfigError):
        engine = telling(
            rows, PLAY, hard_rows=hard_rows, **dict(zip(("hard", "soft", "ranked"), of_kinds, strict=True))
        )
        case, names = look(engine, ask(rows=7, columns=4)), [kind.name for kind in engine.rules.kinds]
        page = [names.index(row.kind) for row in rows_of(case)]
        for row, step in zip(rows_of(case), case.steps, strict=False):
            above = page[: row.position]
            left = step.may | np.isin(np.arange(len(step.may)), list(step.forbidden))
            best = int(np.where(left, step.gain, -np.inf).argmax())
            assert step.gain[best] == pytest.approx(row.kept_off[0].gain if row.kept_off else step.gain[step.row])
            for one in row.kept_off:
                check_rule(engine, above, names.index(one.row.row_id.split(":")[0]), (one.rule, one.of_kind))


def check_rule(engine: Engine, above: list[int], kind: int, said: tuple[str, str]) -> None:
    """Whether the rule says so of one more row of the kind below these."""
    rules, (name, of_kind) = engine.rules, said
    rule, position = rules.constraints.rules[kind], len(above)
    if name in ("last", "max_rows"):
        assert not fits(above, kind, rules)
        assert position > rule.last if name == "last" else above.count(kind) >= rule.max_rows
    elif name == "min_titles":
        assert rules.least[kind] > 1 or position < rules.constraints.hard_rows or rules.hard[kind]
    elif name == "pin" and of_kind != rules.kinds[kind].name:
        (other,) = [k for k, own in enumerate(rules.constraints.rules) if own.pin == position]
        assert other not in above
    else:
        assert name in ("pin", "first", "distance")
        assert waits(above, kind, rules)


@pytest.mark.parametrize("orderer", ORDERERS)
def test_explained_pages_are_the_pages(engine: Engine, orderer: str) -> None:
    """Of every orderer, with chance and in two answers: gains, rows and extra terms are those of the page."""
    objective = ObjectiveConfig(diversity=0.05, calibration=0.05)
    rules = replace(engine.rules, objective=objective, exploration=Exploration(rows=0.3, slots=0.3))
    strays = replace(engine, rules=rules, orderer=ORDERERS[orderer])
    for who in ("m001", "m003", "a stranger"):
        top = strays.run([ask(who, page_size=3, rows=8)]).pages[0]
        for asked in (ask(who, rows=8), ask(who, rows=8, page_size=3, page_token=top.next_page_token)):
            case = look(strays, asked)
            explained = explain(strays, asked)
            assert list(case.trace.pages[0].rows) == list(strays.run([asked]).pages[0].rows)
            assert [row.row_id for row in case.trace.pages[0].rows] == [row.row.row_id for row in explained.rows]
            assert [row.heading for row in case.trace.pages[0].rows] == [row.row.heading for row in explained.rows]
            for place, (row, step) in enumerate(zip(explained.rows, case.steps, strict=False)):
                cells = slice(*case.trace.placed.start[place : place + 2].tolist())
                assert set(case.trace.placed.title[cells].tolist()) == set(step.laid[: row.titles].tolist())
                assert row.gain == case.trace.placed.gain[place]
