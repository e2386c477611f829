"""Engines that go wrong on purpose."""

from dataclasses import dataclass, field, replace
from threading import Event

from pagegen.arrays import Float32, Float64
from pagegen.context import Contexts
from pagegen.engine import Engine
from pagegen.features import FeatureTable
from pagegen.pool import Candidates, Proposal, RowKind, Source
from pagegen.pool.types import as_scorer
from rankers.popularity import Popularity


@dataclass(frozen=True)
class FailingSource:
    """Stands for a source and cannot answer."""

    name: str
    kinds: tuple[RowKind, ...]
    text: str

    def propose(self, proposal: Proposal) -> Candidates:
        del proposal
        raise RuntimeError(self.text)


@dataclass(frozen=True)
class FailingScorer(FailingSource):
    """Stands for a source that scores the catalog, and cannot even do that."""

    def score(self, contexts: Contexts) -> Float32:
        del contexts
        raise RuntimeError(self.text)


@dataclass(frozen=True)
class FailingRanker:
    text: str
    name: str = "failing"
    feature_names: tuple[str, ...] = ()

    def score(self, table: FeatureTable) -> Float64:
        del table
        raise RuntimeError(self.text)


@dataclass(frozen=True)
class WaitingRanker:
    """Scores when it is told to, and says when it has begun."""

    begun: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)
    name: str = "waiting"
    feature_names: tuple[str, ...] = ()

    def score(self, table: FeatureTable) -> Float64:
        self.begun.set()
        self.go.wait(10)
        return Popularity().score(table)


def without(engine: Engine, source: str, text: str = "the cable is cut") -> Engine:
    """The engine with one source that fails."""

    def broken(each: Source) -> Source:
        kind = FailingScorer if as_scorer(each) else FailingSource
        return kind(name=each.name, kinds=each.kinds, text=text) if each.name == source else each

    return replace(engine, sources=tuple(broken(each) for each in engine.sources))


def renamed(engine: Engine, bundle_id: str) -> Engine:
    return replace(engine, identity=replace(engine.identity, bundle_id=bundle_id))
