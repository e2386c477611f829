"""
People: more with an actor or director whom the member follows (`context/likings.py` says when), one row a person.

Rows come by the finished titles above the member's base rate, each with its titles in the scorer's order.
"""

import msgspec
import numpy as np

from pagegen.arrays import best, record
from pagegen.context import followed
from pagegen.context.likings import MIN_LIFT, MIN_TITLES
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, opinions

PEOPLE = RowKind(name="people", headings=("people",), seed_type="person")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    min_titles: int = MIN_TITLES  # finished, with the person
    min_lift: float = MIN_LIFT  # times the member's base rate
    rows: int = 5  # of the people followed most


@record
class People:
    config: Config
    name: str = "people"
    kinds: tuple[RowKind, ...] = (PEOPLE,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows, people = RowsBuilder(), proposal.contexts.data.catalog.people
        for b, limit in enumerate(proposal.limit.tolist()):
            most = followed(proposal.contexts, b, self.config.min_titles, self.config.min_lift)[: self.config.rows]
            if not len(most):
                continue
            score, allowed = opinions(proposal, b, self.config.scorer), proposal.eligible.allowed(b)
            for person in most.tolist():
                with_person = np.zeros(len(score), np.bool_)
                with_person[people.titles[people.title_start[person] : people.title_start[person + 1]]] = True
                title = best(score, allowed & with_person, limit)
                rows.add((b, 0, person, 0), title, score[title])
        return rows.build()
