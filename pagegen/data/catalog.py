"""The catalog: all titles and their attributes, as arrays over title positions."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pagegen.arrays import AnyArray, Float32, Int8, Int16, Int32, Int64, Mask, groups, record, starts
from pagegen.data.ids import Ids
from pagegen.data.niches import read_niches
from pagegen.data.schema import ANYWHERE, TITLE_KINDS
from pagegen.errors import DataError

NOT_KNOWN = np.iinfo(np.int64).min  # a time nobody knows
FOREVER = np.iinfo(np.int64).max
UNRATED = -1
BILLED = 5  # cast members of a title that count as its people


@record
class Tags:
    """A many-valued attribute: the tags of each title, and the titles of each tag."""

    names: tuple[str, ...]  # sorted vocabulary
    start: Int64  # [T + 1]
    tag: Int32  # [E] position in names, ascending within a title
    title: Int32  # [E] whose tag it is
    title_start: Int64  # [tags + 1]
    titles: Int32  # [E] of each tag, ascending


@record
class Windows:
    """Licence windows: where and when the restricted titles may be shown."""

    restricted: Mask  # [T] may be shown only inside a window
    title: Int32  # [W]
    country: Int32  # [W]
    start: Int64  # [W] ms
    end: Int64  # [W] ms, exclusive

    def open(self, country: int, anywhere: int, time: int) -> Mask:
        """[T] titles that may be shown in this country at this time."""
        inside = ((self.country == country) | (self.country == anywhere)) & (self.start <= time) & (time < self.end)
        mask = ~self.restricted
        mask[self.title[inside]] = True
        return mask

    def closes(self, country: int, anywhere: int, time: int) -> Int64:
        """
        [T] ms from which on a title may no longer be shown in this country, by windows that follow on each other
        without a gap; FOREVER where nothing ends, `time` where it may not be shown now.
        """
        until = np.where(self.restricted, time, FOREVER)
        here = ((self.country == country) | (self.country == anywhere)).nonzero()[0]
        title, start, end = self.title.take(here), self.start.take(here), self.end.take(here)
        while True:
            so_far = until.take(title)
            follows = ((start <= so_far) & (end > so_far)).nonzero()[0]
            if not len(follows):
                return until
            np.maximum.at(until, title.take(follows), end.take(follows))


@record
class Catalog:
    ids: Ids
    name: AnyArray  # [T] str
    kind: Int8  # [T] position in TITLE_KINDS
    release_ms: Int64  # [T] NOT_KNOWN without one
    day_known: Mask  # [T] the release is more than a year: not the first moment of one
    release_year: Float32  # [T] NaN without one
    runtime_minutes: Float32  # [T] NaN when not known
    maturity: Int16  # [T] years; UNRATED when not known
    genres: Tags
    people: Tags  # leading cast and directors
    keywords: Tags
    language: Tags  # at most one a title
    niches: Tags  # genres together with a decade, a country, a keyword or another genre
    windows: Windows

    def __len__(self) -> int:
        return len(self.ids)


def read_catalog(frame: pl.DataFrame, countries: Ids) -> Catalog:
    """
    The catalog of a `catalog` table, in any row order.

    Raises:
        DataError: no titles, duplicate ids or unknown kinds.
    """
    if frame.is_empty():
        message = "the catalog has no titles; nothing can be shown"
        raise DataError(message)
    if frame["title_id"].is_duplicated().any():
        twice = frame.filter(pl.col("title_id").is_duplicated())["title_id"][0]
        message = f"the catalog has title {twice!r} more than once; run `pagegen check`"
        raise DataError(message)
    frame = frame.sort("title_id")
    people = pl.concat_list(pl.col("cast").fill_null([]).list.head(BILLED), pl.col("directors").fill_null([]))
    release = pl.col("release_time")
    return Catalog(
        ids=Ids(frame["title_id"]),
        name=np.array([*frame["name"], None], object)[:-1],
        kind=_kinds(frame["kind"]),
        release_ms=frame["release_time"].cast(pl.Int64).fill_null(NOT_KNOWN).to_numpy(),
        day_known=frame.select((release != release.dt.truncate("1y")).fill_null(value=False)).to_series().to_numpy(),
        release_year=frame.select(release.dt.year().cast(pl.Float32).fill_null(np.nan)).to_series().to_numpy(),
        runtime_minutes=frame["runtime_minutes"].fill_null(np.nan).to_numpy(),
        maturity=frame["maturity"].fill_null(UNRATED).to_numpy(),
        genres=_tags(frame["genres"]),
        people=_tags(frame.select(people).to_series()),
        keywords=_tags(frame["keywords"]),
        language=_tags(frame.select(pl.concat_list("language")).to_series()),
        niches=_tags(read_niches(frame)),
        windows=_windows(frame["windows"], countries),
    )


def _kinds(kind: pl.Series) -> Int8:
    unknown = kind.filter(~kind.is_in(TITLE_KINDS))
    if len(unknown):
        message = f"the catalog has a title of kind {unknown[0]!r}; titles are one of {', '.join(TITLE_KINDS)}"
        raise DataError(message)
    return kind.cast(pl.Enum(TITLE_KINDS)).to_physical().cast(pl.Int8).to_numpy()


def _tags(lists: pl.Series) -> Tags:
    frame = pl.DataFrame({"title": pl.int_range(len(lists), dtype=pl.Int32, eager=True), "tag": lists})
    flat = frame.explode("tag").drop_nulls().unique().sort("title", "tag")
    vocabulary = Ids(flat["tag"].unique())
    start = starts(np.bincount(flat["title"].to_numpy(), minlength=len(lists)))
    return tags_of(vocabulary.names, start, vocabulary.positions(flat["tag"]))


def tags_of(names: Sequence[str], start: Int64, tag: Int32) -> Tags:
    """The tags of titles [T + 1], positions in the names, and from them the titles of each tag."""
    title = groups(start)
    return Tags(
        names=tuple(names),
        start=start,
        tag=tag,
        title=title,
        title_start=starts(np.bincount(tag, minlength=len(names))),
        titles=title[np.argsort(tag, kind="stable")],
    )


def _windows(windows: pl.Series, countries: Ids) -> Windows:
    frame = pl.DataFrame({"title": pl.int_range(len(windows), dtype=pl.Int32, eager=True), "window": windows})
    flat = frame.explode("window").drop_nulls("window").unnest("window")
    return Windows(
        restricted=windows.is_not_null().to_numpy(),
        title=flat["title"].to_numpy(),
        country=countries.positions(flat["country"].fill_null(ANYWHERE)),
        start=flat["start"].cast(pl.Int64).fill_null(NOT_KNOWN).to_numpy(),
        end=flat["end"].cast(pl.Int64).fill_null(FOREVER).to_numpy(),
    )
