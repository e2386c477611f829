"""
People: more with an actor or director whom the member follows, one row a person.

A person is followed after three finished titles at twice the member's base rate, the share of all titles that he or she
has finished:

    n_p >= 3  and  n_p / N_p >= 2 n / N

where the member finished n of the N titles that anybody has played so far, and n_p of the N_p with the person. Who
finishes a good part of the catalog so follows nobody for it. A series counts once an episode was finished. Rows come by
n_p - n N_p / N, the titles above the base rate, each with its titles in the scorer's order.
"""

import msgspec
import numpy as np

from pagegen.arrays import Int32, Mask, best, lengths, ranges, record
from pagegen.context import Contexts
from pagegen.data.catalog import Tags
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, opinions

PEOPLE = RowKind(name="people", headings=("people",), seed_type="person")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    min_titles: int = 3  # finished, with the person
    min_lift: float = 2.0  # times the member's base rate
    rows: int = 5  # of the people followed most


@record
class People:
    config: Config
    name: str = "people"
    kinds: tuple[RowKind, ...] = (PEOPLE,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows, people = RowsBuilder(), proposal.contexts.data.catalog.people
        for b, limit in enumerate(proposal.limit.tolist()):
            followed = self._followed(proposal.contexts, b)
            if not len(followed):
                continue
            score, allowed = opinions(proposal, b, self.config.scorer), proposal.eligible.allowed(b)
            for person in followed.tolist():
                with_person = np.zeros(len(score), np.bool_)
                with_person[people.titles[people.title_start[person] : people.title_start[person + 1]]] = True
                title = best(score, allowed & with_person, limit)
                rows.add((b, 0, person, 0), title, score[title])
        return rows.build()

    def _followed(self, contexts: Contexts, request: int) -> Int32:
        """The people the member follows, most first."""
        people, finished = contexts.data.catalog.people, _finished(contexts, request)
        mine = _titles_of_each(people, finished)
        often: Mask = mine >= self.config.min_titles
        if not often.any():
            return np.zeros(0, np.int32)
        played = contexts.trends.total[request] > 0
        played[finished] = True
        all_ = np.bincount(people.tag, played[people.title], minlength=len(mine))
        usual = all_ * len(finished) / played.sum()
        return best(mine - usual, often & (mine >= self.config.min_lift * usual), self.config.rows)


def _finished(contexts: Contexts, request: int) -> Int32:
    """The distinct titles the member finished, ascending."""
    history = contexts.history
    return np.unique(history.title[history.of(request)][history.finished(request)])


def _titles_of_each(people: Tags, title: Int32) -> Int32:
    """[people] how many of the titles have each person."""
    cell = ranges(people.start[title], lengths(people.start)[title])
    return np.bincount(people.tag[cell], minlength=len(people.names)).astype(np.int32)
