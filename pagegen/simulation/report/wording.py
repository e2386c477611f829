"""Numbers and counts as a report writes them. A number that is not known is a dash."""

import math
from datetime import UTC, datetime

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
LEAST_PLACES, MOST_PLACES, USUAL_PLACES = 2, 6, 3


def places(widths: list[float]) -> int:
    """
    Digits behind the point that numbers with these uncertainties deserve: two of the median's.

    Examples:
        >>> places([0.02, 0.0041, 0.00001]), places([3.0]), places([])
        (4, 2, 3)
    """
    known = sorted(width for width in widths if width > 0)
    if not known:
        return USUAL_PLACES
    return min(max(1 - math.floor(math.log10(known[len(known) // 2])), LEAST_PLACES), MOST_PLACES)


def plain(value: float, digits: int) -> str:
    """
    The number.

    Examples:
        >>> plain(0.12345, 3), plain(-0.0001, 2), plain(float("nan"), 2)
        ('0.123', '0.00', '–')
    """
    if not math.isfinite(value):
        return DASH
    text = f"{value:,.{digits}f}"
    return (text.removeprefix("-") if float(text.replace(",", "")) == 0 else text).replace("-", MINUS)


def signed(value: float, digits: int) -> str:
    """
    The number with its sign; a 0 that is exact is written as one.

    Examples:
        >>> signed(0.0213, 3), signed(-2, 1), signed(0, 3), signed(0.0001, 2)
        ('+0.021', '−2.0', '0', '+0.00')
    """
    if value == 0:
        return "0"
    text = plain(value, digits)
    return text if value < 0 or text == DASH else f"+{text}"


def between(low: float, high: float, digits: int) -> str:
    """
    An interval of plain numbers.

    Examples:
        >>> between(0.1, 0.25, 2), between(float("nan"), float("nan"), 2)
        ('0.10 to 0.25', 'no interval')
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{plain(low, digits)} to {plain(high, digits)}"


def spread(low: float, high: float, digits: int) -> str:
    """
    An interval of a difference.

    Examples:
        >>> spread(-0.1, 0.25, 2)
        '−0.10 to +0.25'
    """
    return f"{signed(low, digits)} to {signed(high, digits)}"


def percent(share: float) -> str:
    """
    A share of 1.

    Examples:
        >>> percent(0.1234), percent(0.004), percent(0.0)
        ('12 %', '0.4 %', '0 %')
    """
    digits = 1 if 0 < abs(share) < 0.0995 else 0
    return DASH if not math.isfinite(share) else f"{plain(100 * share, digits)} %"


def change(difference: float, baseline: float) -> str:
    """
    A difference as a share of the baseline; empty where there is none to speak of.

    Examples:
        >>> change(0.02, 0.1), change(-0.001, 0.1), change(0.1, 0.0), change(3.0, 0.1)
        ('+20 %', '−1.0 %', '', '× 31')
    """
    if not (math.isfinite(difference) and baseline > 0):
        return ""
    ratio = difference / baseline
    if ratio >= 9:
        return f"{TIMES} {plain(ratio + 1, 0)}"
    text = percent(ratio)
    return f"+{text}" if ratio > 0 else text


def counts(members: int, pages: int) -> str:
    """
    How much stands behind a number.

    Examples:
        >>> counts(1404, 11361), counts(1, 1)
        ('1,404 members, 11,361 pages', '1 member, 1 page')
    """
    return f"{members:,} member{'s' * (members != 1)}, {pages:,} page{'s' * (pages != 1)}"


def chance(p: float) -> str:
    """
    A p-value.

    Examples:
        >>> chance(0.0002), chance(0.0312), chance(1.0), chance(float("nan"))
        ('p < 0.001', 'p 0.031', 'p 1', '')
    """
    if not math.isfinite(p):
        return ""
    return "p < 0.001" if p < 0.001 else f"p {p:.2g}"


def listed(names: list[str]) -> str:
    """
    Names in a sentence.

    Examples:
        >>> listed(["a"]), listed(["a", "b", "c"])
        ('a', 'a, b and c')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def when(time_ms: int) -> str:
    """
    A time, UTC.

    Examples:
        >>> when(1_710_534_600_000)
        '15 March 2024, 20:30 UTC'
    """
    time = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"{time.day} {time:%B %Y, %H:%M} UTC"
