"""Whoever does the tasks and however often they are stopped, the folder is the same."""

from functools import partial
from pathlib import Path

import polars as pl
import pytest

from pagegen.errors import RunError
from pagegen.simulation.runs.folder import RunFolder
from pagegen.simulation.runs.measure import measure
from pagegen.simulation.runs.tasks import PART, parts_of
from pagegen.simulation.runs.watch import Progress
from tests.simulation.experiments import MEASURES, nobody, noting, results_of, run, table


class KilledError(Exception):
    """What a test calls a kill."""


@pytest.mark.parametrize("after", [1, 4])
def test_a_run_that_was_killed_goes_on(whole: RunFolder, taste_data: Path, tmp_path: Path, after: int) -> None:
    """Whatever was finished is not done again, and the whole is the same in every byte."""
    told = list[str]()

    def kill(progress: Progress) -> None:
        noting(told)(progress)
        if len(told) == after:
            raise KilledError

    with pytest.raises(KilledError):
        run(table(), taste_data, tmp_path / "run", kill)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*/*.*") if path.is_file()}
    again = list[str]()
    folder = run(table(), taste_data, tmp_path / "run", noting(again))

    assert results_of(folder) == results_of(whole)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert again.count("train") == 2 - told.count("train")
    parts = parts_of(pl.read_parquet(folder.table("occasions"))["cut"].to_list())
    assert again.count("pages") == len(parts) - told.count("pages")


def test_measures_may_change_between_a_kill_and_the_end(whole: RunFolder, taste_data: Path, tmp_path: Path) -> None:
    """Fewer, more, in another order: the whole is that of a run that had them from the start."""
    told = list[str]()

    def kill(progress: Progress) -> None:
        told.append(progress.kind)
        if told.count("values") == 2:
            raise KilledError

    with pytest.raises(KilledError):
        run(table(measures=["mrr", *MEASURES[::-1]]), taste_data, tmp_path / "run", kill)

    assert results_of(whole) == results_of(run(table(), taste_data, tmp_path / "run"))


def test_a_run_tells_what_it_begins_with_and_counts_pages(copy: RunFolder, taste_data: Path) -> None:
    """Before anything is done; of a part that is missing, the pages of both cells, which are made in one go."""
    told = list[Progress]()
    asked = pl.read_parquet(copy.table("occasions"))
    lost = parts_of(asked["cut"].to_list())[0]
    copy.run.unlink()
    for cell in ("greedy", "template"):
        copy.pages(cell, lost.number).unlink()
    run(table(), taste_data, copy.path, told.append)
    made = [(progress.done, progress.total) for progress in told if progress.kind == "pages"]

    assert [(0, 2 * len(lost)), (2 * len(lost), 2 * len(lost))] == made
    assert told[0].kind == "pages"


def test_what_is_finished_is_not_done_again(copy: RunFolder, taste_data: Path) -> None:
    """Asked for once more, nothing happens; a damaged part alone is made again."""
    again = list[str]()
    run(table(), taste_data, copy.path, noting(again))
    before = results_of(copy)
    copy.run.unlink()
    copy.pages("template", 0).unlink()
    copy.values("template", 0).unlink()
    run(table(), taste_data, copy.path, noting(again))

    assert ["pages", "values"] == again[:2]
    assert {"leaks", "whole", "compare"} == set(again[2:])
    assert before.keys() == results_of(copy).keys()


def test_what_is_damaged_is_made_again(copy: RunFolder, taste_data: Path) -> None:
    """Half a file, as a machine leaves it that loses its power; a table that is gone though the run was finished."""
    before = results_of(copy)
    copy.run.unlink()
    copy.pages("greedy", 0).write_bytes(copy.pages("greedy", 0).read_bytes()[:100])
    copy.values("template", 1).write_bytes(b"")
    again = list[str]()
    run(table(), taste_data, copy.path, noting(again))
    copy.table("estimates").unlink()
    run(table(), taste_data, copy.path)

    assert ["pages", "values"] == again[:2]
    assert before == results_of(copy)


def test_nobody_works_beside_another(copy: RunFolder, taste_data: Path, tmp_path: Path) -> None:
    """Neither a run nor a measuring: two would write the same files. Whoever has ended, well or not, is not at work."""
    told = list[str]()

    def meanwhile(_: Progress) -> None:
        for second in (
            partial(run, table(), taste_data, copy.path),
            partial(measure, copy, ["mrr"], None, 1, (float, nobody)),
        ):
            with pytest.raises(
                RunError, match=r"another process is at work in .*; wait until it is done, or name another"
            ):
                second()
        told.append("refused")
        raise KilledError

    copy.table("estimates").unlink()
    with pytest.raises(KilledError):
        run(table(), taste_data, copy.path, meanwhile)
    run(table(), taste_data, copy.path)

    assert ["refused"] == told
    assert copy.table("estimates").exists()


def test_the_folder_of_another_experiment_is_refused(copy: RunFolder, taste_data: Path, tmp_path: Path) -> None:
    """Whatever would change its pages; and a folder of something else. Another name or another measure is no other."""
    with pytest.raises(
        RunError, match=r"holds the run of another experiment \(rng_seed, digests differ\); name another"
    ):
        run(table(rng_seed=1), taste_data, copy.path)
    with pytest.raises(RunError, match=r"\(page differs\)"):
        run(table(page={"rows": 5}), taste_data, copy.path)
    with pytest.raises(RunError, match=r"\(homepage differs\)"):
        run(table(), taste_data, copy.path, homepage="mine:HOME")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mother.txt").touch()
    with pytest.raises(RunError, match=r"holds mother.txt, and no run; name a new folder"):
        run(table(), taste_data, tmp_path / "letters")
    with pytest.raises(RunError, match=r"mother.txt is a file; name a new folder"):
        run(table(), taste_data, tmp_path / "letters" / "mother.txt")
    run(table(name="another", measures=["mrr"]), taste_data, copy.path)
    assert "mrr" in pl.read_parquet(copy.values("greedy", 0)).columns


def test_parts_have_a_fixed_size_and_one_cut() -> None:
    """So what is in a file does not depend on who wrote it."""
    parts = parts_of([0] * (PART + 3) + [2] * 2)

    assert [(0, 0, 0, PART), (1, 0, PART, PART + 3), (2, 2, PART + 3, PART + 5)] == [
        (part.number, part.cut, part.low, part.high) for part in parts
    ]
    assert [] == parts_of([])
