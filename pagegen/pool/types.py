"""The nouns of the pool: row kinds, rows, candidates, and what a source is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, cast

from pagegen.arrays import Float32, Int16, Int32, Int64, Mask, groups, record
from pagegen.context import Contexts
from pagegen.filters import Eligible

Order: TypeAlias = Literal["source", "ranker"] | float  # a number blends: how much the ranker weighs, 0 to 1
SeedType: TypeAlias = Literal["none", "title", "genre", "person", "niche", "words"]
Dedup: TypeAlias = Literal["hard", "soft", "exempt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowKind:
    """What a kind of row is; declared in its source's file."""

    name: str  # the string on the wire
    headings: tuple[str, ...]  # names of heading templates; a row's `variant` picks one
    order: Order = "ranker"  # who orders its titles
    seed_type: SeedType = "none"  # what a row of this kind is about
    words: tuple[str, ...] = ()  # the headings themselves, where somebody has written them; a row's seed picks one
    spares: frozenset[str] = frozenset()  # soft filters it is exempt from
    dedup: Dedup = "soft"  # hard: never repeats a title from above; exempt: may repeat anything, anywhere
    min_titles: int = 4  # a shorter row is not shown
    max_titles: int = 1_000  # with all that it shows when it is extended

    @property
    def ranker_weight(self) -> float:
        """How much the ranker's order of the titles weighs against the source's: 0 nothing, 1 alone."""
        return {"source": 0.0, "ranker": 1.0}[self.order] if isinstance(self.order, str) else self.order


@record
class Rows:
    """R rows that could be on a page."""

    request: Int32  # [R] non-decreasing
    kind: Int16  # [R] position in the kinds of the homepage
    seed: Int32  # [R] position of the title, genre, person, niche or words the row is about, or NONE
    variant: Int16  # [R] which of the kind's headings is true of it

    def about(self, which: slice) -> list[tuple[int, ...]]:
        """Of some rows of a request, what tells them apart."""
        columns = (self.kind[which], self.seed[which], self.variant[which])
        return list(zip(*(column.tolist() for column in columns), strict=True))


@record
class Candidates:
    """N titles proposed for R rows; inside a row best first, by the source's own lights."""

    rows: Rows
    start: Int64  # [R + 1]
    title: Int32  # [N]
    score: Float32  # [N] the source's score; comparable only within one row

    @property
    def row(self) -> Int32:
        """[N] the row of each candidate."""
        return groups(self.start)


Scores: TypeAlias = Mapping[str, Float32]  # scorer name → [B, T]; NaN where it has no opinion


@record
class Proposal:
    """What a source is asked: for whom, from what, with which scores at hand."""

    contexts: Contexts
    eligible: Eligible
    scores: Scores
    limit: Int32  # [B] titles a row may bring; top picks bring their quotas, for the ranker to choose from


class Source(Protocol):
    """What proposes rows. One whose settings name titles may have a `check(catalog)`, which raises a ConfigError."""

    @property
    def name(self) -> str: ...
    @property
    def kinds(self) -> tuple[RowKind, ...]:
        """The kinds of its rows; `Rows.kind` of what it proposes is a position in this tuple."""
        ...

    def propose(self, proposal: Proposal) -> Candidates: ...


class TitleScorer(Protocol):
    """A source that can also score the whole catalog."""

    @property
    def name(self) -> str: ...
    def score(self, contexts: Contexts) -> Float32:
        """[B, T]; NaN where it has no opinion."""
        ...


def as_scorer(source: Source) -> TitleScorer | None:
    """The source as a scorer, if it is one."""
    return cast(TitleScorer, source) if hasattr(source, "score") else None


class Quoted(Protocol):
    """A source that takes the best titles of scorers."""

    @property
    def quotas(self) -> Mapping[str, int]:
        """How many of each scorer's."""
        ...


def quotas_of(source: Source) -> Mapping[str, int]:
    """How many of its best titles each scorer brings to the rows of the source; none to those that do not choose so."""
    return cast(Quoted, source).quotas if hasattr(source, "quotas") else {}


class Explainer(Protocol):
    """A scorer whose scores are sums over watched titles, and that can tell which of them adds most."""

    @property
    def name(self) -> str: ...
    def speaks_most(self, contexts: Contexts, request: int, named: Mask, title: Int64) -> Int32:
        """
        [n] the watched title that adds most to the score of each of these titles; NONE where none adds anything.

        Ties go to the title watched last; none speaks for itself.

        Args:
            contexts: the requests.
            request: the one that is asked about.
            named: [T] watched titles that may be named.
            title: [n]
        """
        ...


def as_explainer(source: Source) -> Explainer | None:
    """The source as an explainer, if it is one."""
    return cast(Explainer, source) if hasattr(source, "speaks_most") else None
