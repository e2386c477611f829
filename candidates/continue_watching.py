"""
Continue watching: what the member began and did not finish (`Rule`), what he or she will most likely go on with first.

The chance of that is learnt from the log (`Resume`, given by the homepage); where there was too little to learn from,
or the settings say so, the latest title comes first.
"""

from collections.abc import Mapping
from typing import Literal, Protocol

import numpy as np

from pagegen.arrays import AnyArray, Float64, record
from pagegen.context import Begun, Contexts, Moments, Rule, read_begun
from pagegen.data.catalog import Catalog
from pagegen.data.schema import DEVICES
from pagegen.data.trends import DAY_MS
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

CONTINUE_WATCHING = RowKind(
    name="continue_watching",
    headings=("continue_watching",),
    order="source",
    spares=frozenset({"watched"}),
    min_titles=1,
    max_titles=20,
)


class Config(Rule, frozen=True, forbid_unknown_fields=True):
    order: Literal["chance", "latest"] = "chance"  # first: what will be gone on with, where that was learnt; the latest


class Resume(Protocol):
    """A model of what is gone on with."""

    @property
    def learnt(self) -> bool:
        """Whether it knows anything."""
        ...

    def chance(self, begun: Begun, catalog: Catalog) -> Float64:
        """[K] of each title that goes on."""
        ...

    def save(self) -> Mapping[str, AnyArray]: ...


@record
class ContinueWatching:
    config: Config
    resume: Resume
    name: str = "continue_watching"
    kinds: tuple[RowKind, ...] = (CONTINUE_WATCHING,)

    def propose(self, proposal: Proposal) -> Candidates:
        """One row; of equal chances the latest first."""
        rows, contexts = RowsBuilder(), proposal.contexts
        begun = _begun(contexts, self.config)
        if not len(begun.title):
            return rows.build()
        score = self._score(begun, contexts)
        for b, limit in enumerate(proposal.limit.tolist()):
            mine = np.arange(begun.start[b], begun.start[b + 1])
            mine = mine[proposal.eligible.allowed(b, CONTINUE_WATCHING.spares)[begun.title[mine]]]
            first = mine[np.argsort(-score[mine], kind="stable")[:limit]]
            rows.add((b, 0, -1, 0), begun.title[first], score[first].astype(np.float32))
        return rows.build()

    def _score(self, begun: Begun, contexts: Contexts) -> Float64:
        """[K] the chance that it is gone on with; days since the last play, negative, where nobody knows."""
        if self.resume.learnt and self.config.order == "chance":
            return self.resume.chance(begun, contexts.data.catalog)
        return (begun.time - contexts.time[begun.request]) / DAY_MS

    def save(self) -> Mapping[str, AnyArray]:
        return self.resume.save()


def _begun(contexts: Contexts, rule: Rule) -> Begun:
    device = np.array([DEVICES.index(request.device) for request in contexts.requests], np.int8)
    asked = Moments(time=contexts.time, device=device)
    return read_begun(contexts.history, contexts.played, asked, contexts.data, rule)
