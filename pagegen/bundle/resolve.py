"""
Resolving settings: the homepage's defaults and what is laid over them, complete and checked.

Tables merge key by key over the defaults; lists and scalars replace. Every problem is reported at once.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, TypeGuard, Union, get_args, get_origin

import msgspec

from pagegen.bundle.parts import Homepage
from pagegen.bundle.settings import Settings, Table
from pagegen.errors import ConfigError


def resolve(home: Homepage, *overrides: Table) -> Settings:
    """
    The homepage's defaults, overridden; defaults of every part that exists are spelt out.

    Raises:
        ConfigError: unknown keys, wrong types, parts that do not exist: all of them.
    """
    problems: list[str] = []
    table: dict[str, Any] = {}
    for layer in (tomllib.loads(home.settings), *overrides):
        table = merged(table, sound(layer, Settings, "", problems))
    home = home.with_copies(_copies(home, table["fit"].get("copies", {}), problems))
    settings = msgspec.convert(_spelt_out(home, table, problems), Settings)
    problems += [*_missing(home, settings), *_impossible(settings), *_unlearnt(home, settings)]
    if problems:
        raise ConfigError("settings: " + "; ".join(problems))
    return settings


def _copies(home: Homepage, copies: Mapping[str, str], problems: list[str]) -> Mapping[str, str]:
    """Those that can be; the others are problems."""
    scorers = [name for name, part in home.sources.items() if not part.kinds]
    found = [
        f"fit.copies.{name} is a copy of {of!r}; there are {', '.join(scorers)}"
        for name, of in copies.items()
        if of not in scorers
    ]
    found += [
        f"fit.copies.{name} must be a name of letters, digits and _ that no source has"
        for name in copies
        if name in home.sources or not name.isidentifier()
    ]
    problems += found
    return {} if found else copies


def merged(base: Table, over: Table) -> dict[str, Any]:
    """Tables merge key by key; anything else is replaced."""
    both = {key: merged(base[key], value) if _tables(base.get(key), value) else value for key, value in over.items()}
    return {**base, **both}


def _tables(a: object, b: object) -> bool:
    return isinstance(a, Mapping) and isinstance(b, Mapping)


def sound(table: object, kind: type[msgspec.Struct], where: str, problems: list[str]) -> dict[str, Any]:
    """The keys that the struct, or a struct inside it, has, with values of their types; the others are problems."""
    if not isinstance(table, Mapping):
        problems.append(f"{where.rstrip('.')} is {table!r}, not a table")
        return {}
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    kept: dict[str, Any] = {}
    for key, value in table.items():
        type_ = fields.get(key)
        inner = get_args(type_)[-1] if get_origin(type_) is dict and isinstance(value, Mapping) else None
        if key not in fields:
            problems.append(f"{where}{key} does not exist; there are {', '.join(fields)}")
        elif _is_struct(type_):
            kept[key] = sound(value, type_, f"{where}{key}.", problems)
        elif _is_struct(inner):
            kept[key] = {name: sound(entry, inner, f"{where}{key}.{name}.", problems) for name, entry in value.items()}
        elif wrong := [*_mistyped(value, type_, f"{where}{key}")]:
            problems += wrong
        else:
            kept[key] = value
    return kept


def _is_struct(type_: Any) -> TypeGuard[type[msgspec.Struct]]:  # any type msgspec knows
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def _mistyped(value: object, type_: Any, where: str) -> Iterable[str]:  # any type msgspec knows
    either = [one for one in get_args(type_) if one is not NoneType] if _is_union(type_) else [type_]
    if len(either) == 1 and get_origin(either[0]) is Literal and value not in (*get_args(either[0]), None):
        yield f"{where} is {value!r}; one of {', '.join(map(str, get_args(either[0])))}"
        return
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        yield f"{where}: {error}"


def _is_union(type_: Any) -> bool:  # any type msgspec knows
    return get_origin(type_) in (Union, UnionType)


def _spelt_out(home: Homepage, table: Table, problems: list[str]) -> dict[str, Any]:
    """The table with every part's own settings complete; adds what is wrong with them to the problems."""
    rooms: Sequence[tuple[str, str, Mapping[str, type[msgspec.Struct]]]] = [
        ("fit", "source", {name: part.fit_config for name, part in home.sources.items()}),
        ("fit", "rankers", {name: part.config for name, part in home.rankers.items()}),
        ("fit", "attractions", {name: part.config for name, part in home.attractions.items()}),
        ("fit", "orderers", {name: part.config for name, part in home.learnt_orderers.items()}),
        ("page", "source", {name: part.page_config for name, part in home.sources.items()}),
        ("page", "filter", {name: part.config for name, part in home.filters.items()}),
        ("page", "orderers", {name: part.config for name, part in home.orderers.items()}),
    ]
    out = {half: dict(table.get(half, {})) for half in ("fit", "page")}
    for half, room, configs in rooms:
        given = out[half].get(room, {})
        problems += [
            f"{half}.{room}.{name} does not exist; there are {', '.join(configs)}"
            for name in given
            if name not in configs
        ]
        kept = {
            name: sound(given.get(name, {}), config, f"{half}.{room}.{name}.", problems)
            for name, config in configs.items()
        }
        out[half][room] = {
            name: msgspec.to_builtins(msgspec.convert(kept[name], config)) for name, config in configs.items()
        }
    return out


