"""The member against the title: shared genres and people, and how far the title is from what they usually play."""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Float64, Int32, Int64, groups, lengths, ranges, record, starts
from pagegen.context import Played
from pagegen.data.catalog import Tags
from pagegen.features.pairs import Pairs

RECENT = 20  # titles that make up what a member has been playing lately


@record
class GenreAffinity:
    """
    Mean over the title's genres of: the genre's share of the member's titles, the same of the last 20, its lift over
    its share of everybody's plays, and the mean grade the member gives it above their mean grade.
    """

    name: str = "genre_affinity"
    columns: tuple[str, ...] = ("genre_share", "genre_share_recent", "genre_lift", "genre_grade_lift")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        genres, played = pairs.contexts.data.catalog.genres, pairs.contexts.played
        counts = _counts(genres, played.start, played.title)
        late_played = latest(played, RECENT)
        share = _shares(counts)
        everybody = _shares(_spread_sums(genres, pairs.contexts.trends.total))
        with np.errstate(divide="ignore", invalid="ignore"):
            lift = np.log((share + 0.01) / (everybody + 0.01))
        grade = _grade_lift(genres, played.start, played.title, played.grade)
        late = _shares(_counts(genres, late_played.start, late_played.title))
        return _means_over_tags(genres, pairs, (share, late, lift, grade))


@record
class PeopleAffinity:
    """How many of the member's titles the title's cast and directors were in: the sum, and that of the best known."""

    name: str = "people_affinity"
    columns: tuple[str, ...] = ("people_shared", "best_person")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        people, played = pairs.contexts.data.catalog.people, pairs.contexts.played
        counts = _counts(people, played.start, played.title)
        place, cell = _tags_of(people, pairs)
        known = _at(counts, pairs.request[place], people.tag[cell])
        best = np.zeros(len(pairs))
        np.maximum.at(best, place, known)
        return [np.log1p(np.bincount(place, known, minlength=len(pairs))), best]


@record
class Habits:
    """How far the title's year and popularity are from the mean of what the member plays."""

    name: str = "habits"
    columns: tuple[str, ...] = ("year_gap", "popularity_gap", "mean_year", "mean_popularity")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        contexts = pairs.contexts
        played, year = contexts.played, contexts.data.catalog.release_year.astype(np.float64)
        request = groups(played.start)
        total = contexts.trends.total
        mean_year = pairs.spread(means(request, year[played.title], len(contexts)))
        mean_popularity = pairs.spread(means(request, np.log1p(total[request, played.title]), len(contexts)))
        gap = np.log1p(pairs.lookup(total)) - mean_popularity
        return [year[pairs.title] - mean_year, gap, mean_year, mean_popularity]


def latest(played: Played, count: int) -> Played:
    """The last `count` titles of each request."""
    first = np.maximum(played.start[1:] - count, played.start[:-1])
    length = played.start[1:] - first
    place = ranges(first, length)
    columns = {name: getattr(played, name)[place] for name in ("title", "time", "grade", "fraction")}
    return Played(start=starts(length), **columns)


def means(group: Int32, value: Float64, size: int) -> Float64:
    """[size] mean of each group's known values; NaN for a group without one."""
    known = ~np.isnan(value)
    with np.errstate(invalid="ignore"):
        return np.bincount(group[known], value[known], minlength=size) / np.bincount(group[known], minlength=size)


def _counts(tags: Tags, start: Int64, title: Int32) -> Float64:
    """[B, tags] titles that carry each tag."""
    first, length = tags.start[title], lengths(tags.start)[title]
    cell = np.repeat(groups(start).astype(np.int64) * len(tags.names), length) + tags.tag[ranges(first, length)]
    size = (len(start) - 1) * len(tags.names)
    return np.bincount(cell, minlength=size).astype(np.float64).reshape(len(start) - 1, len(tags.names))


def _spread_sums(tags: Tags, per_title: Float64) -> Float64:
    """[B, tags] sum of a [B, T] value over the titles of each tag."""
    sums = [np.bincount(tags.tag, row[tags.title], minlength=len(tags.names)) for row in per_title]
    return np.array(sums, np.float64).reshape(len(per_title), len(tags.names))


def _shares(counts: Float64) -> Float64:
    """[B, tags] each tag's part of the whole; NaN for a member (or a world) without any."""
    with np.errstate(invalid="ignore"):
        return counts / counts.sum(axis=1, keepdims=True)


def _grade_lift(tags: Tags, start: Int64, title: Int32, grade: np.ndarray) -> Float64:
    """[B, tags] the member's mean grade of the tag less their mean, shrunk by three titles; NaN without grades."""
    size, width = len(start) - 1, len(tags.names)
    request, value = groups(start), grade.astype(np.float64)
    above = value - means(request, value, size)[request]
    known = ~np.isnan(above)
    request, title, above = request[known], title[known], above[known]
    first, length = tags.start[title], lengths(tags.start)[title]
    cell = np.repeat(request.astype(np.int64) * width, length) + tags.tag[ranges(first, length)]
    sums = np.bincount(cell, np.repeat(above, length), minlength=size * width)
    lift = (sums / (np.bincount(cell, minlength=size * width) + 3.0)).reshape(size, width)
    lift[np.bincount(request, minlength=size) == 0] = np.nan
    return lift


def _tags_of(tags: Tags, pairs: Pairs) -> tuple[Int64, Int64]:
    """Every tag of every pair's title: [E] the pair, and [E] the place in `tags.tag`."""
    first, length = tags.start[pairs.title], lengths(tags.start)[pairs.title]
    return np.repeat(np.arange(len(pairs)), length), ranges(first, length)


def _means_over_tags(tags: Tags, pairs: Pairs, tables: Sequence[Float64]) -> list[Float64]:
    """[M] means of the request's row of each table [B, tags] over the title's tags; NaN for a title without tags."""
    place, cell = _tags_of(tags, pairs)
    request, tag = pairs.request[place], tags.tag[cell]
    number = lengths(tags.start)[pairs.title]
    with np.errstate(invalid="ignore"):
        return [np.bincount(place, _at(table, request, tag), minlength=len(pairs)) / number for table in tables]


def _at(table: Float64, request: Int32, tag: Int32) -> Float64:
    """Cells of a [B, tags] table."""
    return table.take(request * np.int64(table.shape[1]) + tag)
