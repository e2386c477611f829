"""
Extra terms of the page objective: what a page is worth besides its plays. Those without a weight are not there at all.

A term sees the page as attention y(t) = x(p, q) of the title's first slot, and tells what each row would add to it.
"""

from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from pagegen.arrays import Float64, Int64
from pagegen.context import Contexts
from pagegen.ordering.examination import Examination
from pagegen.ordering.genre_term import genre_term
from pagegen.ordering.stability import stability_term


class ObjectiveConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the extra terms: how many expected plays one unit of each is worth; 0 leaves a term out."""

    diversity: Annotated[float, Meta(ge=0, le=1_000)] = 0.0  # of genres the member plays: `coverage`, 0 and more
    calibration: Annotated[float, Meta(ge=0, le=1_000)] = 0.0  # to the member's genre mix: `agreement`, 0 to 4.6
    stability: Annotated[float, Meta(ge=0, le=1_000)] = 0.0  # likeness to the member's last page, 0 to 1
    stability_plays: Annotated[float, Meta(gt=0, le=1_000)] = 3.0  # whole titles since that page that halve its weight


class Term(Protocol):
    """An extra term of one request's page so far; placing a row makes another one."""

    @property
    def value(self) -> float:
        """Of the page so far; an empty one has 0."""
        ...

    def gains(self, attention: Float64) -> Float64:
        """[R] what each row would add, given the attention [R, L] that its titles new to the page would get."""
        ...

    def after(self, row: int, attention: Float64) -> "Term":
        """The term with this row on the page; `attention` [L] is the row's own."""
        ...


def terms_of(
    contexts: Contexts, b: int, title: Int64, config: ObjectiveConfig, examination: Examination
) -> tuple[Term, ...]:
    """The terms of the b-th request, whose rows hold these titles [R, L]; empty cells may hold anything."""
    if not (config.diversity or config.calibration or config.stability):
        return ()
    genres = genre_term(contexts, b, title, (config.diversity, config.calibration))
    stability = stability_term(contexts, b, title, (config.stability, config.stability_plays), examination)
    return tuple(term for term in (genres, stability) if term is not None)
