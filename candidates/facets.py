"""
Facets: a mask over the catalog, ordered by a scorer. Genre rows, and new releases.

The scorer is that of another source (`als` by default); where it has no opinion, for a member without history, the
plays of the last season take its place.
"""

import itertools

import msgspec
import numpy as np

from pagegen.arrays import Float32, Int32, Mask, best, lengths, ranges, record, starts
from pagegen.context import Contexts
from pagegen.data.catalog import NOT_KNOWN, Tags
from pagegen.data.trends import DAY_MS
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

GENRE = RowKind(name="genre", headings=("genre",), seed_type="genre")
NEW_RELEASES = RowKind(name="new_releases", headings=("new_releases",))


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    new_days: int = 365  # a release is new for so long


@record
class Facets:
    config: Config
    name: str = "facets"
    kinds: tuple[RowKind, ...] = (GENRE, NEW_RELEASES)

    def propose(self, proposal: Proposal) -> Candidates:
        """A row for every genre, in the order of its best titles' scores, and one of new releases."""
        rows = RowsBuilder()
        for b, limit in enumerate(proposal.limit.tolist()):
            score = self._score(proposal, b)
            allowed = proposal.eligible.allowed(b)
            for genre, title in _by_genre(proposal.contexts.data.catalog.genres, best(score, allowed, len(score)), score, limit):
                rows.add((b, 0, genre, 0), title, score[title])
            title = best(score, allowed & _new(proposal.contexts, b, self.config.new_days), limit)
            rows.add((b, 1, -1, 0), title, score[title])
        return rows.build()

    def _score(self, proposal: Proposal, request: int) -> Float32:
        """[T] the scorer's opinion; plays of the last season of the request's country where it has none."""
        wanted = proposal.scores.get(self.config.scorer)
        if wanted is None or np.isnan(wanted[request]).all():
            return proposal.contexts.trends.long[request].astype(np.float32)
        return wanted[request]


def _by_genre(genres: Tags, ordered: Int32, score: Float32, limit: int) -> list[tuple[int, Int32]]:
    """Each genre's best titles, and the genres by the score of those that a first screen shows."""
    length = lengths(genres.start)[ordered]
    tag = genres.tag[ranges(genres.start[ordered], length)]
    by_tag = np.argsort(tag.astype(np.int16), kind="stable")  # inside a genre the order by score stays
    titles = np.repeat(ordered, length)[by_tag]
    bounds = starts(np.bincount(tag, minlength=len(genres.names))).tolist()
    rows = [(genre, titles[low:high][:limit]) for genre, (low, high) in enumerate(itertools.pairwise(bounds)) if high > low]
    return sorted(rows, key=lambda row: -float(score[row[1][:FIRST_SCREEN]].sum(dtype=np.float64)))


FIRST_SCREEN = 6


def _new(contexts: Contexts, request: int, days: int) -> Mask:
    """[T] titles released within the last `days`."""
    release = contexts.data.catalog.release_ms
    return (release != NOT_KNOWN) & (release >= contexts.time[request] - days * DAY_MS)
