"""Every ranker of the homepage keeps the contract of rankers, fitted on pairs whose labels it can learn."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from pagegen.arrays import groups, starts
from pagegen.bundle.parts import SavedRanker
from pagegen.engine import Engine
from pagegen.errors import ConfigError
from pagegen.features import FeatureTable
from pagegen.homepage import HOME
from pagegen.ranking import Examples
from rankers import boosted_trees
from tests.contracts import check_ranker, some_requests


def examples(engine: Engine) -> Examples:
    """Titles with a high `als_score` are played: one in four of each request."""
    table = engine.retrieve(some_requests(60, seed=9)).table
    score = np.nan_to_num(table.values[:, table.names.index("als_score")], nan=-1.0)
    label = np.concatenate(
        [part >= np.quantile(part, 0.75) for part in np.split(score, table.start[1:-1]) if len(part)]
    )
    return Examples(table=table, label=label.astype(np.int8), weight=np.ones(len(label), np.float32))


FEW = {"boosted_trees": {"trees": 20, "threads": 1, "min_data_in_leaf": 20}}


@pytest.fixture(scope="module")
def learnt(engine: Engine) -> Examples:
    return examples(engine)


def fitted(name: str, learnt: Examples) -> SavedRanker:
    part = HOME.rankers[name]
    return part.fit(learnt, msgspec.convert(FEW.get(name, {}), part.config), np.random.default_rng(0))


@pytest.mark.parametrize("name", HOME.rankers)
def test_rankers_keep_their_contract(name: str, engine: Engine, learnt: Examples) -> None:
    """Finite, one score a pair, the same alone, in a batch, with columns moved and out of a bundle."""
    check_ranker(name, fitted(name, learnt), HOME.rankers[name].load, engine)


@pytest.mark.parametrize("name", HOME.rankers)
def test_the_same_examples_make_the_same_ranker(name: str, learnt: Examples) -> None:
    """Byte for byte, given the same generator."""
    one, other = fitted(name, learnt).save(), fitted(name, learnt).save()

    assert one == other


def test_averaged_boosters_score_their_mean(engine: Engine, learnt: Examples) -> None:
    """Three of them differ by their seeds; the first is the one that is fitted alone."""
    table = engine.retrieve(some_requests(5, seed=11)).table
    config = boosted_trees.Config(trees=5, threads=1, min_data_in_leaf=20, averaged=3)
    three = boosted_trees.fit(learnt, config, np.random.default_rng(0))
    alone = boosted_trees.fit(learnt, msgspec.structs.replace(config, averaged=1), np.random.default_rng(0))

    single = [replace(three, averaged=(boosted,)).score(table) for boosted in three.averaged]
    assert alone.score(table).tolist() == single[0].tolist()
    assert not np.array_equal(single[0], single[1])
    assert np.allclose(np.mean(single, axis=0), three.score(table), rtol=1e-12)
    assert three.score(table).tolist() == boosted_trees.load(three.save()).score(table).tolist()


def test_boosted_trees_learns_what_is_played(engine: Engine, learnt: Examples) -> None:
    """On other requests the pairs with a high `als_score` get the high scores."""
    ranker, table = fitted("boosted_trees", learnt), engine.retrieve(some_requests(20, seed=10)).table
    als, score = table.values[:, table.names.index("als_score")], ranker.score(table)
    for low, high in zip(table.start[:-1], table.start[1:], strict=True):
        known = ~np.isnan(als[low:high])
        if known.sum() > 20:
            middle = np.median(als[low:high][known])
            above, below = als[low:high][known] > middle, als[low:high][known] < middle
            assert score[low:high][known][above].mean() > score[low:high][known][below].mean()


@pytest.mark.parametrize(("balance", "longer"), [(0.0, True), (1.0, False)])
def test_long_requests_do_not_outvote_many_short_ones(balance: float, longer: bool) -> None:
    """
    Twenty requests play all nine titles with the feature, sixty play one of the nine without it. By plays the feature
    wins, 180 to 60; by requests, each worth the same, it does not.
    """
    feature, size = np.tile(np.repeat([1.0, 0.0], 9), 80).astype(np.float32), np.full(80, 18)
    label = np.concatenate([np.tile(np.repeat([1, 0], 9), 20), np.tile(np.eye(18, dtype=np.int64)[17], 60)])
    table = FeatureTable(
        names=("feature",),
        values=feature[:, None],
        start=starts(size),
        request=groups(starts(size)),
        title=np.tile(np.arange(18, dtype=np.int32), 80),
    )
    learnt = Examples(table=table, label=label, weight=np.ones(len(label), np.float32))
    config = msgspec.convert({"balance": balance, "trees": 5, "min_data_in_leaf": 1}, boosted_trees.Config)
    score = boosted_trees.fit(learnt, config, np.random.default_rng(0)).score(table)

    assert longer == (score[0] > score[17])


def test_one_feature_ranks_by_it(engine: Engine, learnt: Examples) -> None:
    """What has no value comes last; a column that nobody computes is refused by its name."""
    part, table = HOME.rankers["one_feature"], engine.retrieve(some_requests(20, seed=10)).table
    score = part.fit(learnt, part.config(column="als_z"), np.random.default_rng(0)).score(table)
    value = table.values[:, table.names.index("als_z")]
    known = ~np.isnan(value)

    assert value[known].astype(np.float64).tolist() == score[known].tolist()
    assert score[~known].max() < score[known].min()
    with pytest.raises(ConfigError, match="column is 'fame'; the features that are computed: als_score, als_rank"):
        part.fit(learnt, part.config(column="fame"), np.random.default_rng(0))
