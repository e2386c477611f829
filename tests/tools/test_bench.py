"""The benchmark's own arithmetic: what it draws, what it refuses, what it counts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pagegen.client import message
from pagegen.engine import Engine
from pagegen.evidence import Evidence
from pagegen.page import Page, PageRow
from tests.servers import Served
from tests.worlds import World
from tools.bench import __main__ as command
from tools.bench.compare import same_slots
from tools.bench.figures import Memory, Thickness, percentile
from tools.bench.in_process import ThinPagesError, check_thickness, thickness
from tools.bench.load import load
from tools.bench.requests import TooFewError, draw
from tools.bench.serving import memory


@pytest.mark.parametrize(("percent", "expected"), [(1, 1.0), (50, 50.0), (99, 99.0), (99.5, 100.0), (100, 100.0)])
def test_a_percentile_is_a_value_that_occurred(percent: float, expected: float) -> None:
    """Of 1 to 100, in any order, the nearest rank."""
    values = list(range(1, 101))[::-1]

    assert expected == percentile(values, percent)


def test_a_percentile_of_few_values_is_the_slowest() -> None:
    """The p99 of fewer than a hundred is the worst of them, never something between two."""
    assert 3.0 == percentile([3.0, 1.0, 2.0], 99)


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_a_percentile_of_nothing_is_refused(values: list[float], percent: float) -> None:
    """As is one that is none."""
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, percent)


def page(*rows: tuple[str, ...]) -> Page:
    evidence = Evidence(reason="genre", seed_type="none", seed_id="", seed_name="")
    made = tuple(
        PageRow(
            row_id=f"genre:{place}",
            kind="genre",
            heading="Drama",
            evidence=evidence,
            title_ids=titles,
            names=titles,
            scores=(0.1,) * len(titles),
            reasons=("",) * len(titles),
            reason_arguments=("",) * len(titles),
            reason_texts=("",) * len(titles),
            has_more=False,
            chance=1.0,
            title_chances=(1.0,) * len(titles),
        )
        for place, titles in enumerate(rows)
    )
    return Page(
        page_id="p",
        bundle_id="b",
        config_digest="c",
        member_id="ann",
        time=1,
        watermark=0,
        valid_for_seconds=1,
        absent_sources=(),
        rows=made,
        next_page_token="",
    )


def test_thickness_counts_rows_slots_and_titles() -> None:
    """A title that is shown twice is placed twice and distinct once."""
    assert Thickness(pages=3, rows=2, placed=4, distinct=3) == thickness(
        [page(("a", "b"), ("b", "c")), page(("a",)), page(("a", "b"), ("b", "c"), ("d",))]
    )


@pytest.mark.parametrize(
    ("thin", "said"),
    [
        (Thickness(pages=9, rows=27, placed=900, distinct=500), "27 rows"),
        (Thickness(pages=9, rows=28, placed=899, distinct=500), "899 placed"),
        (Thickness(pages=9, rows=28, placed=900, distinct=499), "499 distinct"),
    ],
)
def test_thin_pages_do_not_count(thin: Thickness, said: str) -> None:
    """One short of any of the three is refused, and said."""
    with pytest.raises(ThinPagesError, match=said):
        check_thickness(thin)


def test_thick_pages_count() -> None:
    """Exactly enough is enough."""
    check_thickness(Thickness(pages=9, rows=28, placed=900, distinct=500))


def test_nothing_is_reported_of_thin_pages(
    bundle_folder: Path, data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says why, prints no figure and exits with 1."""
    code = command.main(["--bundle", str(bundle_folder), "--data", str(data_folder), "--requests", "5", "--json"])

    printed = capsys.readouterr()
    assert (1, "") == (code, printed.out)
    assert "thin pages do not count" in printed.err


def test_requests_are_distinct_moments_of_the_second_half(medium: World) -> None:
    """Every request is a member and time of an event there, no two are the same, and a seed gives the same ones."""
    events, ids = medium.data.events, medium.data.members.ids
    half = len(events) // 2
    late = set(zip(ids.of(events.member[half:]), events.time[half:].tolist(), strict=True))

    drawn = draw(medium.data, 300, np.random.default_rng(0))

    moments = [(request.member_id, request.time) for request in drawn]
    assert (300, True) == (len(set(moments)), set(moments) <= late)
    assert drawn == draw(medium.data, 300, np.random.default_rng(0))


def test_requests_are_drawn_by_activity(medium: World) -> None:
    """All moments of the half are drawn before it is refused, so a member comes as often as they did something."""
    events = medium.data.events
    half = len(events) // 2
    moments = list(dict.fromkeys(zip(events.member[half:].tolist(), events.time[half:].tolist(), strict=True)))

    drawn = draw(medium.data, len(moments), np.random.default_rng(1))

    expected = np.bincount([member for member, _ in moments], minlength=len(medium.data.members))
    actual = np.bincount(medium.data.members.ids.positions(r.member_id for r in drawn), minlength=len(expected))
    assert expected.tolist() == actual.tolist()
    with pytest.raises(TooFewError, match=str(len(moments))):
        draw(medium.data, len(moments) + 1, np.random.default_rng(1))


def test_slots_are_compared_place_by_place() -> None:
    """A row moved down by one is different all along; slots that only one page has count against it."""
    assert (4, 4) == same_slots([["a", "b"], ["c", "d"]], [["a", "b"], ["c", "d"]])
    assert (0, 4) == same_slots([["a", "b"], ["c", "d"]], [["c", "d"], ["a", "b"]])
    assert (1, 3) == same_slots([["a"]], [["a", "b"], ["c"]])
    assert (0, 0) == same_slots([], [])


def test_memory_is_read_as_the_kernel_says_it(tmp_path: Path) -> None:
    """Kilobytes of smaps_rollup become MB; a process's own is what it shares with nobody."""
    lines = ["5600-7ffd rw-p 00000000 00:00 0 [rollup]", "Rss: 4096 kB", "Pss: 2048 kB", "Private_Clean: 512 kB"]
    (tmp_path / "smaps_rollup").write_text("\n".join([*lines, "Private_Dirty: 1024 kB"]))

    assert Memory(pss=2.0, uss=1.5) == memory(tmp_path)


def test_load_counts_pages_and_errors(engine: Engine, medium: World, serving: Callable[..., Served]) -> None:
    """Pages that are answered count with their times; what is refused is counted apart, by its code."""
    target = serving(engine).target
    good = [message(request).SerializeToString() for request in draw(medium.data, 20, np.random.default_rng(0))]

    found, refused = load(target, good, 2, 0.5), load(target, [b"\xff"], 1, 0.1)

    assert (True, {}) == (found.pages > 0, found.errors)
    assert found.pages_per_second == found.pages / 0.5
    assert 0 < found.p50_ms <= found.p99_ms
    assert (0, {"INVALID_ARGUMENT"}) == (refused.pages, set(refused.errors))
