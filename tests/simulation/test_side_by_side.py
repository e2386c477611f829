"""Pages side by side, and the drawings: what is marked, and where things lie."""

from pathlib import Path

import numpy as np
import pytest

import pagegen
from pagegen.data.dataset import read_dataset
from pagegen.replay import occasions, outcomes
from pagegen.simulation.report.choice import choose
from pagegen.simulation.report.found import find
from pagegen.simulation.report.side_by_side import Known, Layout, Member, members, panel
from pagegen.simulation.report.svg import axis, heat, scale, whisker

KNOWN = Known(data=None, played=["c"], rows=8, columns=6)


@pytest.fixture(scope="module")
def shown(run_folder: Path, run_data: Path) -> list[Member]:
    return [*members(find(pagegen.read_results(run_folder)), read_dataset(run_data))]


def test_differences_are_marked() -> None:
    """Same place, moved (and from where), only here, met already on the page; what was played next."""
    baseline = Layout(kinds=["genre", "top_10"], seeds=["", ""], titles=[["a", "b"], ["c"]])
    mine = Layout(kinds=["genre", "top_10"], seeds=["Drama", ""], titles=[["a", "c"], ["x", "a"]])
    made = panel("mine", mine, baseline.first(), KNOWN)

    assert [row.label for row in made.rows] == ["genre: Drama", "top 10"]
    assert [(tile.name, tile.state, tile.was, tile.played) for row in made.rows for tile in row.tiles] == [
        ("a", "same", "", False),
        ("c", "moved", "2·1", True),
        ("x", "only", "", False),
        ("a", "again", "", False),
    ]
    assert made.shown == "2 of 2 rows; 4 titles, 3 different"


def test_long_pages_are_cut_and_lists_are_not_rows() -> None:
    """The first rows and columns of a page; of a list a good deal more."""
    page = Layout(kinds=["genre"] * 20, seeds=[""] * 20, titles=[[f"{r} {c}" for c in range(20)] for r in range(20)])
    a_list = Layout(kinds=["ranked_list"], seeds=[""], titles=[[str(c) for c in range(100)]])

    assert [(len(row.tiles), row.more) for row in panel("x", page, {}, KNOWN).rows] == [(6, 14)] * 8
    assert [(len(row.tiles), row.more) for row in panel("x", a_list, {}, KNOWN).rows] == [(36, 64)]


def test_members_are_chosen_by_what_differs(run_folder: Path) -> None:
    """Different members, the same ones every time; the largest rise is what it says."""
    results = pagegen.read_results(run_folder)
    chosen = choose(find(results))
    mine, its = (results.values(cell)["ndcg@10"] for cell in ("taste", "popular"))
    gain = dict(zip(results.occasions["occasion"], (mine - its).to_list(), strict=True))
    who = dict(zip(results.occasions["occasion"], results.occasions["member_id"], strict=True))
    by_why = {each.why.partition(":")[0]: each.occasion for each in chosen}

    assert [each.occasion for each in chosen] == [each.occasion for each in choose(find(results))]
    assert len({who[each.occasion] for each in chosen}) == len(chosen) >= 2
    assert gain[by_why["Largest rise"]] == max(value for value in gain.values() if value == value)


def test_the_same_request_by_every_cell(shown: list[Member]) -> None:
    """The baseline first; equal cells show equal pages, and then nothing is marked but what repeats."""
    for member in shown:
        assert [page.cell for page in member.panels] == ["popular", "taste", "again", "future"]
        again = [tile for row in member.panels[2].rows for tile in row.tiles]
        assert {tile.state for tile in again} <= {"same", "again"}


def test_what_was_played_is_what_metrics_count(shown: list[Member], run_folder: Path, run_data: Path) -> None:
    """With its place on every cell's page."""
    data, asked = read_dataset(run_data), pagegen.read_results(run_folder).occasions
    for member in shown:
        [occasion] = [o for o in choose(find(pagegen.read_results(run_folder))) if o.why == member.why]
        row = asked.filter(occasion=occasion.occasion).row(0, named=True)
        time, until = (round(row[name].timestamp() * 1000) for name in ("time", "until"))
        who = np.array([data.members.ids.position(row["member_id"])], np.int32)
        followed = outcomes(data, occasions(who, np.array([time]), until - time)).title

        assert [name for name, _ in member.played] == data.catalog.name[followed].tolist()
        assert {len(places) for _, places in member.played} <= {4}


def test_of_many_titles_that_were_played_the_foremost_are_told(
    shown: list[Member], run_folder: Path, run_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that any page has highest; and how many there are on each."""
    monkeypatch.setattr("pagegen.simulation.report.side_by_side.PLAYED", 1)
    fewer = members(find(pagegen.read_results(run_folder)), read_dataset(run_data))

    assert [1] * len(shown) == [len(member.played) for member in fewer]
    for all_of_them, few in zip(shown, fewer, strict=True):
        places = [place.split("·") for _, cells in all_of_them.played for place in cells if place]
        highest = min(([int(row), int(column)] for row, column in places), default=None)
        assert highest is None or "·".join(map(str, highest)) in few.played[0][1]
        assert len(all_of_them.played) == few.followed
        assert [sum(bool(places[c]) for _, places in all_of_them.played) for c in range(4)] == few.found


def test_a_whisker_lies_on_its_scale() -> None:
    """Percent of the width between margins; nothing is drawn of what is not known."""
    on = scale([-0.1, 0.3], zero=True)
    drawn = whisker(on, 0.0, 0.1, 0.2, zero=True)

    assert 'class="z" x1="27.0%" x2="27.0%"' in drawn
    assert '<line x1="27.0%" x2="73.0%"' in drawn
    assert '<circle cx="50.0%"' in drawn
    assert whisker(on, float("nan"), float("nan"), float("nan")).count("<") == 2
    assert [text in axis(on, zero=True) for text in (">0<", ">+0.2<")] == [True, True]


def test_a_heat_map_shows_every_window() -> None:
    """Equal fields side by side are one rectangle; small maps carry their numbers, more is another colour than less."""
    drawn = heat(np.array([[0.0, 0.5], [1.0, 1.0]]), 1.0)
    moved = heat(np.array([[-0.2, 0.0], [0.1, 0.2]]), 0.2, around_zero=True)
    large = heat(np.full((30, 20), 0.5), 1.0)

    assert '<path class="s11" d="M0 1h2v1h-2z"/>' in drawn
    assert [text in drawn for text in (">.50<", ">1.00<")] == [True, True]
    assert {"dm6", "d0", "d3", "d6"} == {part.split('"')[0] for part in moved.split('<path class="')[1:]}
    assert 'd="M0 0h60v10h-60z"' in heat(np.full((1, 60), 0.5), 1.0)
    assert (large.count("<path"), ">.50<" in large, "fine" in large) == (1, False, True)
