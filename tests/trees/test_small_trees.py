"""Small trees asked all at once say what LightGBM says, to the last bit."""

import re
from collections.abc import Sequence

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pagegen.arrays import Float32, Float64
from pagegen.trees import small_trees
from pagegen.trees.small_trees import read_small_trees

COLUMNS = 4  # the first two of them may be missing, the third is never, the last is a whole number


def boosted(leaves: int, trees: int = 30, categories: Sequence[int] = (), **params: object) -> lightgbm.Booster:
    """Trees on a label that depends on all columns, and on which values are missing."""
    rng = np.random.default_rng(leaves)
    values = rng.normal(size=(2_000, COLUMNS)).astype(np.float32)
    values[rng.random(values.shape) < 0.3] = np.nan
    values[:, 2:] = np.nan_to_num(values[:, 2:])
    values[:, 3] = np.abs(np.round(values[:, 3]))
    known = np.nan_to_num(values, nan=-0.7)
    label = known[:, 0] * known[:, 1] + known[:, 2] + known[:, 3] ** 2 + rng.normal(size=len(values))
    data = lightgbm.Dataset(values, label=label, categorical_feature=[*categories], params={"verbosity": -1, **params})
    settings = {"num_leaves": leaves, "min_data_in_leaf": 5, "verbosity": -1, "num_threads": 1, **params}
    return lightgbm.train(settings, data, num_boost_round=trees)


def said(booster: lightgbm.Booster, values: Float32) -> Float64:
    return np.asarray(booster.predict(values, raw_score=True, num_threads=1), np.float64)


BOOSTERS = {leaves: boosted(leaves) for leaves in (2, 3, 7, 8)}
LINES = [line for b in BOOSTERS.values() for line in re.findall(r"^threshold=(.+)$", b.model_to_string(), re.MULTILINE)]
EDGES = sorted({float(np.float32(threshold)) for line in LINES for threshold in line.split()})
NUMBERS = st.floats(width=32) | st.sampled_from([*EDGES, 0.0, -0.0, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("leaves", BOOSTERS)
@given(values=arrays.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(COLUMNS)), elements=NUMBERS))
def test_they_add_up_to_what_lightgbm_says(leaves: int, values: Float32) -> None:
    """Whatever is missing, on thresholds and beyond all numbers; one row, alone, gets what it gets among others."""
    small = read_small_trees(BOOSTERS[leaves].model_to_string())
    assert small is not None

    together = small.score(values)

    assert said(BOOSTERS[leaves], values).tolist() == together.tolist()
    assert [float(small.score(row[None])[0]) for row in values] == together.tolist()


def test_many_rows_are_asked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts are no other than the whole, and none of nothing is nothing."""
    small, values = read_small_trees(BOOSTERS[7].model_to_string()), np.zeros((100, COLUMNS), np.float32)
    assert small is not None
    values[:, 0] = np.linspace(-2.0, 2.0, 100)
    whole = small.score(values)
    monkeypatch.setattr(small_trees, "ROWS", 7)

    assert len(set(whole.tolist())) > 5
    assert whole.tolist() == small.score(values).tolist()
    assert small.score(values[:0]).tolist() == []


def test_trees_that_never_split_say_their_only_value() -> None:
    """As where all labels are the same."""
    booster = lightgbm.train(
        {"verbosity": -1, "num_threads": 1},
        lightgbm.Dataset(np.zeros((50, COLUMNS)), label=np.full(50, 3.25), params={"verbosity": -1}),
        num_boost_round=2,
    )
    small, values = read_small_trees(booster.model_to_string()), np.zeros((3, COLUMNS), np.float32)

    assert small is not None
    assert [3.25] * 3 == small.score(values).tolist() == said(booster, values).tolist()


@pytest.mark.parametrize(
    "booster",
    [
        boosted(9, 3),
        boosted(4, 3, [3], min_data_per_group=1, cat_smooth=0, cat_l2=0),
        boosted(4, 3, zero_as_missing=True),
        boosted(4, 3, linear_tree=True),
    ],
    ids=["nine leaves", "categories", "zeros that are missing", "leaves that are no numbers"],
)
def test_other_trees_are_left_to_lightgbm(booster: lightgbm.Booster) -> None:
    """More leaves than a byte has bits, and questions that are no thresholds."""
    assert read_small_trees(booster.model_to_string()) is None
