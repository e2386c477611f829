"""A drawing of a few lines over one axis, as SVG."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from pagegen.arrays import record

WIDTH, HEIGHT, LEFT, BELOW, RIGHT = 720, 420, 60, 45, 170
COLOURS = ("#3366cc", "#dc3912", "#ff9900", "#109618", "#990099", "#0099c6", "#dd4477", "#66aa00", "#994499", "#888888")
TICKS = 5

Line = Sequence[tuple[float, float]]


@record
class Axis:
    name: str
    log: bool = False

    def place(self, value: float, low: float, high: float) -> float:
        """0 at `low`, 1 at `high`."""
        low, value, high = (math.log(v) if self.log else v for v in (low, value, high))
        return (value - low) / (high - low) if high > low else 0.5

    def ticks(self, low: float, high: float) -> list[float]:
        steps = [step / (TICKS - 1) for step in range(TICKS)]
        return [low * (high / low) ** step if self.log else low + (high - low) * step for step in steps]


def chart(title: str, lines: Mapping[str, Line], across: Axis, up: Axis) -> str:
    """Each line by name, drawn through its points in their order."""
    values = [*zip(*(point for line in lines.values() for point in line), strict=True)]
    (low, high), (bottom, top) = ((min(found), max(found)) for found in values)

    def at(x: float, y: float) -> tuple[float, float]:
        wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - 2 * BELOW
        return LEFT + wide * across.place(x, low, high), HEIGHT - BELOW - tall * up.place(y, bottom, top)

    parts = [f'<text x="{LEFT}" y="22" font-weight="bold">{escape(title)}</text>']
    parts += [_text(at(tick, bottom)[0], HEIGHT - BELOW + 18, f"{tick:.3g}") for tick in across.ticks(low, high)]
    parts += [_text(LEFT - 28, at(low, tick)[1] + 4, f"{tick:.3g}") for tick in up.ticks(bottom, top)]
    parts += [_text(LEFT + 240, HEIGHT - 6, across.name), _text(LEFT, 40, up.name)]
    for place, (name, line) in enumerate(lines.items()):
        colour, points = COLOURS[place % len(COLOURS)], [at(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(f'<text x="{WIDTH - RIGHT + 14}" y="{60 + 18 * place}" fill="{colour}">{escape(name)}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
    return f'{head} font-size="12">{"".join(parts)}</svg>\n'


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'
