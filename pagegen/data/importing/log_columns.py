"""How the columns of anyone's log, catalog and members become ours, as the mapping says."""

from dataclasses import replace

import polars as pl

from pagegen.data.importing.fields import Fields, Wanted
from pagegen.data.importing.ledger import LINE
from pagegen.data.importing.mapping import CatalogMapping, EventsMapping, MembersMapping
from pagegen.data.importing.times import event_time
from pagegen.data.importing.values import Column, choice, flag, identity, mine, number, stripped, text, whole_number
from pagegen.data.schema import DEVICES, EVENT_KINDS, TITLE_KINDS, WINDOW

SECONDS = {"s": 1.0, "ms": 0.001, "min": 60.0}
LARGEST = 1e9  # of seconds and grades: anything above is a mistake of unit
OLDEST = 150  # of ages in years
LISTS = ("genres", "keywords", "cast", "directors", "countries", "window_countries")

EVENTS_WANTED = Wanted(
    names=(
        *("event_id", "member_id", "title_id", "kind", "time", "grade", "watched_seconds", "duration", "fraction"),
        *("season", "episode", "device"),
    ),
    needed=("member_id", "title_id", "kind", "time"),
    ids=("event_id", "member_id", "title_id"),
)
CATALOG_WANTED = Wanted(
    names=(
        "title_id",
        "name",
        "kind",
        "release_time",
        *LISTS,
        "language",
        "runtime_minutes",
        "maturity",
        "window_start",
        "window_end",
    ),
    needed=("title_id", "name", "kind"),
    ids=("title_id",),
    lists=LISTS,
)
MEMBERS_WANTED = Wanted(
    names=("member_id", "joined", "country", "language", "kids", "maturity_ceiling", "household_id"),
    needed=("member_id",),
    ids=("member_id", "household_id"),
)


def event_columns(mapping: EventsMapping, fields: Fields, now_ms: int) -> list[Column]:
    kind = stripped(fields.raw("kind")).replace(mapping.kinds)
    device = stripped(fields.raw("device")).replace(mapping.devices)
    return [
        identity("member_id", fields.raw("member_id")),
        identity("title_id", fields.raw("title_id")),
        choice("kind", kind, EVENT_KINDS, label="event kind", required=True),
        event_time(fields.time("time", mapping.time, mapping.zone), now_ms),
        identity("event_id", fields.raw("event_id"), required=False),
        number("grade", fields.raw("grade"), low=-LARGEST, high=LARGEST),
        *_watching(mapping, fields),
        *(whole_number(name, fields.raw(name), low=0.0, high=32_767.0) for name in ("season", "episode")),
        choice("device", device, DEVICES, label="device"),
    ]


def skipped_kinds(mapping: EventsMapping, fields: Fields) -> pl.Expr | None:
    return stripped(fields.raw("kind")).is_in(mapping.skip_kinds) if mapping.skip_kinds else None


def _watching(mapping: EventsMapping, fields: Fields) -> list[Column]:
    """Watched seconds, and the fraction as given or from the duration; above 1 it is wrong unless clipped."""
    seconds = SECONDS[mapping.watched_unit]
    watched = number("watched_seconds", fields.raw("watched_seconds"), low=0.0, high=LARGEST, scale=seconds)
    share = 0.01 if mapping.fraction == "percent" else 1.0
    fraction = number("fraction", fields.raw("fraction"), low=0.0, high=1.0, scale=share)
    further = []
    if fields.has("duration"):
        duration = number("duration", fields.raw("duration"), low=0.0, high=LARGEST, scale=seconds)
        none = ("duration is zero", mine("duration") == 0)
        further = [replace(duration, wrong=(*duration.wrong, none))]  # first, so that it is the reason given
        fraction = replace(fraction, value=watched.value / duration.value, wrong=fraction.wrong[1:])
    if mapping.clip_fraction:
        fraction = replace(fraction, value=fraction.value.clip(upper_bound=1.0))
    return [watched, *further, fraction]


def catalog_columns(mapping: CatalogMapping, fields: Fields) -> list[Column]:
    minutes = 1 / 60 if mapping.runtime_unit == "s" else 1.0
    lists = [fields.list(name, mapping.list_separator) for name in LISTS if name != "window_countries"]
    return [
        identity("title_id", fields.raw("title_id")),
        text("name", fields.raw("name"), required=True),
        choice("kind", fields.raw("kind"), TITLE_KINDS, label="title kind", required=True),
        fields.time("release_time", mapping.release, mapping.zone),
        *lists,
        text("language", fields.raw("language")),
        number("runtime_minutes", fields.raw("runtime_minutes"), low=0.0, high=LARGEST, scale=minutes),
        whole_number("maturity", fields.raw("maturity"), low=0.0, high=OLDEST),
        *_windows(mapping, fields),
    ]


def _windows(mapping: CatalogMapping, fields: Fields) -> list[Column]:
    """Countries, start and end of the windows; `with_windows` puts them together."""
    countries = fields.list("window_countries", mapping.list_separator)
    start = fields.time("window_start", mapping.window, mapping.zone)
    end = fields.time("window_end", mapping.window, mapping.zone)
    bounded = mine("window_start").is_not_null() | mine("window_end").is_not_null()
    backwards = ("window ends before it starts", mine("window_end") <= mine("window_start"))
    nowhere = ("window without countries", mine("window_countries").is_null() & bounded)
    return [countries, start, replace(end, wrong=(*end.wrong, backwards, nowhere))]


def with_windows(titles: pl.DataFrame) -> pl.DataFrame:
    """One window a country, from window_start to window_end. No country: shown nowhere; null countries: everywhere."""
    parts = ["window_countries", "window_start", "window_end"]
    each = titles.select(LINE, *parts).filter(pl.col("window_countries").list.len() > 0).explode("window_countries")
    window = pl.struct(country="window_countries", start="window_start", end="window_end")
    together = each.group_by(LINE, maintain_order=True).agg(window.alias("windows"))
    joined = titles.join(together, on=LINE, how="left", maintain_order="left")
    empty = pl.when(pl.col("window_countries").list.len() == 0).then(pl.lit([], pl.List(WINDOW)))
    return joined.with_columns(pl.coalesce("windows", empty)).drop(parts)


def member_columns(mapping: MembersMapping, fields: Fields) -> list[Column]:
    country = text("country", fields.raw("country"))
    odd = ("country is not two capital letters", ~mine("country").str.contains("^[A-Z]{2}$"))
    attributes = [
        pl.when(value.is_not_null()).then(pl.struct(pl.lit(name).alias("name"), value.alias("value")))
        for name, value in ((name, stripped(pl.col(name))) for name in mapping.attributes)
    ]
    return [
        identity("member_id", fields.raw("member_id")),
        fields.time("joined", mapping.joined, mapping.zone),
        replace(country, wrong=(odd,)),
        text("language", fields.raw("language")),
        flag("kids", fields.raw("kids")),
        whole_number("maturity_ceiling", fields.raw("maturity_ceiling"), low=0.0, high=OLDEST),
        identity("household_id", fields.raw("household_id"), required=False),
        *([Column(name="attributes", value=pl.concat_list(attributes).list.drop_nulls())] if attributes else []),
    ]
