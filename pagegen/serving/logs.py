"""Logs: text or JSON lines on stderr. The member that a thread is serving is never named in them."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["text", "json"]
HIDDEN = "<member>"
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_member: ContextVar[str] = ContextVar("member", default="")


@contextmanager
def hidden(member_id: str = "") -> Iterator[None]:
    """Inside, what is logged holds `<member>` where this id, or one that is hidden later, would have stood."""
    token = _member.set(member_id)
    try:
        yield
    finally:
        _member.reset(token)


def hide(member_id: str) -> None:
    """Hide this id until the `hidden` around it ends."""
    _member.set(member_id)


def set_up(style: Style) -> None:
    """Send what pagegen logs to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else Text("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        return without_member(f"{super().format(record)} {extra}".rstrip())


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "time": time,
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= _extra(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps({name: without_member(str(value)) for name, value in line.items()})


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def without_member(text: str) -> str:
    """
    The text without the hidden member's id. Lines of a stack, which are indented, hold code and no values: they stay.

    Examples:
        >>> with hidden("42"):
        ...     print(without_member("no history for '42' of 421"))
        no history for '<member>' of 421
    """
    member = _member.get()
    if not member:
        return text
    word = re.compile(rf"(?<!\w){re.escape(member)}(?!\w)")
    return "\n".join(line if line.startswith("  ") else word.sub(HIDDEN, line) for line in text.split("\n"))
