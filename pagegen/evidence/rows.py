"""Why a row is on the page: its kind, and what it is about."""

from dataclasses import dataclass

from pagegen.arrays import NONE
from pagegen.context import Contexts
from pagegen.pool import RowKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    reason: str  # the row's kind
    seed_type: str  # none, title, genre, person, niche or words
    seed_id: str  # title id, genre, person, or the name of a niche, the words; "" without one
    seed_name: str

    @property
    def row_id(self) -> str:
        """The same for a kind and seed on every page."""
        return f"{self.reason}:{self.seed_id}"


def row_evidence(kind: RowKind, seed: int, contexts: Contexts) -> Evidence:
    """What the row is about."""
    catalog = contexts.data.catalog
    if seed == NONE or kind.seed_type == "none":
        return Evidence(reason=kind.name, seed_type="none", seed_id="", seed_name="")
    if kind.seed_type == "title":
        return Evidence(reason=kind.name, seed_type="title", seed_id=catalog.ids[seed], seed_name=catalog.name[seed])
    if kind.seed_type == "words":
        return Evidence(reason=kind.name, seed_type="words", seed_id=kind.words[seed], seed_name=kind.words[seed])
    tags = {"person": catalog.people, "genre": catalog.genres, "niche": catalog.niches}[kind.seed_type]
    name = tags.names[seed]
    return Evidence(reason=kind.name, seed_type=kind.seed_type, seed_id=name, seed_name=name)
