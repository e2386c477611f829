"""Evidence: every reason that is shown, found again in the tables."""

from collections import Counter

import polars as pl

from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.engine import Engine
from pagegen.evidence import title_reasons
from pagegen.request import PageRequest
from tests.contracts import some_requests
from tests.worlds import DAY, HOUR, World, ask, days_ago, play, title, world

NEW_YEAR = 1_704_067_200_000  # 2024-01-01


def reasons(data: Dataset, request: PageRequest) -> dict[str, str]:
    contexts = read_contexts([request], data, TrendWindows())
    positions = data.catalog.ids.positions(data.catalog.ids.names)
    return dict(zip(data.catalog.ids.names, title_reasons(positions, contexts, 0), strict=True))


def test_new_is_released_within_thirty_days() -> None:
    """A day before and thirty days after it is not new; a release known by its year only never is."""
    films = {
        "today": days_ago(0.1),
        "month": days_ago(29.9),
        "older": days_ago(30),
        "later": days_ago(-1),
        "unknown": None,
    }
    data = world([title(name, release_time=time) for name, time in films.items()])

    assert ["month", "today"] == [name for name, reason in reasons(data, ask()).items() if reason == "new"]
    data = world([title("year", release_time=NEW_YEAR), title("exact", release_time=NEW_YEAR + 1)])
    assert {"exact": "new", "year": ""} == reasons(data, ask(time=NEW_YEAR + 9 * DAY))


def test_top_10_is_among_the_ten_most_played_of_the_week() -> None:
    """Eleven titles with 11, 10, ... 1 plays: all but the last; plays of last week and of this hour do not count."""
    films = [title(f"t{n:02d}") for n in range(12)]
    week = [play("you", f"t{n:02d}", days_ago(2)) for n in range(11) for _ in range(11 - n)]
    old = [play("you", "t10", days_ago(8)) for _ in range(9)] + [play("you", "t11", days_ago(0)) for _ in range(9)]
    found = reasons(world(films, [*week, *old]), ask(time=days_ago(0) + 1))

    assert [f"t{n:02d}" for n in range(10)] == [name for name, reason in found.items() if reason == "top_10"]


def test_people_are_those_of_three_titles_the_member_played() -> None:
    """Two titles with a person are no reason, three are; each title counts once however often it was played."""
    films = [*(title(f"t{n}", cast=["Ann"]) for n in range(3)), title("next", directors=["Ann"]), title("else")]
    two = [play("me", name, days_ago(9)) for name in ("t0", "t1", "t1", "t1")]
    three = [*two, play("me", "t2", days_ago(9)), play("you", "else", days_ago(9))]

    assert {"": 5} == dict(Counter(reasons(world(films, two), ask("me")).values()))
    assert {"t0", "t1", "t2", "next"} == {
        t for t, why in reasons(world(films, three), ask("me")).items() if why == "people"
    }


def test_every_reason_on_a_page_is_true(engine: Engine, medium: World) -> None:
    """All shown titles of many pages: the reason is the first of new, top 10 and people that the tables bear out."""
    requests = [r for r in some_requests(40, seed=3) if not r.recent_events]
    trace = engine.run(requests)
    expected: list[str] = []
    shown: list[str] = []
    for b, (request, page) in enumerate(zip(requests, trace.pages, strict=True)):
        local = bool(trace.retrieved.contexts.trends.local[b])
        new, top, people = found_in_tables(medium, request, page.watermark, local)
        for row in page.rows:
            shown += row.reasons
            expected += [
                "new" if t in new else "top_10" if t in top else "people" if t in people else "" for t in row.title_ids
            ]

    assert expected == shown
    assert {"", "new", "top_10", "people"} == set(shown)


def found_in_tables(
    medium: World, request: PageRequest, watermark: int, local: bool
) -> tuple[set[str], set[str], set[str]]:
    """Titles that are new, in the top ten of the week, and with people of three titles the member played."""
    release = pl.col("release_time").cast(pl.Int64)
    year_only = pl.col("release_time") == pl.col("release_time").dt.truncate("1y")
    age = request.time - release
    new = medium.catalog.filter(~year_only, age >= 0, age < 30 * DAY)["title_id"]
    log = medium.events.with_columns(pl.col("time").cast(pl.Int64)).filter(pl.col("kind") == "play")
    unseen = medium.events["time"].cast(pl.Int64).to_list()[watermark : watermark + 1]
    hour = min([request.time, *unseen]) // HOUR * HOUR
    mine = medium.events.head(watermark).filter(pl.col("kind") == "play", pl.col("member_id") == request.member_id)
    week = log.filter(pl.col("time").is_between(hour - 7 * DAY, hour, closed="left"))
    if local:
        week = week.join(medium.members, on="member_id").filter(pl.col("country") == country_of(medium, request))
    top = week.group_by("title_id").len().sort(["len", "title_id"], descending=[True, False]).head(10)["title_id"]
    person = pl.concat_list(pl.col("cast").fill_null([]).list.head(5), pl.col("directors").fill_null([])).list.unique()
    people = medium.catalog.select("title_id", person.alias("person")).explode("person").drop_nulls()
    played = people.filter(pl.col("title_id").is_in(mine["title_id"].unique().to_list()))
    known = played.group_by("person").len().filter(pl.col("len") >= 3)["person"].to_list()
    return set(new), set(top), set(people.filter(pl.col("person").is_in(known))["title_id"])


def country_of(medium: World, request: PageRequest) -> str | None:
    own = dict(medium.members.select("member_id", "country").iter_rows()).get(request.member_id)
    return request.country or own
