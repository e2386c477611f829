"""`pagegen config show` and `pagegen config check`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from pagegen.bundle.resolve import resolve
from pagegen.bundle.settings import Settings
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.options import FOLDER, homepage_option, read_toml, set_option

BARE = re.compile(r"[A-Za-z0-9_-]+")


@click.group()
def config() -> None:
    """Show and check settings."""


@config.command()
@homepage_option
@set_option
@click.option("--config", "file", type=FOLDER, metavar="F", help="TOML with settings that replace the homepage's.")
def show(homepage: str, override: Mapping[str, Any], file: Path | None) -> None:
    """Print all settings as TOML, every default spelt out."""
    settings = resolve(homepage_of(homepage), read_toml(file) if file else {}, override)
    click.echo(toml_of(settings), nl=False)


@config.command()
@homepage_option
@click.argument("file", type=FOLDER)
def check(homepage: str, file: Path) -> None:
    """List all that is wrong with the settings in the TOML file FILE."""
    settings = resolve(homepage_of(homepage), read_toml(file))
    click.echo(f"{file} is in order; with it the settings have the digest {settings.digest}")


def toml_of(settings: Settings) -> str:
    """The settings as TOML that gives them back when it is read."""
    table = msgspec.to_builtins(settings)
    return "\n".join([f"# digest {settings.digest}", *_lines(table, ()), ""])


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Values first, then the tables inside; what is not set stands in a comment, since TOML has no null."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    if path and (len(inner) < len(table) or not table):
        yield from ("", f"[{'.'.join(path)}]")
    for key, value in table.items():
        if value is None:
            yield f"# {_key(key)} is not set"
        elif key not in inner:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        yield from _lines(value, (*path, _key(key)))


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:  # anything a setting can be
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None) + " }"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, float) and not isinstance(value, bool):
        return repr(value)  # also inf and nan, as TOML writes them
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
