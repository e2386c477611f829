"""A page as one self-contained HTML file: tiles in rows, no script, nothing fetched."""

import hashlib
import math
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from pagegen.serving.door import written
from pagegen.v1.page_pb2 import Row
from pagegen.v1.page_service_pb2 import GeneratePageResponse

BADGES = ("new", "leaving_soon", "top_10", "top_10_in_country")  # reasons that stand on the tile, the others below it
LOOKS = "abcde"  # classes of the template
RANKED = ("top_10",)  # row kinds whose titles carry their rank


def html(page: GeneratePageResponse, member_id: str, language: str) -> str:
    """The file's text. Names may hold anything: they are escaped."""
    text = (resources.files("pagegen.cli") / "templates" / "page.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    rows = [_row(row) for row in page.rows]
    tiles = [tile for row in rows for tile in row["tiles"]]
    return environment.from_string(text).render(
        language=language or "en",
        member=member_id,
        hue=_digest(member_id)[0] * 360 // 256,
        time=written(page.time.ToMilliseconds()),
        rows=rows,
        best=max((tile["play"] for tile in tiles if tile["play"] is not None), default=1.0),
        placed=len(tiles),
        distinct=len({title for row in page.rows for title in row.title_ids}),
        left_out=[degradation.source for degradation in page.degradations],
        provenance=provenance(page),
    )


def provenance(page: GeneratePageResponse) -> dict[str, str]:
    """What made the page, and what makes it again."""
    return {
        "page": page.page_id,
        "bundle": page.bundle_id,
        "config": page.config_digest,
        "time": written(page.time.ToMilliseconds()),
        "watermark": str(page.watermark),
        "rng_seed": str(page.rng_seed),
    }


def _row(row: Row) -> dict[str, Any]:
    names = row.names or row.title_ids
    scores = row.scores or [math.nan] * len(names)
    reasons = row.reasons or [""] * len(names)
    texts = row.reason_texts or [""] * len(names)
    tiles = [_tile(*each) for each in zip(row.title_ids, names, scores, reasons, texts, strict=True)]
    return {"heading": row.heading, "kind": row.kind, "seed": row.seed, "ranked": row.kind in RANKED, "tiles": tiles}


def _tile(title_id: str, name: str, play: float, reason: str, text: str) -> dict[str, Any]:
    """A title always looks the same, on every page."""
    digest = _digest(title_id)
    return {
        "name": name or title_id,
        "hue": (digest[0] << 8 | digest[1]) % 360,
        "look": LOOKS[digest[2] % len(LOOKS)],
        "play": None if math.isnan(play) else play,
        "badge": reason if reason in BADGES else "",
        "why": text,
    }


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
