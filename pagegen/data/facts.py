"""What a data folder holds, in numbers, and which row kinds that can support."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec
import polars as pl

from pagegen.data.schema import FINISHED

ENOUGH = 10  # titles: fewer do not make a row
MANY = 5 * ENOUGH  # titles: fewer have no hidden corners
NEAR_DAYS = 365  # a title this young when the log begins still counts as new in it
WHILE_DAYS = 30  # after which a title may be watched again
MS_PER_DAY = 86_400_000


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of rows, unless the name says otherwise."""

    titles: int
    series: int
    titles_with_genres: int
    titles_with_people: int
    titles_with_maturity: int
    titles_with_windows: int
    titles_leaving: int  # with a window that ends
    titles_released: int  # with a release time
    exact_releases: int  # that are not a 1 January, which stands for "some day of the year"
    releases_in_range: int  # from a year before the first event to the last
    members: int  # who have events or are in the members table
    members_described: int
    kids_members: int
    countries: tuple[str, ...]  # of members
    events: int
    events_by_kind: dict[str, int]
    first_event_ms: int | None
    last_event_ms: int | None
    longest_history: int  # events of one member
    members_with_two_titles: int  # played by one member
    titles_played: int
    unfinished_plays: int
    unfinished_share: float  # of plays
    graded_events: int
    episodes: int  # plays of an episode
    pages: int

    @property
    def days(self) -> float:
        """From the first event to the last."""
        if self.first_event_ms is None or self.last_event_ms is None:
            return 0.0
        return (self.last_event_ms - self.first_event_ms) / MS_PER_DAY


def facts_of(tables: Mapping[str, pl.DataFrame]) -> Facts:
    """The facts of sound tables; missing optional ones are given without rows."""
    events, members = tables["events"], tables["members"]
    times = events["time"].cast(pl.Int64)
    first, last = (int(times.min()), int(times.max())) if len(times) else (None, None)  # type: ignore[arg-type]
    everyone = pl.concat([events["member_id"], members["member_id"]]).n_unique()
    return msgspec.convert(
        {
            **_catalog_facts(tables["catalog"], first, last),
            **_event_facts(events),
            "first_event_ms": first,
            "last_event_ms": last,
            "members": everyone,
            "members_described": members.height,
            "kids_members": members["kids"].sum(),
            "countries": members["country"].drop_nulls().unique().sort().to_list(),
            "pages": tables["pages"].height,
        },
        Facts,
    )


def _catalog_facts(catalog: pl.DataFrame, first: int | None, last: int | None) -> dict[str, int]:
    release = pl.col("release_time")
    ms = release.cast(pl.Int64)
    exact = (release.dt.ordinal_day() != 1) | (ms % MS_PER_DAY != 0)
    near = ms.is_between((first or 0) - NEAR_DAYS * MS_PER_DAY, -1 if last is None else last)
    people = (pl.col("cast").list.len().fill_null(0) + pl.col("directors").list.len().fill_null(0)) > 0
    ends = pl.col("windows").list.eval(pl.element().struct.field("end").is_not_null()).list.any()
    counted = {
        "series": pl.col("kind") == "series",
        "titles_with_genres": pl.col("genres").list.len() > 0,
        "titles_with_people": people,
        "titles_with_maturity": pl.col("maturity").is_not_null(),
        "titles_with_windows": pl.col("windows").is_not_null(),
        "titles_leaving": ends,
        "titles_released": release.is_not_null(),
        "exact_releases": exact,
        "releases_in_range": near,
    }
    row = catalog.select([mask.sum().alias(name) for name, mask in counted.items()]).row(0, named=True)
    return {"titles": catalog.height, **row}


def _event_facts(events: pl.DataFrame) -> dict[str, object]:
    plays = events.filter(pl.col("kind") == "play")
    by_kind = events["kind"].value_counts(sort=True)
    per_member = plays.group_by("member_id").agg(pl.col("title_id").n_unique())
    unfinished = int((plays["fraction"] < FINISHED).sum())
    history = events["member_id"].value_counts()["count"].max()
    return {
        "events": events.height,
        "events_by_kind": dict(by_kind.iter_rows()),
        "longest_history": history or 0,
        "members_with_two_titles": int((per_member["title_id"] > 1).sum()),
        "titles_played": plays["title_id"].n_unique(),
        "unfinished_plays": unfinished,
        "unfinished_share": unfinished / plays.height if plays.height else 0.0,
        "graded_events": events["grade"].count(),
        "episodes": plays["episode"].count(),
    }


def supports(facts: Facts) -> dict[str, str | None]:
    """For each row kind, why the data cannot support it, or None if it can."""
    needs = _of_members(facts) | _of_titles(facts)
    return {kind: None if has >= least else why for kind, (has, least, why) in needs.items()}


Needs: TypeAlias = dict[str, tuple[float, float, str]]  # by row kind: what there is, what there has to be, and in words


def _of_members(facts: Facts) -> Needs:
    """Of kinds that live on what members do."""
    taste = facts.titles_played if facts.members_with_two_titles else 0
    liked = facts.graded_events or facts.events_by_kind.get("thumbs_up")
    return {
        "continue_watching": (facts.unfinished_plays, 1, f"no play with a fraction below {FINISHED}"),
        "my_list": (facts.events_by_kind.get("list_add", 0), 1, "no event is a list_add"),
        "top_picks": (facts.members_with_two_titles, 1, "no member played two titles"),
        "because_you_watched": (facts.members_with_two_titles, 1, "no member played two titles"),
        "trending_now": (facts.days, 1, "the log is shorter than a day"),
        "top_10": (facts.titles_played, ENOUGH, f"fewer than {ENOUGH} titles were played"),
        "hidden_gems": (taste, MANY, f"no member played two titles, or fewer than {MANY} titles were played"),
        "watch_again": (
            facts.days if liked else 0,
            WHILE_DAYS,
            f"no grade and no thumb up, or a log shorter than {WHILE_DAYS} days",
        ),
    }


def _of_titles(facts: Facts) -> Needs:
    """Of kinds that live on what the catalog says of titles."""
    taste = facts.titles_with_genres if facts.members_with_two_titles else 0
    no_taste = f"no member played two titles, or fewer than {ENOUGH} titles have a genre"
    return {
        "genre": (facts.titles_with_genres, ENOUGH, f"fewer than {ENOUGH} titles have a genre"),
        "explore": (taste, ENOUGH, no_taste),
        "editorial": (facts.titles, ENOUGH, f"fewer than {ENOUGH} titles"),
        "genre_facet": (taste, ENOUGH, no_taste),
        "taste": (taste, ENOUGH, no_taste),
        "new_releases": (
            facts.releases_in_range,
            ENOUGH,
            f"fewer than {ENOUGH} titles were released between a year before the first event and the last one",
        ),
        "people": (facts.titles_with_people, ENOUGH, f"fewer than {ENOUGH} titles have a cast or directors"),
        "leaving_soon": (facts.titles_leaving, ENOUGH, f"fewer than {ENOUGH} titles have a licence window that ends"),
    }
