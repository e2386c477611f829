"""Models: all that was learnt, and the engine that runs on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from threadpoolctl import threadpool_limits

from pagegen.arrays import record
from pagegen.bundle.parts import Homepage, Made, Part, SavedAttraction, SavedRanker
from pagegen.bundle.settings import KindSettings, PageSettings, Settings
from pagegen.context import TrendWindows
from pagegen.data.dataset import Dataset
from pagegen.engine import Engine, Limits
from pagegen.features import Family
from pagegen.ordering import Constraints, Examination, Exploration, rules_of
from pagegen.ordering.constraints import compile_constraints
from pagegen.page import Identity
from pagegen.pool import RowKind, Source, as_scorer
from pagegen.ranking import Calibration


@record
class Models:
    sources: Mapping[str, Source]
    ranker: SavedRanker
    calibration: Calibration
    examination: Examination
    attraction: SavedAttraction | None = None  # None: it was not learnt


def families(home: Homepage, settings: Settings, sources: Sequence[Source]) -> tuple[Family, ...]:
    """The feature families that are on; every source that is a scorer has its columns."""
    scorers = tuple(source.name for source in sources if as_scorer(source))
    return tuple(home.families[name](scorers) for name in settings.fit.families)


def build_engine(home: Homepage, settings: Settings, models: Models, data: Dataset, bundle_id: str) -> Engine:
    """
    The engine of these models on these data. From here on BLAS has one thread in this process: requests run side by
    side, and a product must not depend on how many threads share it.

    Raises:
        ConfigError: constraints that contradict each other.
    """
    threadpool_limits(1, "blas")
    page, sources = settings.page, tuple(models.sources[name] for name in settings.fit.sources)
    kinds = kinds_of(home, settings)
    return Engine(
        identity=Identity(bundle_id=bundle_id, config_digest=settings.digest, sources=settings.fit.sources),
        data=data,
        trend_windows=TrendWindows(**msgspec.structs.asdict(settings.fit.trends)),
        filters=tuple(_make(home.filters[name], page.filter[name]) for name in page.filters),
        sources=sources,
        families=families(home, settings, sources),
        ranker=models.ranker,
        calibration=models.calibration,
        orderer=_make(home.orderers[page.orderer], page.orderers[page.orderer]),
        rules=rules_of(
            kinds,
            _constraints(home, page, kinds),
            models.examination,
            page.attraction,
            Exploration(rows=page.exploration.rows, slots=page.exploration.slots),
        ),
        limits=Limits(
            max_pairs=page.max_pairs,
            refill=page.refill,
            off=frozenset(name for name, kind in page.kinds.items() if not kind.on),
        ),
        attraction=models.attraction,
    )


def kinds_of(home: Homepage, settings: Settings) -> tuple[RowKind, ...]:
    """The row kinds of the sources that are on, as the settings limit them; `Rows.kind` is a position in it."""
    sources = home.with_copies(settings.fit.copies)
    return tuple(_limited(kind, settings.page) for kind in sources.kinds(settings.fit.sources))


def _make(part: Part[Made], table: Mapping[str, Any]) -> Made:
    """The part with its settings."""
    return part.make(msgspec.convert(table, part.config))


def _constraints(home: Homepage, page: PageSettings, kinds: Sequence[RowKind]) -> Constraints:
    """Those of the kinds that are on; a rule for a kind whose source is off has nothing to say."""
    off = {kind.name for kind in home.kinds(tuple(home.sources))} - {kind.name for kind in kinds}
    rules = {name: rule for name, rule in page.constraints.kinds.items() if name not in off}
    config = msgspec.structs.replace(page.constraints, kinds=rules)
    return compile_constraints(config, {kind.name: kind for kind in kinds})


def _limited(kind: RowKind, page: PageSettings) -> RowKind:
    """The row kind with the settings' limits in place of its own."""
    own = page.kinds.get(kind.name, KindSettings())
    least = kind.min_titles if own.min_titles is None else own.min_titles
    most = kind.max_titles if own.max_titles is None else own.max_titles
    return replace(kind, min_titles=least, max_titles=most)
