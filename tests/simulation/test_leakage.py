"""The leakage check: an honest engine passes, and whatever looks ahead is caught, with the name of its stage."""

import numpy as np
import pytest

from pagegen.bundle.parts import Homepage
from pagegen.context import Contexts
from pagegen.data.dataset import Dataset, dataset
from pagegen.data.events import FIELDS
from pagegen.engine import Engine
from pagegen.request import PageRequest
from pagegen.simulation.leakage import future_training, leaks
from pagegen.simulation.poison import NEWCOMERS, poisoned, widened
from pagegen.simulation.world import World as SimulatedWorld
from tests.contracts import contexts_of, some_requests
from tests.peeking import PEEKING_FILTER, PEEKING_ORDERER, PEEKING_SOURCE, Look, following, peeking_family
from tests.random_worlds import random_world
from tests.worlds import DAY, NOW, World, ask, tiny_engine


def past_requests(data: Dataset, number: int, seed: int = 0) -> list[PageRequest]:
    """Moments at which somebody did something, all of them before the end of the log."""
    rng = np.random.default_rng(seed)
    at = rng.integers(len(data.events) // 4, len(data.events) - 1, number)
    who = data.members.ids.of(data.events.member[at])
    return [ask(member, time) for member, time in zip(who, data.events.time[at].tolist(), strict=True)]


def found(engine: Engine, requests: list[PageRequest], seed: int = 0) -> tuple[tuple[int, str], ...]:
    return tuple((leak.page, leak.stage) for leak in leaks(engine, requests, np.random.default_rng(seed)))


@pytest.mark.parametrize("seed", range(3))
def test_the_engine_sees_no_future(seed: int) -> None:
    """On random worlds, at any time and watermark, with recent events, for strangers too."""
    engine = tiny_engine(random_world(seed).data)

    assert found(engine, some_requests(42, seed)) == ()


def test_the_engine_sees_no_future_of_a_simulated_world(small: SimulatedWorld) -> None:
    """Countries, licences and releases as the world makes them."""
    catalog, members, events, _ = small.tables.values()
    data = dataset(catalog, members, events, digest="a world")

    assert found(tiny_engine(data), past_requests(data, 20)) == ()


@pytest.mark.parametrize(
    ("home", "stage"),
    [
        (PEEKING_SOURCE, "pool: oracle"),
        (PEEKING_FILTER, "filters"),
        (PEEKING_ORDERER, "ordering"),
    ],
    ids=["source", "filter", "orderer"],
)
def test_a_part_that_looks_ahead_is_named(medium: World, home: Homepage, stage: str) -> None:
    """By its stage, and a source by its name, on most pages: what may not be shown it proposes in no future."""
    engine, requests = tiny_engine(medium.data, home=home), past_requests(medium.data, 20)

    caught = found(engine, requests)

    assert {name for _, name in caught} == {stage}
    assert len(caught) >= 10


def plays_ever(contexts: Contexts) -> np.ndarray:
    return contexts.data.trends.worldwide.before(2**62)[None, :].repeat(len(contexts), axis=0)


def plays_up_to_now(contexts: Contexts) -> np.ndarray:
    """The common mistake: at the request's time instead of before it."""
    return np.array([contexts.data.trends.worldwide.before(time + 1) for time in contexts.time.tolist()])


def titles_of_the_last_genre(contexts: Contexts) -> np.ndarray:
    genres = contexts.data.catalog.genres
    return np.full(len(contexts), np.bincount(genres.tag)[-1] / len(genres.tag))


def latest_release(contexts: Contexts) -> np.ndarray:
    return np.full(len(contexts), contexts.data.catalog.release_ms.max() / DAY)


LOOKS: dict[str, Look] = {
    "what the member does next": lambda contexts: following(contexts).astype(np.float64),
    "plays in the whole log": plays_ever,
    "plays up to now": plays_up_to_now,
    "events in the log": lambda contexts: np.full(len(contexts), float(len(contexts.data.events))),
    "members ever": lambda contexts: np.full(len(contexts), float(len(contexts.data.members))),
    "genres ever": lambda contexts: np.full(len(contexts), float(len(contexts.data.catalog.genres.names))),
    "genres of what is to come": titles_of_the_last_genre,
    "the latest release": latest_release,
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_feature_that_looks_ahead_is_named(medium: World, look: str) -> None:
    """By its column, whatever it looks at: the log, its members, or the catalog of titles that are not out."""
    engine = tiny_engine(medium.data, home=peeking_family(LOOKS[look]))

    caught = found(engine, past_requests(medium.data, 6))

    assert {name for _, name in caught} == {"features: peeked"}
    assert len(caught) >= 5


def test_a_leak_says_whose_page_it_is_and_what_else_it_reaches(medium: World) -> None:
    """The place of the request, member, time, and a sentence."""
    requests = past_requests(medium.data, 3)

    first = leaks(tiny_engine(medium.data, home=PEEKING_ORDERER), requests, np.random.default_rng(0))[0]

    assert (first.member_id, first.time) == (requests[first.page].member_id, requests[first.page].time)
    assert first.detail == "changes with what happens later"


def test_models_that_have_seen_the_request_s_future_leak_by_training() -> None:
    """Those fitted on what was before it, to the millisecond, do not."""
    requests = [ask("m001", NOW - DAY), ask("m002", NOW), ask("m003", NOW + DAY)]

    caught = future_training(NOW, requests)

    assert [(leak.page, leak.member_id, leak.stage) for leak in caught] == [(0, "m001", "training")]
    assert caught[0].detail == "the models have seen 1.00 days from the request on; fit them as of its time"


def test_poison_leaves_the_past_and_nothing_else(medium: World) -> None:
    """Below the watermark every column is what it was; above it each is another; what is out keeps its attributes."""
    data, request = medium.data, ask("m003", NOW - 20 * DAY)
    contexts = contexts_of([request], data)
    mark, arrived = int(contexts.watermark[0]), data.catalog.release_ms < request.time
    other = poisoned(widened(data), contexts, np.random.default_rng(0))
    events, catalog = other.events, other.catalog
    before = [n for n in FIELDS if np.array_equal(getattr(events, n)[:mark], getattr(data.events, n)[:mark], True)]
    alike = [
        n
        for n in FIELDS
        if np.mean(getattr(events, n)[mark : len(data.events)] == getattr(data.events, n)[mark:]) > 0.9
    ]

    assert (before, alike) == (list(FIELDS), [])
    assert events.time[mark] == request.time
    assert (np.diff(events.time) >= 0).all()
    assert set(range(len(data.members), len(data.members) + NEWCOMERS)) & set(events.member.tolist())
    assert (data.members.ids.names, data.catalog.ids) == (other.members.ids.names[:-NEWCOMERS], catalog.ids)
    for column, old in ((catalog.release_ms, data.catalog.release_ms), (catalog.maturity, data.catalog.maturity)):
        assert (column == old)[arrived].all()
        assert not (column == old)[~arrived].all()
