"""Logs: readable by machines, and silent about members."""

import json
import logging

from pagegen.serving.logs import JsonLines, Text, hidden


def record(message: str, error: Exception | None = None, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "pagegen", "levelname": "ERROR", "msg": message, **extra})
    made.exc_info = None if error is None else (type(error), error, error.__traceback__)
    return made


def failure(member_id: str) -> Exception:
    try:
        raise ValueError(f"no history of {member_id}")  # noqa: EM102, TRY301
    except ValueError as error:
        return error


def test_a_line_is_json_with_what_was_said() -> None:
    """Message, level and what came with it, on one line."""
    line = JsonLines().format(record("a source failed", source="als"))

    said = json.loads(line)
    assert "\n" not in line
    assert (said["message"], said["level"], said["source"]) == ("a source failed", "ERROR", "als")


def test_the_served_member_is_never_named() -> None:
    """Neither in the message nor in an exception's text, in both forms."""
    with hidden("member-77"):
        made = record("page of member-77 failed", failure("member-77"))
        lines = JsonLines().format(made) + Text().format(made)

    assert "member-77" not in lines.replace(__file__, "")
    assert lines.count("no history of <member>") == 2


def test_a_short_id_leaves_the_stack_readable() -> None:
    """A member called 7 does not turn line 17 of a file into something else."""
    with hidden("7"):
        line = JsonLines().format(record("failed", failure("7")))

    assert "line 2" not in line or "<member>" in line
    assert "no history of <member>" in json.loads(line)["exception"]
