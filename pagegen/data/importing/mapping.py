"""The mapping of `import log`: a TOML file as frozen records. mapping_example.toml shows and explains every setting."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

from pagegen.errors import DataError

Constant: TypeAlias = str | int | float | bool
S = TypeVar("S", bound=msgspec.Struct)


class EventsMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    columns: dict[str, str]
    constants: dict[str, Constant] = {}
    kinds: dict[str, str] = {}
    devices: dict[str, str] = {}
    skip_kinds: tuple[str, ...] = ()
    separator: str = ","
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    time: str = "iso"
    zone: str = "UTC"
    watched_unit: Literal["s", "ms", "min"] = "s"
    fraction: Literal["ratio", "percent"] = "ratio"
    clip_fraction: bool = False


class CatalogMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    columns: dict[str, str]
    constants: dict[str, Constant] = {}
    separator: str = ","
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    release: str = "iso"
    window: str = "iso"
    zone: str = "UTC"
    list_separator: str = "|"
    runtime_unit: Literal["min", "s"] = "min"


class MembersMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    columns: dict[str, str]
    constants: dict[str, Constant] = {}
    separator: str = ","
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    joined: str = "iso"
    zone: str = "UTC"
    attributes: tuple[str, ...] = ()


AnyMapping: TypeAlias = EventsMapping | CatalogMapping | MembersMapping


class LogMapping(msgspec.Struct, frozen=True, kw_only=True):
    events: EventsMapping
    catalog: CatalogMapping | None = None  # None: of titles nothing is known but the ids in the events
    members: MembersMapping | None = None


def example() -> str:
    """The commented example that comes with the package."""
    return files("pagegen.data.importing").joinpath("mapping_example.toml").read_text("utf-8")


def load_mapping(path: Path) -> LogMapping:
    """
    The mapping of a TOML file.

    Raises:
        DataError: unreadable or not TOML, or every key and value that is wrong, at once.
    """
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError) as error:
        message = f"mapping {path} cannot be read: {error}"
        raise DataError(message) from error
    problems = [f"[{name}] is not a table of a mapping" for name in raw if name not in ("events", "catalog", "members")]
    events = _section(raw, "events", EventsMapping, problems)
    catalog = _section(raw, "catalog", CatalogMapping, problems) if "catalog" in raw else None
    members = _section(raw, "members", MembersMapping, problems) if "members" in raw else None
    if problems or events is None:
        message = f"mapping {path}: {'; '.join(problems)}; see `pagegen import log --print-example`"
        raise DataError(message)
    return LogMapping(events=events, catalog=catalog, members=members)


def _section(raw: dict[str, Any], name: str, kind: type[S], problems: list[str]) -> S | None:
    """The table as its record, or None with every problem of it noted."""
    table = raw.get(name)
    if not isinstance(table, dict):
        problems.append(f"[{name}] is missing" if table is None else f"{name} is not a table")
        return None
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    found = [f"[{name}] has no setting {key}; it has {', '.join(fields)}" for key in table if key not in fields]
    found += [f"[{name}.{key}] is missing" for key, field in fields.items() if field.required and key not in table]
    for key in fields.keys() & table.keys():
        try:
            msgspec.convert(table[key], fields[key].type)
        except msgspec.ValidationError as error:
            found.append(f"[{name}] {key}: {error}")
    problems += sorted(found)
    return None if found else msgspec.convert(table, kind)