def _missing(home: Homepage, settings: Settings) -> Iterable[str]:
    """Names of parts that do not exist."""
    kinds = [kind.name for kind in home.kinds(tuple(home.sources))]
    chosen: Sequence[tuple[str, Iterable[str], Iterable[str]]] = [
        ("fit.sources", settings.fit.sources, home.sources),
        ("fit.families", settings.fit.families, home.families),
        ("fit.ranker", [settings.fit.ranker], home.rankers),
        ("fit.attraction", [settings.fit.attraction] if settings.fit.attraction else [], home.attractions),
        ("fit.orderer", [settings.fit.orderer] if settings.fit.orderer else [], home.learnt_orderers),
        ("page.filters", settings.page.filters, home.filters),
        ("page.orderer", [settings.page.orderer], {**home.orderers, **home.learnt_orderers}),
        ("page.kinds", settings.page.kinds, kinds),
        ("page.attraction", settings.page.attraction, kinds),
        ("page.evidence.explainer", [settings.page.evidence.explainer], home.sources),
        *home.pupils(settings.fit.sources),
        *(
            (
                f"page.source.{name}",
                part.reads(msgspec.convert(settings.page.source[name], part.page_config)),
                home.sources,
            )
            for name, part in home.sources.items()
        ),
    ]
    for where, names, known in chosen:
        yield from (f"{where} names {name!r}; there are {', '.join(known)}" for name in names if name not in set(known))


def _unlearnt(home: Homepage, settings: Settings) -> Iterable[str]:
    """An orderer that has to be learnt, and is not."""
    name = settings.page.orderer
    if name in home.learnt_orderers and name != settings.fit.orderer:
        yield f"page.orderer is {name!r}, which has to be learnt: train a bundle with fit.orderer = {name!r}"


def _impossible(settings: Settings) -> Iterable[str]:
    """Numbers outside what they can be."""
    examples = settings.fit.examples
    numbers = [
        ("page.max_pairs", settings.page.max_pairs, 1, 100_000),
        ("page.refill", settings.page.refill, 0, 1_000),
        ("fit.examples.windows", examples.windows, 2, 100),
        ("fit.examples.folds", examples.folds, 2, 100),
        ("fit.examples.occasions", examples.occasions, 1, 10_000_000),
        ("fit.examples.pages", examples.pages, 1, 10_000_000),
        ("fit.examples.warmup", examples.warmup, 0.0, 0.99),
        ("fit.examples.horizon_hours", examples.horizon_hours, 0.01, 10_000.0),
        ("fit.examples.session_gap_hours", examples.session_gap_hours, 0.0, 10_000.0),
        ("fit.examples.min_history", examples.min_history, 0, 1_000_000),
        ("fit.examples.negatives", examples.negatives, 1, 100_000),
        ("fit.examples.negative_weight", examples.negative_weight, 0.0, 1.0),
        ("fit.examples.min_positives", examples.min_positives, 1, 10_000_000),
        ("fit.trends.short_days", settings.fit.trends.short_days, 0.05, settings.fit.trends.long_days),
        *((f"page.attraction.{name}", value, 0.0, 100.0) for name, value in settings.page.attraction.items()),
    ]
    yield from (
        f"{where} is {value}; from {low} to {high}" for where, value, low, high in numbers if not low <= value <= high
    )
