"""Stages: features of rows, given those above, by a plain reading of the page."""

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import Float32
from pagegen.engine import Engine
from pagegen.ordering import Assembly
from pagegen.ordering.row_features import ROW_FEATURES, row_features
from pagegen.ordering.stages import MOVING, STAGE_FEATURES, Stages, standing_features
from pagegen.request import MAX_ROWS, VISIBLE_COLUMNS
from pagegen.rows import Above
from tests.contracts import some_requests
from tests.ordering.pages import KINDS, Told, contexts, filled, lay, rules
from tests.worlds import ask

COLUMNS = 8
NAMES = [kind.name for kind in KINDS]
TOLD = st.lists(
    st.tuples(st.integers(0, 2), st.dictionaries(st.integers(0, 15), st.floats(0.01, 1.0), min_size=1, max_size=10)),
    min_size=1,
    max_size=6,
)


def told_page(told: Sequence[Told], **asked: Any) -> tuple[Assembly, Stages]:
    """A page without rows yet."""
    candidates, asked_ = filled(told), contexts([ask(columns=COLUMNS, **asked)])
    page = Assembly(asked_, 0, candidates, range(len(told)), rules(3))
    return page, Stages(page, standing_features(asked_, candidates, KINDS, NAMES))


def features_of(page: Assembly, stages: Stages) -> Float32:
    gain, may = page.gains()
    return stages.at(gain, may).copy()


def read(told: Sequence[Told], picked: Sequence[int], row: int) -> dict[str, float]:
    """What the features of the row are below these rows, read from the finished pages."""
    kinds, titles = [told[other][0] for other in picked], list(told[row][1])
    above = {t for shown in lay(told, picked, rules(3), COLUMNS) for t in shown}
    shown = lay(told, [*picked, row], rules(3), COLUMNS)[-1]
    look = rules().examination.of("tv")[1]
    each = [look[column] * told[row][1][t] * (t not in above) for column, t in enumerate(shown)]
    own = [position for position, kind in enumerate(kinds) if kind == told[row][0]]
    width = min(len(titles), COLUMNS)
    return {
        "position": len(picked),
        "fresh": sum(t not in above for t in titles[:COLUMNS]) / width,
        "gain": log(sum(each)) if sum(each) > 1e-6 else float("nan"),
        "first_screen": sum(each[: VISIBLE_COLUMNS["tv"]]) / sum(each) if sum(each) > 1e-6 else float("nan"),
        "kind_above": len(own),
        "kind_distance": len(picked) - own[-1] if own else MAX_ROWS,
        "place": sum(kind == told[row][0] for kind, _ in told[:row]),
        "length": width,
    }


@given(TOLD, st.randoms(use_true_random=False))
def test_features_are_those_of_the_page(told: list[Told], chance: Any) -> None:
    """Whatever is above: shares, distances and gains as they are counted from the laid rows."""
    page, stages = told_page(told)
    picked: list[int] = []
    while not page.full():
        gain, may = page.gains()
        found = features_of(page, stages)
        for row in np.flatnonzero(may).tolist():
            for name, value in read(told, picked, row).items():
                if not np.isnan(value):
                    assert value == pytest.approx(float(found[row, STAGE_FEATURES.index(name)]), rel=1e-4, abs=1e-5)
            behind = float(found[row, MOVING.index("behind")])
            assert behind == pytest.approx(log(max(gain[row], 1e-9) / max(gain[may].max(), 1e-9)), abs=1e-4)
        if not may.any():
            return
        picked.append(chance.choice(np.flatnonzero(may).tolist()))
        page.place(picked[-1], 0.0)


@given(TOLD, st.integers(1, 4))
def test_a_page_that_is_continued_has_the_same_features(told: list[Told], cut: int) -> None:
    """As the whole page at that position, to the last bit: of rows above nothing else is known."""
    whole, stages = told_page(told)
    for row in range(min(cut, len(told))):
        if whole.gains()[1][row]:
            whole.place(row, 0.0)
    rows = whole.picked
    titles = set(whole.taken().tolist())
    rest, below = told_page(told)
    rest.go_on(
        Above(
            kind=[told[row][0] for row in rows],
            row=np.array([row in rows for row in range(len(told))]),
            title=np.array([t in titles for _, row in told for t in row]),
        )
    )

    left = ~np.isin(np.arange(len(told)), rows)
    assert features_of(whole, stages)[left].tobytes() == features_of(rest, below)[left].tobytes()


def test_what_rows_are_about_is_as_models_of_single_rows_have_it(engine: Engine) -> None:
    """No member is known by a habit; kinds have a column each, those that are not known have none."""
    made = engine.run(some_requests())
    contexts_, kinds = made.retrieved.contexts, engine.rules.kinds
    names = [kind.name for kind in kinds]
    found = standing_features(contexts_, made.filled, kinds, names[1:])
    usual = row_features(contexts_, made.filled, kinds, np.zeros((len(contexts_), len(kinds)))).astype(np.float32)
    kind = found[:, len(STAGE_FEATURES) :]

    for name in ("seed_days", "seed_lift", "seed_fraction", "titles_played", "length"):
        mine, theirs = found[:, STAGE_FEATURES.index(name)], usual[:, ROW_FEATURES.index(name)]
        assert mine.tobytes() == theirs.tobytes()
    assert (kind.sum(axis=1) == (made.filled.rows.kind > 0)).all()
    assert (made.filled.rows.kind[kind.sum(axis=1) > 0] == 1 + kind[kind.sum(axis=1) > 0].argmax(axis=1)).all()
