"""Options that several commands have, and how their values are read."""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from pagegen.cli.homepages import OURS
from pagegen.errors import ConfigError
from pagegen.serving.door import instant_ms

F = TypeVar("F", bound=Callable[..., Any])  # any command's function: click's decorators keep its type
FOLDER = click.Path(path_type=Path)


def instant(_context: click.Context, _option: click.Parameter, value: str | None) -> int | None:
    """An option's callback: a time, as milliseconds since the epoch."""
    try:
        return None if value is None else instant_ms(value)
    except ConfigError as error:
        raise click.BadParameter(str(error)) from error


def homepage_option(command: F) -> F:
    """Adds `--homepage`; the command gets its name as `homepage`."""
    text = "What exists: the homepage `NAME` of the module `pkg`."
    return click.option("--homepage", default=OURS, show_default=True, metavar="PKG:NAME", help=text)(command)


def set_option(command: F) -> F:
    """Adds `--set`, repeatable; the command gets a table of settings as `override`."""
    text = "Replace a setting, such as page.orderer=template; the value is TOML. Repeatable."
    return click.option("--set", "override", multiple=True, metavar="KEY=VALUE", callback=_table, help=text)(command)


def server_ca_option(command: F) -> F:
    """Adds `--server-ca`."""
    text = "The server uses TLS with a certificate of this authority."
    return click.option("--server-ca", type=FOLDER, metavar="PEM", help=text)(command)


def now_option(command: F) -> F:
    """Adds `--now`."""
    text = "`wall`, `data-end` or a time. [data-end when the data are older than a day, else wall]"
    return click.option("--now", metavar="NOW", help=text)(command)


def _table(_context: click.Context, _option: click.Parameter, values: Sequence[str]) -> dict[str, Any]:
    from pagegen.bundle.resolve import merged  # everything that makes a page; not wanted for `--help`

    table: dict[str, Any] = {}
    for value in values:
        try:
            table = merged(table, setting(value))
        except ConfigError as error:
            raise click.BadParameter(str(error)) from error
    return table


def setting(text: str) -> dict[str, Any]:
    """
    The table of one KEY=VALUE. A bare word is a string.

    Raises:
        ConfigError: the key is no TOML key.

    Examples:
        >>> setting("page.orderer=template"), setting("page.kinds.top_10.on = false")
        ({'page': {'orderer': 'template'}}, {'page': {'kinds': {'top_10': {'on': False}}}})
    """
    key, equals, value = text.partition("=")
    for spelt in (value, json.dumps(value.strip())):
        try:
            table = tomllib.loads(f"{key} = {spelt}")
        except tomllib.TOMLDecodeError:
            continue
        if equals and "\n" not in text:
            return table
    message = f"{text!r} is no setting; write it as KEY=VALUE, such as page.orderer=template"
    raise ConfigError(message)


def read_toml(path: Path) -> Mapping[str, Any]:
    """
    The table in a TOML file.

    Raises:
        ConfigError: unreadable, or not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else error
        message = f"{path} cannot be read as TOML ({reason})"
        raise ConfigError(message) from error
