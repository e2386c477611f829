"""
Features of candidate rows, for models of what draws a member to a row: its kind, what it is about, how the member has
met such rows before, and the moment. Never of the other rows: what a row is worth must not depend on them.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int64, Mask, groups, lengths, ranges, record
from pagegen.context import Contexts
from pagegen.data.catalog import Tags
from pagegen.data.schema import DEVICES
from pagegen.data.trends import DAY_MS, HOUR_MS
from pagegen.pool import RowKind
from pagegen.rows import Filled

ROW_FEATURES: Final = (
    "kind",  # position among the kinds of the homepage
    "seed_days",  # since the member last played the row's title, or a title of its genre or person
    "seed_lift",  # log of the genre's or person's share of the member's titles over its share of everybody's plays
    "seed_fraction",  # how far the member watched the row's title
    "habit",  # with rows of the kind (habits.py)
    "titles_played",  # log of 1 + these
    "device",
    "hour",  # UTC
    "length",  # titles the row can show
)
PRIOR = 5.0  # titles of an ordinary taste that every member is thought to have played


@record
class RowExamples:
    """Rows of logged pages that were reached: what models of rows are fitted on."""

    kinds: tuple[str, ...]
    features: Float64  # [R, ROW_FEATURES] NaN: missing
    expected: Float64  # [R] plays to expect of the row's titles once it is reached: examination times probability
    plays: Float64  # [R] titles that were played from it
    weight: Float64  # [R] 1 / P(reached), clipped


class Attraction(Protocol):
    """What was learnt of rows."""

    @property
    def name(self) -> str: ...
    def of(self, contexts: Contexts, filled: Filled, kinds: Sequence[RowKind]) -> Float64:
        """[R] how much more than 1 a play in each of the candidate rows counts; above 0."""
        ...


def row_features(contexts: Contexts, filled: Filled, kinds: Sequence[RowKind], habit: Float64) -> Float64:
    """
    [R, ROW_FEATURES] of the candidate rows.

    Args:
        contexts: B.
        filled: R rows.
        kinds: of the homepage.
        habit: [B, kinds] of each member with rows of each kind.
    """
    rows, request = filled.rows, filled.rows.request
    values = np.full((len(request), len(ROW_FEATURES)), np.nan)
    columns = np.array([asked.columns for asked in contexts.requests], np.int64)
    device = np.array([DEVICES.index(asked.device) for asked in contexts.requests], np.float64)
    values[:, 0] = rows.kind
    values[:, 4] = habit[request, rows.kind]
    values[:, 5] = np.log1p(lengths(contexts.played.start))[request]
    values[:, 6] = device[request]
    values[:, 7] = (contexts.time // HOUR_MS % 24)[request]
    values[:, 8] = np.minimum(lengths(filled.start), columns[request])
    catalog, about = contexts.data.catalog, np.array([kind.seed_type for kind in kinds])[rows.kind]
    _about_titles(contexts, filled, about == "title", values)
    for seed_type, tags in (("genre", catalog.genres), ("person", catalog.people)):
        _about_tags(contexts, filled, (about == seed_type, tags), values)
    return values


def _about_titles(contexts: Contexts, filled: Filled, which: Mask, values: Float64) -> None:
    """Of rows about a title that the member played: when that was, and how much of it."""
    rows, played, titles = np.flatnonzero(which), contexts.played, np.int64(len(contexts.data.catalog))
    own = groups(played.start) * titles + played.title
    order = np.argsort(own)
    at, known = _found(own[order], filled.rows.request[rows] * titles + filled.rows.seed[rows])
    play, rows = order[at[known]], rows[known]
    values[rows, 1] = (contexts.time[filled.rows.request[rows]] - played.time[play]) / DAY_MS
    values[rows, 3] = played.fraction[play]


def _about_tags(contexts: Contexts, filled: Filled, what: tuple[Mask, Tags], values: Float64) -> None:
    """Of rows about a genre or a person: when the member last played a title of it, and how many more than others."""
    rows, tags, played = np.flatnonzero(what[0]), what[1], contexts.played
    if not len(rows):
        return
    width = np.int64(len(tags.names))
    wanted, place = np.unique(filled.rows.request[rows] * width + filled.rows.seed[rows], return_inverse=True)
    length, title = lengths(tags.start)[played.title], played.title
    cell = np.repeat(groups(played.start) * width, length) + tags.tag[ranges(tags.start[title], length)]
    at, hit = _found(wanted, cell)
    last, time = np.full(len(wanted), -np.inf), np.repeat(played.time, length)[hit]
    np.maximum.at(last, at[hit], time.astype(np.float64))
    request, tag = wanted // width, wanted % width
    days = (contexts.time[request] - last) / DAY_MS
    share, number = _everybodys(contexts, tags, request, tag), lengths(played.start)[request]
    lift = np.log((np.bincount(at[hit], minlength=len(wanted)) + PRIOR * share) / ((number + PRIOR) * share))
    values[rows, 1] = np.where(np.isfinite(days), days, np.nan)[place]
    values[rows, 2] = lift[place]


def _everybodys(contexts: Contexts, tags: Tags, request: Int64, tag: Int64) -> Float64:
    """[W] the part of all plays that were of titles of the tag; never 0."""
    total, length = contexts.trends.total, lengths(tags.title_start)[tag]
    title = tags.titles[ranges(tags.title_start[tag], length)]
    plays = np.bincount(
        np.repeat(np.arange(len(tag)), length), total[np.repeat(request, length), title], minlength=len(tag)
    )
    return (plays + 1.0) / (total.sum(axis=1)[request] + 1.0)


def _found(sorted_keys: AnyArray, key: AnyArray) -> tuple[Int64, Mask]:
    """Where each key stands among the sorted ones, and whether it does."""
    at = np.searchsorted(sorted_keys, key)
    known = at < len(sorted_keys)
    known[known] = sorted_keys[at[known]] == key[known]
    return at, known
