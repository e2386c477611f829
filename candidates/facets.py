"""
Facets: a mask over the catalog, ordered by a scorer. Genre rows, and new releases.

The scorer is that of another source (`als` by default); plays make up for what it does not know (`opinions`).
"""

import msgspec
import numpy as np

from pagegen.arrays import Float32, Int32, Mask, best, lengths, ranges, record, starts, within
from pagegen.context import Contexts
from pagegen.data.catalog import NOT_KNOWN, Tags
from pagegen.data.trends import DAY_MS
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, opinions

GENRE = RowKind(name="genre", headings=("genre",), seed_type="genre")
NEW_RELEASES = RowKind(name="new_releases", headings=("new_releases",))


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    new_days: int = 365  # a release is new for so long
    genres: int = 24  # rows, of the genres whose best titles score highest


@record
class Facets:
    config: Config
    name: str = "facets"
    kinds: tuple[RowKind, ...] = (GENRE, NEW_RELEASES)

    def propose(self, proposal: Proposal) -> Candidates:
        """A row for every genre, in the order of its best titles' scores, and one of new releases."""
        rows = RowsBuilder()
        for b, limit in enumerate(proposal.limit.tolist()):
            score = opinions(proposal, b, self.config.scorer)
            allowed = proposal.eligible.allowed(b)
            ordered = best(score, allowed, len(score))
            genres = _by_genre(proposal.contexts.data.catalog.genres, ordered, score, limit)
            for genre, title in genres[: self.config.genres]:
                rows.add((b, 0, genre, 0), title, score[title])
            title = ordered[_new(proposal.contexts, b, self.config.new_days)[ordered]][:limit]
            rows.add((b, 1, -1, 0), title, score[title])
        return rows.build()


def _by_genre(genres: Tags, ordered: Int32, score: Float32, limit: int) -> list[tuple[int, Int32]]:
    """Each genre's best titles, and the genres by the score of those that a first screen shows."""
    length = lengths(genres.start)[ordered]
    tag = genres.tag[ranges(genres.start[ordered], length)]
    by_tag = np.argsort(
        tag.astype(np.min_scalar_type(len(genres.names))), kind="stable"
    )  # inside a genre the order by score stays
    tag, titles = tag[by_tag], np.repeat(ordered, length)[by_tag]
    start = starts(np.bincount(tag, minlength=len(genres.names)))
    screen = within(start) < FIRST_SCREEN
    worth = np.bincount(tag[screen], score[titles[screen]], minlength=len(genres.names))
    first, last = start.tolist(), (start[:-1] + np.minimum(lengths(start), limit)).tolist()
    by_worth = np.argsort(-worth, kind="stable").tolist()
    return [(genre, titles[first[genre] : last[genre]]) for genre in by_worth if last[genre] > first[genre]]


FIRST_SCREEN = 6


def _new(contexts: Contexts, request: int, days: int) -> Mask:
    """[T] titles released within the last `days`."""
    release = contexts.data.catalog.release_ms
    return (release != NOT_KNOWN) & (release >= contexts.time[request] - days * DAY_MS)
