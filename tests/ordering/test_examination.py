"""Examination: the chance that a slot is looked at, guessed or counted from pages."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from pagegen.data.schema import DEVICES, PAGES
from pagegen.ordering.examination import FEWEST_PAGES, Examination, default_examination, fit_examination


def pages(seen: Sequence[Sequence[int] | None], device: str = "tv", length: int = 3) -> pl.DataFrame:
    """A log of pages that were seen so far: a list of pages, the columns seen in each of their rows of `length`."""
    log = [{"device": device, "row_lengths": [length] * len(rows or ()), "seen_columns": rows} for rows in seen]
    return pl.DataFrame(log, schema=PAGES)


def fitted(seen: Sequence[Sequence[int] | None], length: int = 3) -> tuple[list[float], list[float]]:
    row, column = fit_examination(pages(seen, length=length)).of("tv")
    return row.tolist(), column.tolist()


def curves(examination: Examination) -> np.ndarray:
    return np.concatenate([examination.row, examination.column])


def test_the_guess_falls_and_drops_behind_the_first_screen() -> None:
    """.85 from row to row, .93 from column to column, a quarter behind the screen of each device."""
    guess = default_examination()

    assert (guess.row[:, 2] == pytest.approx(0.85**2), 1.0) == (True, guess.column[0, 0])
    assert [6, 6, 4, 3] == [int(np.argmin(np.diff(guess.column[d]))) + 1 for d in range(len(DEVICES))]
    assert guess.of("phone")[1][3] == pytest.approx(0.93**3 * 0.25)
    assert (np.diff(curves(guess)) < 0).all()


def test_examination_is_counted_from_pages() -> None:
    """Half of the pages reach the second row; of the reached rows a third is seen three columns far."""
    row, column = fitted([[3, 1], [1, 0]] * FEWEST_PAGES)

    assert [1.0, 0.5] == row[:2]
    assert [1.0, pytest.approx(1 / 3), pytest.approx(1 / 3)] == column[:3]


def test_beyond_the_log_the_guess_goes_on_from_its_last_number() -> None:
    """Scaled to meet it; never rising; never 0."""
    row, column = fitted([[2, 2, 1], [2, 0, 0]] * FEWEST_PAGES, length=2)

    assert [0.5, 0.5 * 0.85, 0.5 * 0.85**2] == pytest.approx(row[2:5])
    assert 0.75 * 0.93 == pytest.approx(column[2])
    assert (np.diff(row) <= 0).all()
    assert min(row + column) >= 1e-6


def test_a_short_row_seen_to_its_end_says_nothing_of_what_it_does_not_have() -> None:
    """Half go on from the first column; all who could went on from the second."""
    log = pl.concat([pages([[1], [2]] * FEWEST_PAGES, length=2), pages([[3], [1]] * FEWEST_PAGES, length=3)])
    column = fit_examination(log).of("tv")[1].tolist()

    assert [1.0, 0.5, 0.5] == column[:3]


def test_a_page_without_rows_says_nothing() -> None:
    """Pages on which nothing was shown, or of which nobody knows how far they were seen, change neither curve."""
    seen = [[3, 1], [1, 0]] * FEWEST_PAGES
    nothing: list[list[int] | None] = [[], None] * FEWEST_PAGES

    assert fitted(seen) == fitted([*seen, *nothing])
    assert [curve.tolist() for curve in default_examination().of("tv")] == list(fitted(nothing))


def test_pages_of_different_lengths_count_where_they_have_rows() -> None:
    """The third row exists on one page in two and is always reached there: no lower than the second."""
    row, _ = fitted([[1, 1, 1], [1, 0]] * FEWEST_PAGES)

    assert [1.0, 0.5, 0.5] == row[:3]


def test_a_device_with_few_pages_keeps_the_guess() -> None:
    """Under 200 pages of its own; other devices' pages say nothing of it."""
    guess = default_examination()
    log = pl.concat([pages([[1, 1]] * (FEWEST_PAGES - 1), "phone"), pages([[1, 1]] * FEWEST_PAGES, "web")])
    found = fit_examination(log)
    changed = [device for d, device in enumerate(DEVICES) if found.row[d].tolist() != guess.row[d].tolist()]

    assert ["web"] == changed
    assert curves(guess).tolist() == curves(fit_examination(PAGES.to_frame())).tolist()
