"""
Editorial: lists that somebody has written, each a row under its own heading, its titles in the order of the list.

    [[page.source.editorial.lists]]
    heading = "Summer nights"
    titles = ["tt0112471", "tt0381681"]

What may not be shown to a member, or was watched, is left out. `page.constraints.kinds.editorial` pins the first list.
"""

from dataclasses import replace

import msgspec
import numpy as np

from pagegen.arrays import record
from pagegen.data.catalog import Catalog
from pagegen.errors import ConfigError
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

EDITORIAL = RowKind(name="editorial", headings=("editorial",), order="source", seed_type="words")


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    heading: str
    titles: tuple[str, ...]  # ids, the first first; a repeated one counts once


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lists: tuple[Written, ...] = ()


@record
class Editorial:
    config: Config
    kinds: tuple[RowKind, ...]
    name: str = "editorial"

    def propose(self, proposal: Proposal) -> Candidates:
        rows, ids = RowsBuilder(), proposal.contexts.data.catalog.ids
        lists = [ids.positions(dict.fromkeys(written.titles)) for written in self.config.lists]
        for b, limit in enumerate(proposal.limit.tolist()):
            allowed = proposal.eligible.allowed(b)
            for place, title in enumerate(lists):
                kept = title[allowed[title]][:limit]
                rows.add((b, 0, place, 0), kept, -np.arange(len(kept), dtype=np.float32))
        return rows.build()

    def check(self, catalog: Catalog) -> None:
        """
        Whether all titles of the lists are in the catalog.

        Raises:
            ConfigError: naming those that are not.
        """
        known = set(catalog.ids.names)
        for written in self.config.lists:
            if unknown := [title for title in written.titles if title not in known]:
                what = f"page.source.editorial.lists: {written.heading!r} has titles that are not in the catalog"
                message = f"{what}: {', '.join(unknown)}; correct or remove them"
                raise ConfigError(message)


def editorial(config: Config) -> Editorial:
    """
    The lists as rows.

    Raises:
        ConfigError: two lists have the same heading, which is what tells rows apart.
    """
    words = tuple(written.heading for written in config.lists)
    if len(set(words)) < len(words) or "" in words:
        message = f"page.source.editorial.lists need headings, each its own; they have {', '.join(map(repr, words))}"
        raise ConfigError(message)
    return Editorial(config=config, kinds=(replace(EDITORIAL, words=words),))
