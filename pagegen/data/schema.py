"""
The tables of a data folder: column names, types and what each means. Version 1.

Times are UTC, millisecond precision. Ids are UTF-8 strings of 1 to 128 bytes. A null means "not known", never zero.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

VERSION: Final = 1
TIME: Final = pl.Datetime("ms", "UTC")
MAX_ID_BYTES: Final = 128

TITLE_KINDS: Final = ("movie", "series")
EVENT_KINDS: Final = ("play", "click", "list_add", "list_remove", "thumbs_up", "thumbs_down", "not_interested")
DEVICES: Final = ("tv", "web", "tablet", "phone")
FINISHED: Final = 0.9  # a play of at least this fraction of the title is a finished one
ANYWHERE: Final = "ZZ"  # the country of members and data that name none (CLDR: unknown region)


def _schema(**columns: pl.DataType | type[pl.DataType]) -> pl.Schema:
    return pl.Schema(columns)


WINDOW: Final = pl.Struct({"country": pl.String, "start": TIME, "end": TIME})  # null start or end: unbounded

CATALOG: Final = _schema(
    title_id=pl.String,
    name=pl.String,
    kind=pl.String,  # one of TITLE_KINDS
    release_time=TIME,  # first release anywhere; a year alone is its 1 January
    genres=pl.List(pl.String),
    keywords=pl.List(pl.String),
    cast=pl.List(pl.String),  # in billing order
    directors=pl.List(pl.String),
    countries=pl.List(pl.String),  # of production
    language=pl.String,
    runtime_minutes=pl.Float32,
    maturity=pl.Int16,  # suitable from this age on, in years; null: not rated
    windows=pl.List(WINDOW),  # where and when it may be shown; null: everywhere, always; []: nowhere
)

MEMBERS: Final = _schema(
    member_id=pl.String,
    joined=TIME,
    country=pl.String,
    language=pl.String,
    kids=pl.Boolean,
    maturity_ceiling=pl.Int16,  # years: only titles rated at most this
    household_id=pl.String,
    attributes=pl.List(pl.Struct({"name": pl.String, "value": pl.String})),
)

EVENTS: Final = _schema(
    event_id=pl.String,
    member_id=pl.String,
    title_id=pl.String,
    kind=pl.String,  # one of EVENT_KINDS
    time=TIME,  # rows are in time order: an event's row number is its position in the log
    grade=pl.Float32,
    watched_seconds=pl.Float32,
    fraction=pl.Float32,  # of the title (movie) or episode (series), 0 to 1
    season=pl.Int16,
    episode=pl.Int16,
    device=pl.String,  # one of DEVICES
)

PAGES: Final = _schema(
    page_id=pl.String,
    time=TIME,  # rows are in time order
    member_id=pl.String,
    country=pl.String,
    device=pl.String,
    visible_columns=pl.Int16,  # columns on the device's first screen
    row_kinds=pl.List(pl.String),  # P rows from the top
    row_seeds=pl.List(pl.String),  # P: title id, genre, person, niche or words the row is about; "" without one
    row_lengths=pl.List(pl.Int16),  # P titles in each row
    title_ids=pl.List(pl.String),  # Q = sum of row_lengths, row by row, left to right
    # Q: chance of this title, given the steps before it; 1: certain. The choice of a row belongs to its first title.
    step_probabilities=pl.List(pl.Float32),
    seen_columns=pl.List(pl.Int16),  # P titles of each row that came into view; 0: the row was not reached
    provenance=pl.Struct(
        {
            "origin": pl.String,
            "bundle_id": pl.String,
            "config_digest": pl.String,
            "watermark": pl.Int64,
            "rng_seed": pl.Int64,
        }
    ),
)

TABLES: Final[Mapping[str, pl.Schema]] = {"catalog": CATALOG, "members": MEMBERS, "events": EVENTS, "pages": PAGES}
REQUIRED: Final = ("catalog", "events")
NEVER_NULL: Final[Mapping[str, tuple[str, ...]]] = {
    "catalog": ("title_id", "name", "kind"),
    "members": ("member_id",),
    "events": ("member_id", "title_id", "kind", "time"),
    "pages": ("page_id", "time", "member_id", "row_kinds", "row_lengths", "title_ids"),
}
