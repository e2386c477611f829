"""Homepages with a part that looks at what is yet to come, each in another stage of the line."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from pagegen.arrays import NONE, Float64, Int32, Mask, record
from pagegen.bundle.parts import Homepage, NoConfig, Part, computed
from pagegen.context import Contexts
from pagegen.features import Pairs
from pagegen.homepage import HOME
from pagegen.ordering import Orderer, Pages, Rules
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder
from pagegen.rows import Filled
from rankers.greedy_rows import GreedyRows

NEXT = RowKind(name="next", headings=("trending_now",), order="source", min_titles=1)
Look: TypeAlias = Callable[[Contexts], Float64]  # [B] or [B, T]


def following(contexts: Contexts) -> Int32:
    """[B] the title of the first event of each request's member that the request may not see, NONE without one."""
    events, out = contexts.data.events, np.full(len(contexts), NONE, np.int32)
    for b, (member, watermark) in enumerate(zip(contexts.member.tolist(), contexts.watermark.tolist(), strict=True)):
        if member != NONE:
            mine = events.positions_of(member, len(events))
            later = mine[mine >= watermark]
            out[b] = events.title[later[0]] if len(later) else NONE
    return out


@record
class NextSource:
    """Proposes what the member is going to do."""

    name: str = "oracle"
    kinds: tuple[RowKind, ...] = (NEXT,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows = RowsBuilder()
        for b, title in enumerate(following(proposal.contexts).tolist()):
            if title != NONE and proposal.eligible.allowed(b)[title]:
                rows.add((b, 0, -1, 0), np.array([title], np.int32), np.ones(1, np.float32))
        return rows.build()


@record
class NextFilter:
    """Removes what the member is going to do."""

    name: str = "excluded"
    soft: bool = False

    def keep(self, contexts: Contexts) -> Mask:
        return np.arange(len(contexts.data.catalog)) != following(contexts)[:, None]


@record
class NextOrderer:
    """Sees another worth in a row for what the member is going to do."""

    name: str = "greedy"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        pages = GreedyRows().order(contexts, filled, rules)
        return replace(pages, gain=pages.gain + following(contexts)[pages.rows.request])


@record
class Peek:
    """A feature family of one column, whatever `look` sees."""

    look: Look
    name: str = "peek"
    columns: tuple[str, ...] = ("peeked",)

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        seen = self.look(pairs.contexts)
        return [pairs.spread(seen) if seen.ndim == 1 else pairs.lookup(seen)]


def peeking_family(look: Look) -> Homepage:
    settings = HOME.settings.replace('"moment",', '"moment", "peek",')
    return replace(HOME, families={**HOME.families, "peek": lambda _: Peek(look=look)}, settings=settings)


def _orderer(_: NoConfig) -> Orderer:
    return NextOrderer()


PEEKING_SOURCE: Homepage = replace(
    HOME,
    sources={**HOME.sources, "oracle": computed((NEXT,), NoConfig, lambda _: NextSource())},
    settings=HOME.settings.replace("sources = [", 'sources = [\n  "oracle",', 1),
)
PEEKING_FILTER: Homepage = replace(
    HOME, filters={**HOME.filters, "excluded": Part(config=NoConfig, make=lambda _: NextFilter())}
)
PEEKING_ORDERER: Homepage = replace(HOME, orderers={**HOME.orderers, "greedy": Part(config=NoConfig, make=_orderer)})
