"""A world whose pages tell of rows: what stands in a genre row is played, what is trending is not."""

from dataclasses import replace

import numpy as np
import polars as pl

from pagegen.bundle.settings import Table
from tests.training.builders import TASTES, page, pages_log, taste_world
from tests.worlds import DAY, HOUR, NOW, World, play, tell

WANTED: Table = {
    "fit": {
        "attraction": "row_attraction",
        "attractions": {"row_attraction": {"min_rows": 20, "min_data_in_leaf": 10, "reg": 1.0, "threads": 1}},
        "examples": {"warmup": 0.0, "min_positives": 5},
    }
}


def logged(pages: int = 240) -> pl.DataFrame:
    """Pages of a row of what is trending and one of a genre, four titles each, all seen."""
    rng, out = np.random.default_rng(0), []
    for n, time in enumerate(np.linspace(NOW - 20 * DAY, NOW - 2 * DAY, pages).astype(int).tolist()):
        rows = [[f"t{t:02d}" for t in row] for row in np.split(rng.permutation(80)[:8], 2)]
        kinds = {"row_kinds": ["trending_now", "genre"], "row_seeds": ["", TASTES[n % 4]]}
        out.append(page(f"m{n % 40:02d}", time, rows, [4, 4], visible_columns=6, **kinds))
    return pages_log(out)


PAGES = logged()


def rows_world() -> World:
    """After three pages in four the first title of the genre row is played; nothing from what is trending."""
    world, time = taste_world(), PAGES["time"].cast(pl.Int64).to_list()
    after = [
        play(member, titles[4], at + HOUR)
        for n, (member, titles, at) in enumerate(zip(PAGES["member_id"], PAGES["title_ids"], time, strict=True))
        if n % 4
    ]
    events = pl.concat([world.events, tell([], after).events]).sort("time", maintain_order=True)
    return replace(world, events=events)
