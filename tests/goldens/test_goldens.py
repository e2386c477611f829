"""
Goldens: whole pages of the medium world, as they were when somebody last looked at them.

They hold ids, headings and reasons only, no floats, and sources that count rather than factorize, so that they
outlive library versions. After a change that is meant: `pytest tests/goldens --write-goldens`, and read the diff.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pagegen.engine import Engine
from pagegen.page import Page
from pagegen.request import PageRequest
from tests.worlds import NOW, World, ask, days_ago, tiny_engine

HERE = Path(__file__).parent
COUNTING = {
    "fit": {"sources": ["because_you_watched", "trending", "facets", "top_10", "continue_watching", "my_list"]},
    "page": {"source": {"facets": {"scorer": "trending"}, "continue_watching": {"order": "latest"}}},
}
REQUESTS: dict[str, PageRequest] = {
    "warm": ask("m003", rows=10, columns=8),
    "kids": ask("m016", rows=10, columns=8),
    "ceiling": ask("m007", rows=6, columns=6, device="web"),
    "stranger": ask("a stranger", rows=10, columns=8, country="NO"),
    "a-month-ago": ask("m003", days_ago(30), rows=8, columns=6, device="phone"),
    "without-history": ask("m057", rows=5, columns=5),
    "chosen-kinds": ask("m021", row_kinds=("genre", "top_10"), rows=4, columns=12),
    "own-list": ask("m003", row_kinds=("my_list", "continue_watching", "trending_now"), rows=4, columns=8),
}


@pytest.fixture(scope="module", params=["greedy", "template"])
def counting(medium: World, request: pytest.FixtureRequest) -> tuple[str, Engine]:
    """The medium world's engine without factors, by either orderer."""
    return request.param, tiny_engine(medium.data, COUNTING, {"page": {"orderer": request.param}})


@pytest.mark.parametrize("name", REQUESTS)
def test_pages_are_those_somebody_looked_at(
    name: str, counting: tuple[str, Engine], pytestconfig: pytest.Config
) -> None:
    """Rows, headings, titles and reasons of whole pages, and the members they are for."""
    orderer, engine = counting
    path = HERE / f"{name}.{orderer}.json"
    found = shown(engine.run([REQUESTS[name]]).pages[0])
    if pytestconfig.getoption("--write-goldens"):
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    assert json.loads(path.read_text(encoding="utf-8")) == found


def test_there_is_no_golden_nobody_reads() -> None:
    """Each file belongs to a request above."""
    expected = {f"{name}.{orderer}.json" for name in REQUESTS for orderer in ("greedy", "template")}

    assert expected == {path.name for path in HERE.glob("*.json")}


def shown(page: Page) -> dict[str, Any]:
    """The page without its scores and digests."""
    return {
        "member": page.member_id,
        "minutes_before_now": (NOW - page.time) // 60_000,
        "watermark": page.watermark,
        "rows": {row.row_id: f"{row.heading} [{row.evidence.reason}]: {titles(row)}" for row in page.rows},
    }


def titles(row: Any) -> str:
    """Ids, each with its reason and what that is about, where it has one."""
    told = zip(row.title_ids, row.reasons, row.reason_arguments, strict=True)
    return " ".join(f"{title}({code}{about and ':' + about})" if code else title for title, code, about in told)
