"""
The drawings: a dot with a whisker, its axis, and a heat map. Inline SVG in the colours of the style sheet.

Plots place things in percent of their width, so that they stretch with the table they stand in.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup

from pagegen.arrays import AnyArray, Float64, record
from pagegen.simulation.report.wording import MINUS, plain, signed

MARGIN = 0.04  # of a plot's width, at both ends
HEIGHT = 26  # of a plot, pixels
MOST_TICKS = 4
LEVELS = 12  # colours of a heat map; a difference has as many, half of them on each side of zero
LONGEST = 6  # columns for each row, of a map that is not a band
NUMBERED = 12  # rows and columns up to which each field carries its number


@record
class Scale:
    """Where values lie on a plot."""

    low: float
    high: float

    def at(self, value: float) -> str:
        share = MARGIN + (1 - 2 * MARGIN) * (value - self.low) / (self.high - self.low)
        return f"{100 * min(max(share, 0.0), 1.0):.1f}%"

    def ticks(self) -> Sequence[float]:
        """Two to four round values."""
        size = 10.0 ** math.floor(math.log10((self.high - self.low) / 4))
        return next(found for unit in (1, 2, 5, 10, 20) if len(found := self._multiples(size * unit)) <= MOST_TICKS)

    def _multiples(self, step: float) -> list[float]:
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(step * n, 12) for n in range(first, last + 1)]


def scale(values: Iterable[float], *, zero: bool = False) -> Scale:
    """
    A scale that holds all of the values that are known.

    Examples:
        >>> scale([0.2, float("nan"), 0.5], zero=True).at(0.25)
        '50.0%'
        >>> scale([0.2, 0.5], zero=True).ticks()
        [0.0, 0.2, 0.4]
    """
    known = [value for value in [*values, *([0.0] if zero else [])] if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    return Scale(low=low, high=high) if low < high else Scale(low=low - 1e-3, high=high + 1e-3)


def whisker(on: Scale, low: float, mean: float, high: float, *, zero: bool = False) -> Markup:
    """The interval as a line, its mean as a dot."""
    parts = [f'<line class="z" x1="{on.at(0)}" x2="{on.at(0)}" y1="0" y2="{HEIGHT}"/>'] if zero else []
    if math.isfinite(low) and math.isfinite(high):
        parts.append(f'<line x1="{on.at(low)}" x2="{on.at(high)}" y1="13" y2="13"/>')
    if math.isfinite(mean):
        parts.append(f'<circle cx="{on.at(mean)}" cy="13" r="4.5"/>')
    return Markup(f'<svg class="iv" aria-hidden="true">{"".join(parts)}</svg>')  # numbers only


def axis(on: Scale, *, zero: bool = False) -> Markup:
    """The round values of a scale, as text."""
    texts = [f'<text x="{on.at(tick)}" y="11">{_tick(tick, zero=zero)}</text>' for tick in on.ticks()]
    return Markup(f'<svg class="ax" aria-hidden="true">{"".join(texts)}</svg>')


def _tick(value: float, *, zero: bool) -> str:
    text = f"{value:g}".replace("-", MINUS)
    return f"+{text}" if zero and value > 0 else text


def heat(values: Float64, most: float, *, around_zero: bool = False) -> Markup:
    """
    A heat map.

    Args:
        values: [m, n] by rows and columns.
        most: the value of the last colour; around zero: on both sides.
        around_zero: whether the values are differences.
    """
    rows, columns = values.shape
    tall = max(1, round(columns / (LONGEST * rows)))  # of a field; a surface of one row is a band
    share = np.clip(np.nan_to_num(values) / (most or 1.0), -1.0, 1.0)
    levels = np.rint(share * LEVELS / 2 if around_zero else share * (LEVELS - 1)).astype(int)
    letter = "d" if around_zero else "s"
    fields = [
        f'<path class="{letter}{"m" if level < 0 else ""}{abs(level)}" d="{_runs(levels == level, tall)}"/>'
        for level in np.unique(levels).tolist()
    ]
    small = max(rows, columns) <= NUMBERED
    numbers = _numbers(values, levels, around_zero=around_zero) if small else []
    size = 0.42 if small else max(rows, columns) / 26
    edge = 1.6 * size
    look = " moved" * around_zero + " fine" * (not small)
    box = f"{-edge:.2f} {-edge:.2f} {columns + edge:.2f} {rows * tall + edge:.2f}"
    inside = "".join([*fields, *numbers, _screen(rows, columns), _ticks(rows, columns, edge, tall)])
    text = f'<svg class="heat{look}" role="img" viewBox="{box}" font-size="{size:.2f}">{inside}</svg>'
    return Markup(text)


def _runs(where: AnyArray, tall: int) -> str:
    """The fields that are True, neighbours in a row as one rectangle."""
    path = []
    for row, line in enumerate(where):
        steps = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        path += [
            f"M{low} {row * tall}h{high - low}v{tall}h{low - high}z"
            for low, high in zip(steps[::2], steps[1::2], strict=True)
        ]
    return "".join(path)


def _numbers(values: Float64, levels: AnyArray, *, around_zero: bool) -> list[str]:
    dark = LEVELS // 3 if around_zero else LEVELS // 2
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    digits = 2 if largest >= 0.095 else 3
    texts = []
    for (row, column), value in np.ndenumerate(values):
        text = _short(value, digits, around_zero=around_zero)
        side = ' class="on"' if abs(levels[row, column]) > dark else ""
        texts.append(f'<text{side} x="{column + 0.5}" y="{row + 0.65}">{text}</text>')
    return texts


def _short(value: float, digits: int, *, around_zero: bool) -> str:
    """Without the 0 before the point: there is little room."""
    text = signed(value, digits) if around_zero else plain(value, digits)
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def _screen(rows: int, columns: int) -> str:
    """Three rows by four columns, about what is seen before any scrolling."""
    return f'<rect class="screen" width="{min(4, columns)}" height="{min(3, rows)}"/>' if rows > 1 else ""


def _ticks(rows: int, columns: int, edge: float, tall: int) -> str:
    across = [f'<text class="t" x="{at - 0.5}" y="{-edge / 4:.2f}">{at}</text>' for at in _counted(columns)]
    down = [
        f'<text class="t" x="{-edge / 2:.2f}" y="{(at - 0.5) * tall + edge / 10:.2f}">{at}</text>'
        for at in _counted(rows)
    ]
    return "".join(across + down)


def _counted(most: int) -> list[int]:
    step = 1 if most <= NUMBERED else 5 if most <= 30 else 20
    return [at for at in range(1, most + 1) if at == 1 or at % step == 0]
