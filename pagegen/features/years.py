"""Years: whether the title comes from the time that the member's titles come from."""

import numpy as np

from pagegen.arrays import Float64, Int32, groups, record
from pagegen.context import Played
from pagegen.features.pairs import Pairs
from pagegen.features.tastes import RECENT, latest, means

AROUND = 1  # years to both sides that count as the same time


@record
class YearHabits:
    """
    Share of the member's titles, and of the last 20, within a year of the title's; the gap to the mean year of the last
    20; the spread (standard deviation) of the years of all. NaN without a year, or without a history that has any.
    """

    name: str = "year_habits"
    columns: tuple[str, ...] = ("year_share", "year_share_recent", "year_gap_recent", "year_spread")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        contexts = pairs.contexts
        year = contexts.data.catalog.release_year.astype(np.float64)
        all_, late = contexts.played, latest(contexts.played, RECENT)
        request, of = groups(all_.start), year[all_.title]
        mean = means(request, of, len(contexts))
        spread = np.sqrt(means(request, np.square(of - mean[request]), len(contexts)))
        recent_mean = pairs.spread(means(groups(late.start), year[late.title], len(contexts)))
        gap = year[pairs.title] - recent_mean
        return [_near(pairs, year, all_), _near(pairs, year, late), gap, pairs.spread(spread)]


def _near(pairs: Pairs, year: Float64, played: Played) -> Float64:
    """[M] share of the played titles of known year that are within a year of the pair's title."""
    known = ~np.isnan(year)
    if not known.any():
        return np.full(len(pairs), np.nan)
    first, size = int(year[known].min()), len(played.start) - 1
    place: Int32 = np.where(known, year - first + AROUND, 0).astype(np.int32)  # AROUND years to spare on both sides
    width = int(place.max()) + AROUND + 1
    mine = known[played.title]
    cell = groups(played.start)[mine].astype(np.int64) * width + place[played.title[mine]]
    total = np.cumsum(np.bincount(cell, minlength=size * width))
    total = np.append(total, 0)  # cell -1 is before the first
    at = pairs.request.astype(np.int64) * width + place[pairs.title]
    with np.errstate(invalid="ignore"):
        count = np.bincount(groups(played.start)[mine], minlength=size).astype(np.float64)
        share = (total[at + AROUND] - total[at - AROUND - 1]) / pairs.spread(count)
    return np.where(known[pairs.title], share, np.nan)
