"""Parity: a server that is as it should be passes, and what is planted in one is found at its stage."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pagegen.bundle.load import load_engine
from pagegen.bundle.parts import Homepage
from pagegen.data.dataset import Dataset, read_dataset
from pagegen.digests import stage_digests
from pagegen.homepage import HOME
from pagegen.serving.live import Live
from pagegen.serving.parity import STRANGER, Compared, ParityError, compare, explicit, sampled
from pagegen.v1.page_pb2 import PAGE_VIEW_TRACE
from pagegen.v1.page_service_pb2 import GeneratePageRequest
from tests.planted import PLANTED
from tests.servers import Served, live
from tests.serving.engines import renamed, without
from tests.worlds import NOW, World, ask, play, tell, title, world

Serving = Callable[..., Served]


@pytest.fixture(scope="module")
def loaded(bundle_folder: Path, data_folder: Path) -> Callable[..., Live]:
    """What a server of the bundle has, with another homepage or on other data."""
    true = read_dataset(data_folder)

    def load(home: Homepage = HOME, data: Dataset = true) -> Live:
        return live(load_engine(home, bundle_folder, data))

    return load


def compared(served: Served, here: Live, members: int = 8) -> list[Compared]:
    messages = sampled(here.engine.data, members, np.random.default_rng(0))
    return [compare(here, message, served.client.generate_page(message)) for message in messages]


def test_a_server_of_the_same_code_and_data_is_equal(serving: Serving, loaded: Callable[..., Live]) -> None:
    """At all times, on all devices, at its own present and for a stranger; every stage is compared."""
    here = loaded()

    pages = compared(serving(loaded().engine), here, members=30)

    assert len(pages) == 31
    assert {page.differ for page in pages} == {()}
    assert {page.stages for page in pages} == {len(stage_digests(here.engine, here.engine.run([ask()]), 0))}
    assert NOW in {page.time for page in pages}


@pytest.mark.parametrize("stage", PLANTED)
def test_a_planted_mistake_is_found_at_its_stage(serving: Serving, loaded: Callable[..., Live], stage: str) -> None:
    """Of each page, whatever it changes further down the line."""
    pages = compared(serving(loaded(PLANTED[stage]).engine), loaded())

    assert {page.differ[0] for page in pages} == {stage}
    assert "page" in {name for page in pages for name in page.differ}


def test_digests_are_told_to_those_who_ask_for_them(serving: Serving, loaded: Callable[..., Live]) -> None:
    """The view TRACE is FULL with digests; other views have none."""
    client = serving(loaded().engine).client
    basic, full, trace = (client.generate_page(ask("m001"), view=view) for view in ("BASIC", "FULL", "TRACE"))
    told = len(trace.stage_digests)
    trace.ClearField("stage_digests")

    assert (len(basic.stage_digests), len(full.stage_digests), told > 40) == (0, 0, True)
    assert trace == full


def data_with(medium: World, events: pl.DataFrame) -> Dataset:
    return World(catalog=medium.catalog, members=medium.members, events=events.sort("time", maintain_order=True)).data


def test_a_server_that_knows_more_of_the_past_is_found_at_its_context(
    serving: Serving, loaded: Callable[..., Live], medium: World
) -> None:
    """One play that came late: the log has another length, and the member another history."""
    late = tell([title("t001")], [play("m001", "t001", NOW - 30 * 86_400_000)]).events
    served = serving(loaded(data=data_with(medium, pl.concat([medium.events, late]))).engine)
    message = GeneratePageRequest(member_id="m001", view=PAGE_VIEW_TRACE)

    page = compare(loaded(), message, served.client.generate_page(message))

    assert page.differ[:3] == ("context: watermark", "context: history", "context: trends")


def test_a_server_that_knows_more_of_the_future_is_equal(
    serving: Serving, loaded: Callable[..., Live], medium: World
) -> None:
    """What has happened since is no part of the page of a moment in the past."""
    cut = NOW - 30 * 86_400_000
    early = data_with(medium, medium.events.filter(pl.col("time").cast(pl.Int64) < cut))
    members = sampled(early, 12, np.random.default_rng(0))[:-1]
    messages = [message for message in members if message.HasField("time")]
    served = serving(loaded().engine).client

    pages = [compare(loaded(data=early), message, served.generate_page(message)) for message in messages]

    assert (len(pages), {page.differ for page in pages}) == (9, {()})


def test_a_page_whose_source_failed_is_made_again_without_it(serving: Serving, loaded: Callable[..., Live]) -> None:
    """That the server left something out is said, and is no difference."""
    pages = compared(serving(without(loaded().engine, "trending")), loaded(), members=3)

    assert [(page.differ, page.left_out) for page in pages] == [((), ("trending",))] * 4


def test_words_that_differ_are_found_though_every_stage_is_equal(loaded: Callable[..., Live]) -> None:
    """A page that was changed on its way out."""
    here, message = loaded(), GeneratePageRequest(member_id="m001", view=PAGE_VIEW_TRACE)
    served = here.answer(message)
    served.rows[2].heading += "!"

    assert compare(here, message, served).differ == ("response",)


def test_another_bundle_or_other_settings_are_refused(loaded: Callable[..., Live]) -> None:
    """They are meant to differ: a sentence that names both."""
    here, message = loaded(), GeneratePageRequest(member_id="m001", view=PAGE_VIEW_TRACE)
    engine = here.engine
    other = replace(engine, identity=replace(engine.identity, config_digest="others"))
    bundle = f"^the server has bundle another, --bundle is {engine.identity.bundle_id}; pass the one that it serves$"

    with pytest.raises(ParityError, match=bundle):
        compare(here, message, live(renamed(engine, "another")).answer(message))
    with pytest.raises(ParityError, match=r"^the server has settings others, here they are .*; pass --set"):
        compare(here, message, live(other).answer(message))


def test_what_the_server_filled_in_is_spelt_out(loaded: Callable[..., Live]) -> None:
    """Time, watermark, seed and what was left out; the page of the spelt-out request is the same."""
    here, message = loaded(), GeneratePageRequest(member_id="m001", view=PAGE_VIEW_TRACE)
    served = here.answer(message)

    spelt = explicit(message, served)

    assert (spelt.time.ToMilliseconds(), spelt.watermark, spelt.rng_seed) == (NOW, len(here.engine.data.events), 0)
    assert here.answer(spelt) == served


def test_members_are_drawn_once_with_times_of_their_own(medium: World) -> None:
    """The same for the same seed; every fourth page is of the server's present; a stranger comes last."""
    data = medium.data
    messages, again, other = (sampled(data, 20, np.random.default_rng(seed)) for seed in (1, 1, 2))
    known = [data.members.ids.position(message.member_id) for message in messages[:-1]]

    assert messages == again != other
    assert len(set(known)) == 20
    assert [place for place, message in enumerate(messages) if not message.HasField("time")] == [3, 7, 11, 15, 19]
    for member, message in zip(known, messages, strict=False):
        times = data.events.time[data.events.positions_of(member, len(data.events))]
        assert not message.HasField("time") or message.time.ToMilliseconds() in times
    assert messages[-1].member_id == STRANGER


def test_a_log_without_events_has_a_stranger() -> None:
    """There is always a page to compare; and no more members than there are."""
    empty, two = world([title("a")]), world([title("a")], [play("m1", "a"), play("m2", "a")])
    rng = np.random.default_rng(0)

    assert [message.member_id for message in sampled(empty, 5, rng)] == [STRANGER]
    assert {message.member_id for message in sampled(two, 5, rng)} == {"m1", "m2", STRANGER}
