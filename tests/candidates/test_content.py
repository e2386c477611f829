"""Content in the factors: what a title's tags say of it before anybody has played it, and when they say nothing."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from candidates import als
from candidates.als.content import Prior, evidence, predicted, tag_matrix, with_content
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset, Past
from tests.contracts import check_scorer
from tests.worlds import Fields, World, ask, days_ago, play, title, world

NEW = days_ago(10)  # the log is sixty days old
TASTES = {"a": ["Western"], "b": ["Musical"]}


def config(weight: float) -> als.FitConfig:
    return als.FitConfig(embedding_size=8, epochs=8, reg=0.3, alpha=6.0, threads=1, content_weight=weight)


def past_of(data: Dataset) -> Past:
    return Past(data=data, watermark=len(data.events))


def fitted(data: Dataset, weight: float = 5.0) -> als.Als:
    return als.fit(past_of(data), config(weight), als.PageConfig(), np.random.default_rng(0))


def two_tastes(*more: Fields, genres: dict[str, list[str]] = TASTES, events: tuple[Fields, ...] = ()) -> Dataset:
    """Westerns a0 to a7 and musicals b0 to b7 with a star each; twenty members play six of either and nothing else."""
    titles = [title(f"{t}{n}", genres=genres[t], cast=[f"star of {t}"]) for t in "ab" for n in range(8)]
    plays = [
        play(f"{t}-lover{m}", f"{t}{(m + n) % 8}", days_ago(60 - n)) for t in "ab" for m in range(20) for n in range(6)
    ]
    return world([*titles, *more], [*plays, *events])


def scores(model: als.Als, data: Dataset, who: str) -> dict[str, float]:
    said = model.score(read_contexts([ask(who)], data, TrendWindows()))[0].tolist()
    return dict(zip(data.catalog.ids.names, said, strict=True))


WESTERN = title("new", genres=["Western"], cast=["star of a"], release_time=NEW)


def test_the_regression_is_the_direct_solve() -> None:
    """Weighted ridge, written as least squares of an augmented system, title by title."""
    rng = np.random.default_rng(1)
    tags, factors = rng.random((9, 4)) * (rng.random((9, 4)) < 0.6), rng.standard_normal((9, 3)).astype(np.float32)
    trust = np.array([1.0, 0.2, 0.0, 0.7, 0.9, 0.0, 0.3, 0.5, 1.0])
    weight = trust / trust[trust > 0].mean()
    mean = (weight[:, None] * factors).sum(axis=0) / weight.sum()
    rows = np.vstack([np.sqrt(weight)[:, None] * tags, np.sqrt(0.7) * np.eye(4)])
    right = np.vstack([np.sqrt(weight)[:, None] * (factors - mean), np.zeros((4, 3))])
    direct = np.array([np.linalg.lstsq(rows, column, rcond=None)[0] for column in right.T]).T

    np.testing.assert_allclose(predicted(csr_matrix(tags), factors, trust, 0.7), mean + tags @ direct, atol=1e-6)


def test_tags_that_tell_titles_apart() -> None:
    """What all titles have, or one alone, is no tag; rare ones weigh more; every title's are of length 1."""
    titles = [
        title("t1", genres=["Crime"], keywords=["heist"], directors=["Ida"]),
        title("t2", genres=["Crime"], keywords=["heist"]),
        title("t3", genres=["Crime"]),
        title("t4", genres=["Drama"], directors=["only here"]),
    ]
    data = world(titles)
    crime, heist = np.log(4 / 3), np.log(4 / 2)
    both = np.array([crime, heist]) / np.hypot(crime, heist)

    np.testing.assert_allclose(
        tag_matrix(data.catalog, np.ones(4, np.bool_)).toarray(), [both, both, [1.0, 0.0], [0.0, 0.0]]
    )


