"""Resume: what members went on with is foretold, from nothing but what was known by then."""

import numpy as np
import pytest

from pagegen.context import Rule
from pagegen.data.dataset import Dataset, Past
from pagegen.simulation.world import WorldConfig, generate
from rankers import resume
from rankers.resume.past import begun_at, episodes_of, learnable
from rankers.resume.signs import SIGNS
from tests.worlds import DAY, HOUR, NOW, Fields, World, days_ago, play, title, world
from tools.study.resume import compared

RULE = Rule()
FEW = resume.Config(min_positives=5)
FILMS = [title("film"), title("other"), *(title(f"s{n}", kind="series", runtime_minutes=30.0) for n in range(3))]


def past_of(data: Dataset) -> Past:
    return Past(data=data, watermark=len(data.events))


def evenings(member: int, begun: str, went_on: str, days: int = 12) -> list[Fields]:
    """Every evening another episode of one, and a film that is begun and left."""
    who, start = f"m{member}", days_ago(days + 2)
    plays = [play(who, went_on, start + day * DAY, 1.0, season=1, episode=day + 1) for day in range(days)]
    return [*plays, play(who, begun, start + 4 * HOUR, 0.4)]


def chances(data: Dataset, model: resume.Resume) -> dict[str, float]:
    """What m0 would go on with now."""
    begun = begun_at(past_of(data), np.array([len(data.events) - 1]), RULE)
    return dict(zip(data.catalog.ids.of(begun.title), model.chance(begun, data.catalog).tolist(), strict=True))


def test_series_that_are_watched_every_evening_come_before_a_film_that_everybody_leaves() -> None:
    """Though the film was played later; asked by one whose evenings nobody has seen."""
    log = [row for member in range(1, 8) for row in evenings(member, "film", f"s{member % 3}")]
    mine = [
        play("m0", "s1", NOW - 9 * HOUR, 1.0, season=1, episode=3),
        play("m0", "film", NOW - 4 * HOUR, 0.4),
        play("m0", "other", NOW - HOUR, 1.0),
    ]
    data = world(FILMS, [*log, *mine])
    found = chances(data, resume.fit(past_of(data), FEW, RULE))

    assert found["s1"] > 0.8 > 0.2 > found["film"]


def test_with_little_to_learn_from_nothing_is_learnt() -> None:
    """The number of positives decides; and nothing is what is saved then."""
    data = world(FILMS, evenings(1, "film", "s0"))
    positives = 11  # every evening but the first, and but the last of which nobody knows what followed
    enough, short = (
        resume.fit(past_of(data), resume.Config(min_positives=least), RULE) for least in (positives - 1, positives + 1)
    )

    assert (True, False) == (enough.learnt, short.learnt)
    assert {} == short.save()


def test_a_moment_is_labelled_by_what_followed_within_the_horizon(medium: World) -> None:
    """Against plain Python: each beginning of a session, each title that goes on, played again within a day or not."""
    past, events = past_of(medium.data), medium.data.events
    begin = events.beginnings(HOUR)[::20]
    found = learnable(past, begin, DAY, RULE)
    begun = begun_at(past, begin, RULE)
    expected = []
    for request, name in zip(begun.request.tolist(), begun.title.tolist(), strict=True):
        at = int(begin[request])
        later = (np.arange(len(events)) >= at) & (events.member == events.member[at]) & (events.title == name)
        soon = later & (events.kind == 0) & (events.time < events.time[at] + DAY)
        expected.append(bool(soon.any()))

    assert expected == found.label.tolist()
    assert 0 < sum(expected) < len(expected)


def test_the_last_episode_is_that_of_the_time(medium: World) -> None:
    """Against plain Python, before every hundredth event: nobody knows of later ones."""
    events, catalog = medium.data.events, medium.data.catalog
    episodes = episodes_of(past_of(medium.data))
    number = events.season.astype(int) * 65_536 + events.episode
    position = np.arange(0, len(events), 100)
    for name in range(0, len(catalog), 7):
        mine = (events.title == name) & (events.kind == 0)
        expected = [max([0, *number[:at][mine[:at]]]) for at in position.tolist()]

        assert expected == episodes.before(np.full(len(position), name, np.int32), position).tolist()


def test_what_comes_later_changes_nothing_that_is_learnt(medium: World) -> None:
    """The same bits from a log that ends with the past."""
    past = Past(data=medium.data, watermark=2_000)
    weights = [resume.fit(one, FEW, RULE).weight for one in (past, past.alone())]

    assert len(weights[0])
    assert weights[0].tobytes() == weights[1].tobytes()


def test_no_neighbour_changes_a_bit(medium: World) -> None:
    """Of any batch of moments."""
    past = past_of(medium.data)
    model, begin = resume.fit(past, FEW, RULE), medium.data.events.beginnings(HOUR)[-70:]
    together = model.chance(begun_at(past, begin, RULE), medium.data.catalog)
    alone = [model.chance(begun_at(past, begin[i : i + 1], RULE), medium.data.catalog) for i in range(len(begin))]

    assert len(together) > 100
    assert together.tobytes() == b"".join(one.tobytes() for one in alone)


def test_a_saved_model_says_the_same_of_titles_that_have_moved() -> None:
    """And of titles that left it forgets the last episode."""
    data = world(FILMS, [row for member in range(8) for row in evenings(member, "film", f"s{member % 3}")])
    model = resume.fit(past_of(data), FEW, RULE)
    saved = model.save()
    back = resume.load(saved, np.arange(len(FILMS), dtype=np.int32), len(FILMS))
    moved = resume.load(saved, np.array([4, 3, 2, 1, -1], np.int32), 6)

    assert model.weight.tobytes() == back.weight.tobytes()
    assert model.last.tolist() == back.last.tolist()
    assert [0, *model.last[[3, 2, 1, 0]].tolist(), 0] == moved.last.tolist()


def test_weights_of_other_signs_are_refused() -> None:
    """A bundle of another version."""
    with pytest.raises(ValueError, match=f"3 weights for {SIGNS} signs"):
        resume.load({"weight": np.zeros(3)}, np.zeros(0, np.int32), 0)


@pytest.fixture(scope="module")
def service() -> Dataset:
    """A simulated service: 400 members, 300 titles, 30 days."""
    made = generate(WorldConfig(members=400, titles=300, days=30, seed=5)).tables
    return World(**{name: made[name] for name in ("catalog", "members", "events")}).data


def test_the_chance_foretells_better_than_the_latest_first(service: Dataset) -> None:
    """In sessions after those it was fitted on: more of the titles gone on with stand before those that were not."""
    answer = compared(past_of(service), resume.Config(), RULE)
    found = {one.measure: one for one in answer.measures}

    assert answer.sessions > 500
    assert all(found[measure].low > 0 for measure in ("AUC", "MRR", "NDCG"))


def test_every_sign_can_tell_two_titles_apart(service: Dataset) -> None:
    """Numbers all, and no column but the last is the same everywhere: no weight is learnt for nothing."""
    begin = service.events.beginnings(HOUR)[-500:]
    found = learnable(past_of(service), begin, DAY, RULE).signs

    assert (len(found), SIGNS) == found.shape
    assert np.isfinite(found).all()
    assert [SIGNS - 1] == np.flatnonzero(found.std(axis=0) == 0).tolist()
