"""The door: what now is."""

import pytest

from pagegen.errors import ConfigError
from pagegen.serving.door import instant_ms, open_door, written
from tests.worlds import DAY, NOW


@pytest.mark.parametrize(
    ("wanted", "end", "now"),
    [
        ("wall", NOW - 9 * DAY, NOW),
        ("data-end", NOW - 9 * DAY, NOW - 9 * DAY),
        ("2001-01-01T00:00:00Z", NOW - 9 * DAY, 978_307_200_000),
        ("978307200000", NOW, 978_307_200_000),
        (None, NOW - 9 * DAY, NOW - 9 * DAY),
        (None, NOW - DAY // 2, NOW),
        (None, 0, NOW),
    ],
)
def test_now_is_what_was_wanted(wanted: str | None, end: int, now: int) -> None:
    """The clock, the end of the data, or an instant; unsaid, the end of the data when they are older than a day."""
    assert open_door(wanted, end, lambda: NOW).now_ms() == now


def test_old_data_are_said_to_be_old() -> None:
    """Nobody wonders why a server lives in 2003."""
    assert open_door(None, 1_046_454_591_000, lambda: NOW).says == (
        "data-end (2003-02-28T17:49:51Z; the data are older than a day)"
    )


@pytest.mark.parametrize("text", ["yesterday", "", "2024-13-01", "1969-12-31T23:59:59Z", "9" * 30, "nan"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """With a sentence, not a traceback."""
    with pytest.raises(ConfigError):
        instant_ms(text)


def test_times_are_read_as_they_are_written() -> None:
    """An instant survives being printed."""
    assert [instant_ms(written(ms)) for ms in (0, NOW, NOW + 1)] == [0, NOW, NOW + 1]
