"""Settings: which parts are on, with which numbers. Two halves: `fit` (a change needs training) and `page`."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from pagegen.evidence import EvidenceConfig
from pagegen.ordering import ObjectiveConfig
from pagegen.ordering.constraints import ConstraintsConfig
from pagegen.ordering.exploration import ExplorationConfig
from pagegen.request import MAX_COLUMNS, MAX_ROWS

Table: TypeAlias = Mapping[str, Any]


class TrendSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    short_days: float = 7.0
    long_days: float = 90.0
    min_plays: float = 100.0


class ExampleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which past requests the ranker learns from."""

    kind: Literal["auto", "page", "session", "window", "crossfit"] = "auto"  # auto: what the log can tell
    windows: int = 8  # the newest is held out
    folds: int = 5  # of a log without time: a window hides one of so many parts of every member's titles
    occasions: int = 5_000  # requests over all windows, the newest; over all folds, drawn by rng
    pages: int = 60_000  # newest requests where pages are logged: one page holds fewer plays than a session
    warmup: float = 0.4  # share of all events that come before the first of them
    horizon_hours: float = 24.0  # a play within it is a positive
    session_gap_hours: float = 1.0  # silence that begins a session
    min_history: int = 0  # earlier events a member needs, where a request stands at the beginning of each window
    negatives: int = 200  # of a request, drawn from the pairs that were neither played nor shown
    negative_weight: float = 0.0  # of these where pages are logged
    refit: bool = False  # the ranker, on the newest window too, when it has been judged there
    min_positives: int = 200  # with fewer, a bundle whose ranker learns carries the popularity ranker instead


class StageSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which pages an orderer learns from: laid for past requests after which something was played."""

    requests: Annotated[int, Meta(ge=1)] = 1_000  # drawn from each of the newer half of the windows
    rows: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = 10  # of a page
    columns: Annotated[int, Meta(ge=1, le=MAX_COLUMNS)] = 20
    negatives: Annotated[int, Meta(ge=1)] = 20  # of a position, drawn from the rows without a play
    stray: Annotated[float, Meta(ge=0, le=0.9)] = 0.3  # rows that differ by less may be placed for one another


class FitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: tuple[str, ...]  # in order: a source may use the scores of those before it
    families: tuple[str, ...]
    ranker: str
    attraction: str = ""  # what is learnt of rows where pages are logged; "": nothing
    orderer: str = ""  # that is learnt, to be chosen by page.orderer; "": none
    copies: dict[str, str] = {}  # by its own name: a source that only scores, once more with other settings
    trends: TrendSettings = TrendSettings()
    examples: ExampleSettings = ExampleSettings()
    stages: StageSettings = StageSettings()
    source: dict[str, dict[str, Any]] = {}
    rankers: dict[str, dict[str, Any]] = {}
    attractions: dict[str, dict[str, Any]] = {}
    orderers: dict[str, dict[str, Any]] = {}


class KindSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether rows of a kind are shown, and in whose order; their limits are in `page.constraints.kinds`."""

    on: bool = True
    order: Literal["source", "ranker"] | Annotated[float, Meta(ge=0, le=1)] | None = None  # a number blends the two


class PageSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    filters: tuple[str, ...]
    orderer: str
    max_pairs: int = 800
    refill: int = 20
    constraints: ConstraintsConfig = ConstraintsConfig()
    kinds: dict[str, KindSettings] = {}
    objective: ObjectiveConfig = ObjectiveConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    attraction: dict[str, float] = {}  # of rows of a kind, in the page objective; 1 where it is not said
    exploration: ExplorationConfig = ExplorationConfig()
    source: dict[str, dict[str, Any]] = {}
    filter: dict[str, dict[str, Any]] = {}
    orderers: dict[str, dict[str, Any]] = {}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fit: FitSettings
    page: PageSettings

    @property
    def digest(self) -> str:
        """Changes when any setting does."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:16]
