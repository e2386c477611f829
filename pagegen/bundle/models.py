"""Models: all that was learnt, and the engine that runs on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from threadpoolctl import threadpool_limits

from pagegen.arrays import record
from pagegen.bundle.parts import Homepage, Made, Part, SavedAttraction, SavedOrderer, SavedRanker
from pagegen.bundle.settings import KindSettings, PageSettings, Settings
from pagegen.context import TrendWindows
from pagegen.data.dataset import Dataset
from pagegen.engine import Engine, Limits
from pagegen.errors import ConfigError
from pagegen.evidence import EvidenceRules, rarest
from pagegen.features import Family
from pagegen.ordering import Constraints, Examination, Exploration, Orderer, Rules, rules_of
from pagegen.ordering.constraints import KindRule, compile_constraints, limited
from pagegen.page import Identity
from pagegen.pool import Explainer, RowKind, Source, as_explainer, as_scorer
from pagegen.ranking import Calibration


@record
class Models:
    sources: Mapping[str, Source]
    ranker: SavedRanker
    calibration: Calibration
    examination: Examination
    attraction: SavedAttraction | None = None  # None: it was not learnt
    orderer: SavedOrderer | None = None  # None: the settings want none that is learnt, or it is to be learnt now


def families(home: Homepage, settings: Settings, sources: Sequence[Source]) -> tuple[Family, ...]:
    """The feature families that are on; every source that is a scorer has its columns."""
    scorers = tuple(source.name for source in sources if as_scorer(source))
    return tuple(home.families[name](scorers) for name in settings.fit.families)


def build_engine(home: Homepage, settings: Settings, models: Models, data: Dataset, bundle_id: str) -> Engine:
    """
    The engine of these models on these data. From here on BLAS has one thread in this process: requests run side by
    side, and a product must not depend on how many threads share it.

    Raises:
        ConfigError: constraints that contradict each other, or a source's settings the catalog.
    """
    threadpool_limits(1, "blas")
    page, sources = settings.page, tuple(models.sources[name] for name in settings.fit.sources)
    for source in sources:
        if hasattr(source, "check"):
            source.check(data.catalog)
    rules = _rules(home, page, sources, models.examination)
    return Engine(
        identity=Identity(bundle_id=bundle_id, config_digest=settings.digest, sources=settings.fit.sources),
        data=data,
        trend_windows=TrendWindows(**msgspec.structs.asdict(settings.fit.trends)),
        filters=tuple(_make(home.filters[name], page.filter[name]) for name in page.filters),
        sources=sources,
        families=families(home, settings, sources),
        ranker=models.ranker,
        calibration=models.calibration,
        orderer=_orderer(home, page, models.orderer),
        rules=rules,
        limits=Limits(
            max_pairs=page.max_pairs,
            refill=page.refill,
            off=frozenset(name for name, kind in page.kinds.items() if not kind.on),
        ),
        evidence=_evidence(page, models, rules, data),
        attraction=models.attraction,
    )


def kinds_of(page: PageSettings, sources: Iterable[Source]) -> tuple[RowKind, ...]:
    """The row kinds of these sources, in the settings' order and limits; `Rows.kind` is a position in it."""
    own = page.constraints.kinds
    return tuple(limited(kind, own.get(kind.name, KindRule())) for kind in _declared(page, sources))


def _declared(page: PageSettings, sources: Iterable[Source]) -> tuple[RowKind, ...]:
    return tuple(_ordered(kind, page) for source in sources for kind in source.kinds)


def _rules(home: Homepage, page: PageSettings, sources: Sequence[Source], examination: Examination) -> Rules:
    return rules_of(
        kinds_of(page, sources),
        _constraints(home, page, _declared(page, sources)),
        examination,
        page.attraction,
        objective=page.objective,
        exploration=Exploration(rows=page.exploration.rows, slots=page.exploration.slots),
    )


def _evidence(page: PageSettings, models: Models, rules: Rules, data: Dataset) -> EvidenceRules:
    return EvidenceRules(
        config=page.evidence,
        kinds={kind.name: place for place, kind in enumerate(rules.kinds)},
        explainer=_explainer(page, models.sources),
        rare_keywords=rarest(data.catalog.keywords),
        calibrated=models.calibration.fitted,
    )


def _explainer(page: PageSettings, sources: Mapping[str, Source]) -> Explainer | None:
    """
    The source that says which watched title speaks for another; None where it is off.

    Raises:
        ConfigError: it cannot say that.
    """
    name = page.evidence.explainer
    explainer = as_explainer(sources[name]) if name in sources else None
    if explainer is None and name in sources:
        able = ", ".join(sorted(other for other, source in sources.items() if as_explainer(source)))
        message = (
            f"page.evidence.explainer is {name!r}, whose scores are no sums over watched titles; {able} can explain"
        )
        raise ConfigError(message)
    return explainer


def _orderer(home: Homepage, page: PageSettings, learnt: SavedOrderer | None) -> Orderer:
    if page.orderer in home.learnt_orderers:
        return learnt or home.learnt_orderers[page.orderer].load({})
    return _make(home.orderers[page.orderer], page.orderers[page.orderer])


def _make(part: Part[Made], table: Mapping[str, Any]) -> Made:
    """The part with its settings."""
    return part.make(msgspec.convert(table, part.config))


def _constraints(home: Homepage, page: PageSettings, kinds: Sequence[RowKind]) -> Constraints:
    """Those of the kinds that are on; a rule for a kind that is off, or whose source is, has nothing to say."""
    off = {kind.name for kind in home.kinds(tuple(home.sources))} - {kind.name for kind in kinds}
    off |= {name for name, kind in page.kinds.items() if not kind.on}
    rules = {name: rule for name, rule in page.constraints.kinds.items() if name not in off}
    config = msgspec.structs.replace(page.constraints, kinds=rules)
    return compile_constraints(config, {kind.name: kind for kind in kinds})


def _ordered(kind: RowKind, page: PageSettings) -> RowKind:
    """The row kind with the settings' order in place of its own."""
    order = page.kinds.get(kind.name, KindSettings()).order
    return kind if order is None else replace(kind, order=order)
