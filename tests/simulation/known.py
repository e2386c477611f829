"""A homepage with parts whose worth is known: two that see the future, and an orderer that asks nobody."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pagegen.arrays import Float32, Float64, record
from pagegen.bundle.parts import Homepage, NoConfig, Part, computed
from pagegen.bundle.settings import Table
from pagegen.context import Contexts
from pagegen.homepage import HOME
from pagegen.ordering import Assembly, Orderer, Pages, Rules, assemble
from pagegen.pool import Candidates, Proposal, RowKind
from pagegen.rows import Filled
from pagegen.training.fit import rng_of
from tests.peeking import NEXT, NextSource, Peek, following


def foreseen(contexts: Contexts) -> Float64:
    """[B, T] 1 for the title of the member's next event, 0 for all others."""
    titles = np.arange(len(contexts.data.catalog))
    return (titles == following(contexts)[:, None]).astype(np.float64)


@record
class Seer:
    """Proposes what the member is going to do, and says of every title whether it is that."""

    name: str = "seer"
    kinds: tuple[RowKind, ...] = (NEXT,)

    def propose(self, proposal: Proposal) -> Candidates:
        return NextSource().propose(proposal)

    def score(self, contexts: Contexts) -> Float32:
        return foreseen(contexts).astype(np.float32)


@record
class ShuffledRows:
    """Rows in an order that the seed, the member and the time of the request decide, and nothing else."""

    name: str = "shuffled"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        requests = iter(contexts.requests)

        def fill_page(page: Assembly) -> None:
            request = next(requests)
            rng = rng_of(request.rng_seed, request.member_id, request.time)
            while not page.full():
                gain, may = page.gains()
                if not may.any():
                    return
                row = int(rng.choice(np.flatnonzero(may)))
                page.place(row, float(gain[row]))

        return assemble(contexts, filled, rules, fill_page)


def _shuffled(_: NoConfig) -> Orderer:
    return ShuffledRows()


KNOWN: Homepage = replace(
    HOME,
    sources={**HOME.sources, "seer": computed((NEXT,), NoConfig, lambda _: Seer())},
    families={**HOME.families, "peek": lambda _: Peek(look=foreseen)},
    orderers={**HOME.orderers, "shuffled": Part(config=NoConfig, make=_shuffled)},
)
SOURCES = ("als", "because_you_watched", "trending", "facets", "top_10", "continue_watching")
HONEST: Table = {"fit": {"ranker": "popularity"}}


def by_column(column: str, fit: Mapping[str, object]) -> Table:
    """A cell whose ranker is this one feature."""
    return {"fit": {"ranker": "one_feature", "rankers": {"one_feature": {"column": column}}, **fit}}


CELLS: Table = {
    "honest": HONEST,
    "seer": by_column("seer_score", {"sources": [*SOURCES, "seer"]}),
    "peek": by_column("peeked", {"families": ["source_scores", "trend", "peek"]}),
    "shuffled": {**HONEST, "page": {"orderer": "shuffled"}},
}
