"""A data folder in memory: catalog, members, events and trends, as arrays over positions."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from pagegen.arrays import Float32, Int32, Int64, record
from pagegen.data import folder as folders
from pagegen.data.catalog import Catalog, read_catalog
from pagegen.data.events import COLUMNS, PLAY, Events, read_events
from pagegen.data.ids import Ids
from pagegen.data.members import Members, read_members
from pagegen.data.schema import ANYWHERE
from pagegen.data.trends import HOUR_MS, Trends, read_trends


@record
class Dataset:
    digest: str
    catalog: Catalog
    members: Members
    countries: Ids
    events: Events
    trends: Trends

    @property
    def anywhere(self) -> int:
        """The position of the country that stands for all."""
        return self.countries.position(ANYWHERE)

    @property
    def end_ms(self) -> int:
        """
        One second after the last event: the time of a page asked for right after the data end. Where all events have
        one instant, the end of its hour: else no trend, which knows closed hours only, would ever have seen them.
        """
        if not len(self.events):
            return 0
        last = int(self.events.time[-1])
        return (last // HOUR_MS + 1) * HOUR_MS if Past(data=self, watermark=len(self.events)).timeless else last + 1_000


@record
class Past:
    """A dataset as it was known when the log had `watermark` events: all that `fit` may look at."""

    data: Dataset
    watermark: int
    cutoff_ms: int | None = None  # when somebody has chosen it; not after the event at the watermark

    @property
    def time(self) -> int:
        """The time, in ms, before which everything had been seen."""
        if self.cutoff_ms is not None:
            return self.cutoff_ms
        events = self.data.events
        return int(events.time[self.watermark]) if self.watermark < len(events) else self.data.end_ms

    @property
    def timeless(self) -> bool:
        """Whether all events, several, have one instant: the log of those who kept no time."""
        time = self.data.events.time[: self.watermark]
        return len(time) > 1 and bool(time[0] == time[-1])

    def alone(self) -> "Past":
        """The same past of a log that ends with it: who looks further finds nothing."""
        data = self.data
        events = data.events.first(self.watermark, len(data.members))
        trends = read_trends(events, data.members.country, len(data.countries), len(data.catalog))
        return Past(data=replace(data, events=events, trends=trends), watermark=self.watermark, cutoff_ms=self.time)

    def plays(self) -> "Plays":
        """All plays so far, in time order."""
        events = self.data.events
        play = events.kind[: self.watermark] == PLAY
        columns = (events.member, events.title, events.time, events.grade, events.fraction)
        member, title, time, grade, fraction = (column[: self.watermark][play] for column in columns)
        return Plays(member=member, title=title, time=time, grade=grade, fraction=fraction)


@record
class Plays:
    """Plays in time order."""

    member: Int32
    title: Int32
    time: Int64
    grade: Float32
    fraction: Float32


def read_dataset(folder: Path) -> Dataset:
    """
    Read a data folder.

    Raises:
        DataError: missing, unreadable or inconsistent; the text says what to do.
    """
    info = folders.read_info(folder)
    catalog = folders.read_table(folder, "catalog")
    members = folders.read_table(folder, "members", ["member_id", "country", "kids", "maturity_ceiling"])
    events = folders.read_table(folder, "events", COLUMNS)
    return dataset(catalog, members, events, digest=info.digest)


def dataset(catalog: pl.DataFrame, members: pl.DataFrame, events: pl.DataFrame, *, digest: str) -> Dataset:
    """The dataset of three tables that have the columns of their schemas."""
    named = catalog["windows"].explode().drop_nulls().struct.field("country")
    countries = Ids(pl.concat([named, members["country"], pl.Series([ANYWHERE])]).drop_nulls())
    titles = read_catalog(catalog, countries)
    people = read_members(members, events["member_id"], countries)
    log = read_events(events, people.ids, titles.ids)
    return Dataset(
        digest=digest,
        catalog=titles,
        members=people,
        countries=countries,
        events=log,
        trends=read_trends(log, people.country, len(countries), len(titles)),
    )