def test_decade_language_and_kind_are_tags() -> None:
    """Titles that differ in one of them alone are told apart by it."""
    common = {"genres": [], "release_time": days_ago(1_000)}
    for field, value in (("release_time", days_ago(9_000)), ("language", "nb"), ("kind", "series")):
        titles = [title(f"t{n}", **{**common, **({field: value} if n < 2 else {})}) for n in range(5)]
        tags = tag_matrix(world(titles).catalog, np.ones(5, np.bool_)).toarray()

        assert [[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 3 in (tags.tolist(), tags[:, ::-1].tolist()), field


@pytest.mark.parametrize("lover", ["a", "b"])
def test_a_new_title_is_scored_like_those_that_share_everything_with_it(lover: str) -> None:
    """Nobody has played it; those who love its kind are told so, and the others are not."""
    data = two_tastes(WESTERN)
    said = scores(fitted(data, weight=50.0), data, f"{lover}-lover0")
    westerns, musicals = (np.array([said[f"{t}{n}"] for n in range(8)]) for t in "ab")

    assert said["new"] == pytest.approx(westerns.mean(), abs=0.05)
    assert (said["new"] > musicals.max() + 0.3) == (lover == "a")
    assert np.isnan(scores(fitted(data, weight=0.0), data, "a-lover0")["new"])


def test_a_member_is_known_by_a_new_title() -> None:
    """Who has played nothing but what came after training, and content alone speaks of, has a taste."""
    data = two_tastes(WESTERN, events=(play("stranger", "new", days_ago(1)),))
    past = Past(data=data, watermark=len(data.events) - 1)
    model = als.fit(past, config(50.0), als.PageConfig(), np.random.default_rng(0))
    said = scores(model, data, "stranger")

    assert min(said[f"a{n}"] for n in range(8)) > max(said[f"b{n}"] for n in range(8)) + 0.1


def test_what_nobody_wanted_for_long_is_not_new() -> None:
    """Of titles alike and without plays, one from half of the log ago is worth a fraction of a new one."""
    late = title("late", genres=["Western"], cast=["star of a"], release_time=days_ago(57.5))
    old = title("old", genres=["Western"], cast=["star of a"])
    data = two_tastes(WESTERN, late, old)
    said = scores(fitted(data, weight=5.0), data, "a-lover0")
    missed = (240 / 2) / 18  # plays since its release, by the titles that were out when the log ended

    assert said["late"] == pytest.approx(said["new"] * 5 / (5 + missed), rel=1e-4)
    assert np.isnan(said["old"])


def products(model: als.Als) -> np.ndarray:
    """Of all titles with each other: factors lie along other axes when there are others."""
    return np.asarray(model.factors @ model.factors.T)


def test_plays_take_over_from_content() -> None:
    """(n v + k w) / (n + k) for a title that came late; one that was there before keeps what was learnt."""
    events = tuple(play(f"a-lover{m}", "new", days_ago(5)) for m in range(4))
    data = two_tastes(WESTERN, events=events)
    past, new = past_of(data), data.catalog.ids.position("new")
    learnt, both = fitted(data, 0.0), fitted(data, 6.0)
    factors = np.zeros((len(data.catalog), 8), np.float32)
    factors[learnt.title] = learnt.factors
    played = np.bincount(past.plays().title)
    known = evidence(past, played, np.ones(17, np.bool_))
    tags = tag_matrix(data.catalog, np.ones(17, np.bool_))
    content = predicted(tags, factors, known / (known + 6.0), 0.1)[new]

    assert (known >= 4.0).all()
    assert known[new] == 4.0
    factors[new] = (4 * factors[new] + 6 * content) / 10
    np.testing.assert_allclose(products(both), factors[both.title] @ factors[both.title].T, atol=1e-5)


def test_content_leaves_the_factors_of_plays_alone(medium: World) -> None:
    """The weight 0 saves plays alone; another weight changes no title that was there and has been played."""
    off, on = fitted(medium.data, 0.0), fitted(medium.data, 5.0)
    began = int(medium.data.events.time[0])
    before = medium.data.catalog.release_ms[off.title] <= began

    assert ["title", "factors", "objective"] == list(off.save())
    assert off.learned == len(off.title) == on.learned < len(on.title)
    assert off.title.tolist() == on.title[: on.learned].tolist()
    assert 20 < before.sum() < len(off.title)
    np.testing.assert_allclose(
        products(off)[before][:, before], products(on)[: on.learned][before][:, : on.learned][:, before], atol=1e-5
    )


def test_titles_without_tags_stay_unknown() -> None:
    """A new title of which the catalog says nothing gets no factor."""
    data = two_tastes(title("new", genres=[], release_time=NEW), genres={"a": [], "b": []})
    bare = with_content(
        past_of(data), np.ones((17, 2), np.float32), np.array([15] * 16 + [0]), Prior(weight=5.0, reg=1.0)
    )

    assert [False] * 16 + [True] == np.isnan(bare[:, 0]).tolist()


def test_it_comes_back_out_of_a_bundle(medium: World) -> None:
    """The same scores, of a new title too; and members are solved from the learnt factors alone."""
    model = fitted(medium.data)
    same = medium.data.catalog.ids.positions(medium.data.catalog.ids.names)
    loaded = als.load(model.save(), same, len(medium.data.catalog), als.PageConfig())
    contexts = read_contexts([ask("m001"), ask("m007"), ask("nobody")], medium.data, TrendWindows())

    check_scorer(model, medium.data, loaded)
    assert model.score(contexts).tobytes() == loaded.score(contexts).tobytes()
    assert np.isfinite(model.score(contexts)[0, model.title[model.learned :]]).all()


def test_a_log_without_plays_teaches_nothing() -> None:
    """No factor of anything, as without content."""
    assert [] == fitted(world([title("a"), title("b", genres=["Crime"])])).title.tolist()
