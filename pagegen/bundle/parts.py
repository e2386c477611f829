"""
Parts: what a homepage can be made of. A `Homepage` says which parts exist; the settings say which are on.

Everything that runs a page takes a `Homepage` as an argument, so an outside package adds a source by making its own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

import msgspec
import numpy as np

from pagegen.arrays import AnyArray, Int32, record
from pagegen.data.dataset import Past
from pagegen.features import Family
from pagegen.filters import Filter
from pagegen.ordering import Attraction, Habits, Orderer, RowExamples, StageExamples
from pagegen.pool import RowKind, Source
from pagegen.ranking import Examples, Ranker

Arrays: TypeAlias = Mapping[str, AnyArray]
Files: TypeAlias = Mapping[str, AnyArray | str]  # a string is a text file
FitC = TypeVar("FitC", bound=msgspec.Struct)
PageC = TypeVar("PageC", bound=msgspec.Struct)
Made = TypeVar("Made")


class NoConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No settings."""


class FittedSource(Source, Protocol):
    def save(self) -> Arrays:
        """Arrays that `load` makes the same model of; title positions are those of the catalog it was fitted on."""
        ...


def arrays_of(source: Source) -> Arrays:
    """What it learnt; nothing of a source that is made of its settings alone."""
    return cast(FittedSource, source).save() if hasattr(source, "save") else {}


@record
class SourcePart:
    kinds: tuple[RowKind, ...]
    fit_config: type[msgspec.Struct]
    page_config: type[msgspec.Struct]
    fit: Callable[..., Source]  # of the past, both configs, an rng, and the fitted sources it is `given`
    load: Callable[[Arrays, Int32, int, Any], Source]
    reads: Callable[[Any], Iterable[str]] = lambda page: ()  # noqa: ARG005  # whose scores the settings make it use
    given: tuple[str, ...] = ()  # names of sources that are fitted before it, for it to learn from


@record
class Part(Generic[Made]):
    """Something made of its settings alone: a filter, an orderer."""

    config: type[msgspec.Struct]
    make: Callable[[Any], Made]


class SavedRanker(Ranker, Protocol):
    def save(self) -> Files: ...


@record
class RankerPart:
    config: type[msgspec.Struct]
    fit: Callable[[Examples, Any, np.random.Generator], SavedRanker]
    load: Callable[[Files], SavedRanker]
    probe: str = ""  # module a child process runs on the saved files before `load` may; "": they are safe to read
    learns: bool = True  # from examples; False: no data are too thin for it


class SavedAttraction(Attraction, Protocol):
    def save(self) -> Files: ...


@record
class AttractionPart:
    config: type[msgspec.Struct]
    fit: Callable[[RowExamples, Habits, Any, np.random.Generator], SavedAttraction | None]
    load: Callable[[Files], SavedAttraction]
    probe: str = ""  # as of a ranker


class SavedOrderer(Orderer, Protocol):
    def save(self) -> Files: ...


@record
class LearntOrderer:
    """An orderer that is learnt from pages laid for past requests (`fit.orderer`)."""

    config: type[msgspec.Struct]
    fit: Callable[[StageExamples, Any, np.random.Generator], SavedOrderer]
    load: Callable[[Files], SavedOrderer]  # of no files: one that has learnt nothing
    probe: str = ""  # as of a ranker


@record
class Homepage:
    """What exists, by the names the settings use, in the order of the request."""

    sources: Mapping[str, SourcePart]
    filters: Mapping[str, Part[Filter]]
    families: Mapping[str, Callable[[tuple[str, ...]], Family]]  # given the names of the scorers
    rankers: Mapping[str, RankerPart]
    attractions: Mapping[str, AttractionPart]
    orderers: Mapping[str, Part[Orderer]]
    learnt_orderers: Mapping[str, LearntOrderer]  # of other names
    settings: str  # TOML: the defaults

    def kinds(self, sources: tuple[str, ...]) -> tuple[RowKind, ...]:
        """The row kinds of these sources, in their order; `Rows.kind` is a position in it."""
        return tuple(kind for name in sources for kind in self.sources[name].kinds)

    def pupils(self, sources: tuple[str, ...]) -> Iterable[tuple[str, Iterable[str], Iterable[str]]]:
        """Of those that learn from other sources, in words which: what they are given, and what stands before them."""
        for place, name in enumerate(sources):
            if name in self.sources and self.sources[name].given:
                yield f"fit.sources: {name}, fitted on others,", self.sources[name].given, sources[:place]

    def with_copies(self, copies: Mapping[str, str]) -> "Homepage":
        """This homepage with further sources, each the same as one that exists, under its own name and settings."""
        return replace(self, sources={**self.sources, **{name: self._copy(name, of) for name, of in copies.items()}})

    def _copy(self, name: str, of: str) -> "SourcePart":
        part = self.sources[of]
        return replace(
            part,
            fit=lambda *given: replace(part.fit(*given), name=name),  # type: ignore[type-var]
            load=lambda *given: replace(part.load(*given), name=name),  # type: ignore[type-var]
        )


def fitted(
    kinds: tuple[RowKind, ...],
    configs: tuple[type[FitC], type[PageC]],
    fit: Callable[[Past, FitC, PageC, np.random.Generator], FittedSource],
    load: Callable[[Arrays, Int32, int, PageC], FittedSource],
) -> SourcePart:
    """A source that learns from the past."""
    return SourcePart(kinds=kinds, fit_config=configs[0], page_config=configs[1], fit=fit, load=load)


def computed(
    kinds: tuple[RowKind, ...],
    config: type[PageC],
    make: Callable[[PageC], Source],
    reads: Callable[[PageC], Iterable[str]] = lambda page: (),  # noqa: ARG005
) -> SourcePart:
    """A source that reads all it needs from the request, the data and the scores of the sources that `reads` names."""
    return SourcePart(
        kinds=kinds,
        fit_config=NoConfig,
        page_config=config,
        fit=lambda past, fit, page, rng: make(page),  # noqa: ARG005  # the signature of all fits
        load=lambda arrays, titles, size, page: make(page),  # noqa: ARG005
        reads=reads,
    )
