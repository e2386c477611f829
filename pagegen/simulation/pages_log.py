"""
Pages of the engine as a pages log: one schema for pages that were served, simulated or logged by a world.

Every step has the chance with which the engine took it: 1 without exploration. How far a page is seen is known once
somebody has seen it.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pagegen.arrays import Int16
from pagegen.context import Contexts
from pagegen.data.schema import PAGES
from pagegen.engine import Trace
from pagegen.page import Page, PageRow


def pages_frame(trace: Trace, origin: str = "engine", seen: Int16 | None = None) -> pl.DataFrame:
    """
    One row a page, in the order of the requests.

    Args:
        trace: of one run.
        origin: who asked for the pages.
        seen: [P] titles of each row that came into view; None: not known.
    """
    columns = None if seen is None else [part.tolist() for part in np.split(seen, trace.placed.row_start[1:-1])]
    return frame_of(trace.retrieved.contexts, trace.pages, origin, columns)


def frame_of(
    contexts: Contexts, pages: Sequence[Page], origin: str, seen_columns: Sequence[Sequence[int]] | None = None
) -> pl.DataFrame:
    """The same of pages [B], and of what came into view of them."""
    country = [contexts.data.countries[place] if place >= 0 else None for place in contexts.country.tolist()]
    rows = [page.rows for page in pages]
    titles = [[title for row in page for title in row.title_ids] for page in rows]
    columns = {
        "page_id": [page.page_id for page in pages],
        "time": [page.time for page in pages],
        "member_id": [page.member_id for page in pages],
        "country": country,
        "device": [request.device for request in contexts.requests],
        "visible_columns": [request.screen_columns for request in contexts.requests],
        "row_kinds": [[row.kind for row in page] for page in rows],
        "row_seeds": [[row.evidence.seed_id for row in page] for page in rows],
        "row_lengths": [[len(row.title_ids) for row in page] for page in rows],
        "title_ids": titles,
        "step_probabilities": [[chance for row in page for chance in _steps(row)] for page in rows],
        "seen_columns": pl.Series(seen_columns or [None] * len(pages), dtype=PAGES["seen_columns"]),
        "provenance": [_provenance(page, origin, contexts.requests[b].rng_seed) for b, page in enumerate(pages)],
    }
    return pl.DataFrame(columns, schema_overrides=dict(PAGES))


def _steps(row: PageRow) -> tuple[float, ...]:
    """The chance of each title's step; the choice of the row belongs to its first."""
    first, *others = row.title_chances
    return (row.chance * first, *others)


def _provenance(page: Page, origin: str, rng_seed: int) -> dict[str, str | int]:
    return {
        "origin": origin,
        "bundle_id": page.bundle_id,
        "config_digest": page.config_digest,
        "watermark": page.watermark,
        "rng_seed": rng_seed,
    }
