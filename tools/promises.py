"""
What every page promises, counted on a sample of members.

    python -m tools.promises --bundle BUNDLE --data DATA [--members 200] [--json]

Members are drawn by a fixed seed from all with a history; pages are asked for right after the data end. Exit code 1
when a promise is broken.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

import pagegen
from pagegen.arrays import lengths
from pagegen.cli.options import FOLDER
from pagegen.data.catalog import UNRATED
from pagegen.engine import Engine
from pagegen.filters import Kids
from pagegen.page import Page

FIRST_ROWS = 3
SCREEN_ROWS, SCREEN_COLUMNS = 4, 6
LEAST_DIFFERENT, LEAST_COLD_ROWS = 0.6, 8


class Promise(msgspec.Struct, frozen=True):
    """One promise: what was counted, what it must be, and whether it is kept."""

    promise: str
    found: str
    kept: bool


def promises(engine: Engine, members: int, rng: np.random.Generator) -> list[Promise]:
    """All promises on pages of so many members drawn at random."""
    data = engine.data
    known = np.flatnonzero(lengths(data.events.member_start))
    drawn = rng.choice(known, min(members, len(known)), replace=False)
    pages = _pages(engine, [data.members.ids[int(member)] for member in drawn])
    cold = _pages(engine, ["nobody-has-this-id"])[0]
    return [
        _none("empty headings", sum(not row.heading for page in pages for row in page.rows)),
        _none("rows under their minimum", sum(_short(engine, page) for page in pages)),
        _none(f"titles twice in the first {FIRST_ROWS} rows", sum(_repeats(page) for page in pages)),
        _different(pages),
        Promise("rows of the cold page", f"{len(cold.rows)}", len(cold.rows) >= LEAST_COLD_ROWS),
        _kids(engine, drawn),
    ]


def _pages(engine: Engine, member_ids: Sequence[str]) -> list[Page]:
    requests = [pagegen.PageRequest(member_id=member_id, time=engine.data.end_ms) for member_id in member_ids]
    return [page for request in requests for page in engine.run([request]).pages]


def _none(what: str, count: int) -> Promise:
    return Promise(what, f"{count}", count == 0)


def _short(engine: Engine, page: Page) -> int:
    least = {kind.name: kind.min_titles for kind in engine.rules.kinds}
    return sum(len(row.title_ids) < least[row.kind] for row in page.rows)


def _repeats(page: Page) -> int:
    shown = [title for row in page.rows[:FIRST_ROWS] for title in row.title_ids]
    return len(shown) - len(set(shown))


def _different(pages: Sequence[Page]) -> Promise:
    """Mean share of a first screen's titles that the next member's first screen does not have."""
    screens = [{t for row in page.rows[:SCREEN_ROWS] for t in row.title_ids[:SCREEN_COLUMNS]} for page in pages]
    shares = [1 - len(a & b) / len(a) for a, b in zip(screens, [*screens[1:], screens[0]], strict=True) if a]
    return Promise(
        "first-screen titles that differ", f"{np.mean(shares):.0%}", float(np.mean(shares)) >= LEAST_DIFFERENT
    )


def _kids(engine: Engine, drawn: np.ndarray) -> Promise:
    """Titles on children's pages that are not for children."""
    ids = [engine.data.members.ids[int(m)] for m in drawn if engine.data.members.kids[m]]
    ids = ids or [engine.data.members.ids[int(drawn[0])]]
    requests = [pagegen.PageRequest(member_id=member_id, time=engine.data.end_ms, kids=True) for member_id in ids]
    most = next(f.config.max_maturity for f in engine.filters if isinstance(f, Kids))
    maturity = engine.data.catalog.maturity
    placed = [engine.run([request]).placed.title for request in requests]
    wrong = sum(int(((maturity[t] == UNRATED) | (maturity[t] > most)).sum()) for t in placed)
    return Promise(
        f"titles not for children, on {len(ids)} children's pages of {sum(map(len, placed)):,} titles",
        f"{wrong}",
        wrong == 0,
    )


@click.command()
@click.option("--bundle", type=FOLDER, required=True)
@click.option("--data", type=FOLDER, required=True)
@click.option("--members", type=click.IntRange(2), default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(*, bundle: Path, data: Path, members: int, as_json: bool) -> None:
    """Count what pages of BUNDLE on DATA promise."""
    engine = pagegen.load(bundle, data)
    found = promises(engine, members, np.random.default_rng(0))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        table = Table("promise", "found", "kept")
        for each in found:
            table.add_row(each.promise, each.found, "yes" if each.kept else "NO")
        Console().print(table)
    if not all(each.kept for each in found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
