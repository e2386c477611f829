"""The world as a service sees it: tables of the data folder (data/schema.py)."""

from typing import Final

import numpy as np
import polars as pl

from pagegen.arrays import AnyArray
from pagegen.data.schema import CATALOG, EVENT_KINDS, EVENTS, MEMBERS, PAGES, TITLE_KINDS, WINDOW
from pagegen.simulation.world import keywords
from pagegen.simulation.world.catalog import MADE_IN, Titles
from pagegen.simulation.world.films import GENRES
from pagegen.simulation.world.history import PLAY, Events
from pagegen.simulation.world.ids import member_ids, title_ids
from pagegen.simulation.world.population import DEVICES, NO_CEILING, Members
from pagegen.simulation.world.rhythm import COUNTRIES, EPOCH_MS, SECOND_MS
from pagegen.simulation.world.running import PageLog
from pagegen.simulation.world.shelves import ARMS
from pagegen.simulation.world.truth import Truth
from pagegen.simulation.world.windows import ALWAYS, NEVER, Windows

BLOCK: Final = 64  # rounds of pages turned into a frame at once: bounds memory


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
    ).cast(dict(CATALOG))


def _windows(windows: Windows) -> list[list[dict[str, object]] | None]:
    """None where the catalog lists no windows: everywhere, from the release on."""
    return [
        [
            {"country": country.code, "start": _bound(windows.start_ms[place, title]), "end": _bound(windows.end_ms[place, title])}
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
    ).cast(dict(MEMBERS))


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
    return frame.with_columns(("e" + pl.col("event_id")).alias("event_id")).cast(dict(EVENTS))


def _where(values: AnyArray, there: AnyArray) -> pl.Series:
    return pl.DataFrame({"value": values, "there": there}).select(pl.when("there").then("value"))["value"]


def pages(rounds: list[PageLog], seed: int) -> pl.DataFrame:
    """One row a page, in the order of the rounds."""
    blocks = [_block(rounds[low : low + BLOCK], seed) for low in range(0, len(rounds), BLOCK)]
    frame = pl.concat([PAGES.to_frame(), *blocks])
    numbers = pl.Series(np.arange(frame.height)).cast(pl.String).str.zfill(8)
    return frame.with_columns(page_id="p" + numbers)


def _block(rounds: list[PageLog], seed: int) -> pl.DataFrame:
    def column(name: str) -> AnyArray:
        return np.concatenate([getattr(part.logged.shown, name) for part in rounds])

    length = np.concatenate([np.diff(part.logged.shown.row_start) for part in rounds])
    titles_in = np.concatenate([np.diff(part.logged.shown.start) for part in rounds])
    page_of_row = np.repeat(np.arange(len(length)), length)
    kinds = rounds[0].logged.shown.kinds
    genre = column("seed_genre")
    rows = pl.DataFrame(
        {
            "page": page_of_row,
            "row_kinds": pl.Series(kinds).gather(column("kind")),
            "row_seeds": pl.Series(["", *GENRES]).gather(genre + 1),
            "row_lengths": titles_in.astype(np.int16),
            "seen_columns": np.concatenate([part.seen for part in rounds]),
        }
    )
    title = column("title")
    slots = pl.DataFrame(
        {
            "page": np.repeat(page_of_row, titles_in),
            "title_ids": title_ids(int(title.max(initial=0)) + 1).gather(title),
            "step_probabilities": np.concatenate([part.logged.chance for part in rounds]),
        }
    )
    arm = np.concatenate([part.logged.arm for part in rounds])
    member = column("member")
    country = pl.Series([country.code for country in COUNTRIES])
    frame = pl.DataFrame(
        {
            "page_id": pl.Series([""], dtype=pl.String).new_from_index(0, len(length)),
            "time": column("time_ms"),
            "member_id": member_ids(int(member.max(initial=0)) + 1).gather(member),
            "country": country.gather(np.concatenate([part.country for part in rounds])),
            "device": pl.Series(DEVICES).gather(column("device")),
            "visible_columns": column("visible"),
        }
    )
    made_by = pl.Series([name for name, *_ in ARMS]).gather(arm)
    lists = _lists(rows), _lists(slots)
    whole = pl.concat([frame, *lists], how="horizontal")
    return whole.with_columns(
        provenance=pl.struct(
            pl.lit("world").alias("origin"),
            pl.lit(None, pl.String).alias("bundle_id"),
            made_by.alias("config_digest"),
            pl.lit(None, pl.Int64).alias("watermark"),
            pl.lit(seed, pl.Int64).alias("rng_seed"),
        )
    ).select(PAGES.names()).cast(dict(PAGES))


def _lists(flat: pl.DataFrame) -> pl.DataFrame:
    """One list a page of every column."""
    return flat.with_columns(pl.col("page").set_sorted()).group_by("page", maintain_order=True).agg(pl.all()).drop("page")


