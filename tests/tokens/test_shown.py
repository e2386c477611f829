"""What was shown: never forgotten, seldom mistaken, and small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.data.ids import name_digests
from pagegen.tokens import MAX_TOKEN, NOTHING, Shown, Token, joined, most_titles, write_token


def ids(*numbers: int) -> list[str]:
    return [f"title {number}" for number in numbers]


def page(rows: int, titles: int, before: Shown = NOTHING, first: int = 0) -> Shown:
    """So many rows with so many titles in all."""
    names = [f"genre:{row}" for row in range(first, first + rows)]
    return joined(before, ["genre"] * rows, names, name_digests(ids(*range(first, first + titles))))


def sent(shown: Shown) -> str:
    return write_token(Token(request=bytes(8), shown=shown))


@given(st.lists(st.integers(0, 3_000), max_size=5), st.data())
def test_what_was_shown_is_never_forgotten(sizes: list[int], data: st.DataObject) -> None:
    """However many answers, however large: all their titles are held, and the token has its size."""
    shown, first = NOTHING, 0
    for size in sizes:
        size = min(size, most_titles(100) - first)
        shown = page(data.draw(st.integers(0, 100 // len(sizes))), size, shown, first)
        first += size

    assert shown.holds(name_digests(ids(*range(first)))).all()
    assert len(sent(shown)) <= MAX_TOKEN


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=8).map(sorted))
def test_many_answers_say_what_one_would(cuts: list[int]) -> None:
    """Titles lose bits as they become many, and the same ones whether they came at once or one after the other."""
    shown = NOTHING
    for low, high in zip([0, *cuts], [*cuts, 1_000], strict=False):
        shown = joined(shown, [], [], name_digests(ids(*range(low, high))))

    assert sent(shown) == sent(joined(NOTHING, [], [], name_digests(ids(*range(1_000)))))


@pytest.mark.parametrize(
    ("rows", "titles", "bits", "chance"),
    [(8, 48, 40, 4e-11), (30, 600, 40, 5e-10), (30, 1_200, 27, 9e-6), (30, 2_248, 19, 4.3e-3), (100, 1_800, 18, 7e-3)],
)
def test_few_are_mistaken(rows: int, titles: int, bits: int, chance: float) -> None:
    """The chance n / 2^bits, counted on a million titles that were not shown."""
    shown = page(rows, titles)
    rng = np.random.default_rng(1)
    others = rng.integers(0, 1 << 64, 1_000_000, np.uint64)

    assert (bits, True) == (shown.bits, len(sent(shown)) <= MAX_TOKEN)
    assert titles / 2.0**bits == pytest.approx(chance, rel=0.1)
    assert shown.holds(others).mean() == pytest.approx(chance, rel=0.1, abs=5e-6)


@pytest.mark.parametrize(("rows", "titles"), [(30, 2_248), (100, 1_800), (1, 2_433)])
def test_a_token_holds_what_it_says_it_does(rows: int, titles: int) -> None:
    """The number in the docstring, and bits that are worth having."""
    assert titles == most_titles(rows)
    assert page(rows, titles).bits >= 18


def test_the_least_honest_set_is_made_to_fit() -> None:
    """A forged token that says nearly everything was shown: further rows still fit, in fewer bits."""
    every = Shown(kind=NOTHING.kind, row=NOTHING.row, title=np.arange(8_000, dtype=np.uint64), bits=13)

    assert len(sent(page(100, 1_800, every))) <= MAX_TOKEN
