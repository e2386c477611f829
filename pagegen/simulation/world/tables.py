"""The world as a service sees it: catalog, members and events of the data folder (data/schema.py)."""

import numpy as np
import polars as pl

from pagegen.arrays import AnyArray
from pagegen.data.schema import CATALOG, EVENT_KINDS, EVENTS, MEMBERS, TITLE_KINDS, WINDOW
from pagegen.simulation.world import keywords
from pagegen.simulation.world.catalog import MADE_IN, Titles
from pagegen.simulation.world.history import PLAY, Events
from pagegen.simulation.world.ids import member_ids, title_ids
from pagegen.simulation.world.population import DEVICES, NO_CEILING, Members
from pagegen.simulation.world.rhythm import COUNTRIES, EPOCH_MS, SECOND_MS
from pagegen.simulation.world.truth import Truth
from pagegen.simulation.world.windows import ALWAYS, NEVER, Windows


def catalog(titles: Titles, truth: Truth, seed: int) -> pl.DataFrame:
    made_in = [MADE_IN[place] for place in titles.made_in]
    return pl.DataFrame(
        {
            "title_id": title_ids(len(titles)),
            "name": titles.name,
            "kind": [TITLE_KINDS[kind] for kind in titles.kind],
            "release_time": titles.release_ms,
            "genres": [list(genres) for genres in titles.genres],
            "keywords": keywords.of(truth.tastes, seed),
            "cast": [list(cast) for cast in titles.cast],
            "directors": [list(directors) for directors in titles.directors],
            "countries": [[code] for code, _, _ in made_in],
            "language": [language for _, language, _ in made_in],
            "runtime_minutes": titles.runtime_minutes,
            "maturity": titles.maturity,
            "windows": pl.Series(_windows(truth.windows), dtype=pl.List(WINDOW)),
        }
    ).cast(CATALOG)


def _windows(windows: Windows) -> list[list[dict[str, object]] | None]:
    """None where the catalog lists no windows: everywhere, from the release on."""
    return [
        [
            {
                "country": country.code,
                "start": _bound(windows.start_ms[place, title]),
                "end": _bound(windows.end_ms[place, title]),
            }
            for place, country in enumerate(COUNTRIES)
            if windows.start_ms[place, title] != NEVER
        ]
        if windows.windowed[title]
        else None
        for title in range(len(windows.windowed))
    ]


def _bound(time_ms: int) -> int | None:
    return None if time_ms in (ALWAYS, NEVER) else int(time_ms)


def members(drawn: Members) -> pl.DataFrame:
    count = len(drawn)
    return pl.DataFrame(
        {
            "member_id": member_ids(count),
            "joined": drawn.joined_ms,
            "country": [COUNTRIES[place].code for place in drawn.country],
            "language": [COUNTRIES[place].language for place in drawn.country],
            "kids": drawn.kids,
            "maturity_ceiling": [None if years == NO_CEILING else int(years) for years in drawn.ceiling],
            "household_id": [f"h{place:05d}" for place in drawn.household],
            "attributes": pl.Series([[]] * count, dtype=MEMBERS["attributes"]),
        }
    ).cast(MEMBERS)


def events(made: Events) -> pl.DataFrame:
    """In time order."""
    count = len(made.member)
    played = made.kind == PLAY
    series = made.season > 0
    frame = pl.DataFrame(
        {
            "event_id": pl.Series(np.arange(count)).cast(pl.String).str.zfill(8),
            "member_id": member_ids(int(made.member.max(initial=0)) + 1).gather(made.member),
            "title_id": title_ids(int(made.title.max(initial=0)) + 1).gather(made.title),
            "kind": pl.Series(EVENT_KINDS).gather(made.kind),
            "time": EPOCH_MS + made.seconds.astype(np.int64) * SECOND_MS,
            "grade": pl.Series([None], dtype=pl.Float32).new_from_index(0, count),
            "watched_seconds": _where(made.watched_seconds, played),
            "fraction": _where(made.fraction, played),
            "season": _where(made.season, series),
            "episode": _where(made.episode, series),
            "device": pl.Series(DEVICES).gather(made.device),
        }
    )
    return frame.with_columns(("e" + pl.col("event_id")).alias("event_id")).cast(EVENTS)


def _where(values: AnyArray, there: AnyArray) -> pl.Series:
    return pl.DataFrame({"value": values, "there": there}).select(pl.when("there").then("value"))["value"]
