"""Choice: the rule by which one reason is said of several that are true."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import NONE
from pagegen.evidence.choice import Slots, strongest
from pagegen.evidence.claims import CODES, Claim

FILM, STAR, WORD = "because_you_watched", "people", "keyword"
KINDS = (7, 8, 9)  # row kinds whose headings may say the same as these

ABOUT = st.integers(NONE, 2)
ROWS = st.lists(st.tuples(st.sampled_from((0, *KINDS)), st.integers(0, 9)), min_size=1, max_size=5)


def said(rows: Sequence[tuple[int, int]], claims: Sequence[tuple[str, Sequence[int]]], repeats: int = 3) -> list:
    """Of rows (kind, length) the reason in each slot."""
    slots = Slots(
        kind=np.array([kind for kind, _ in rows], np.int16),
        row=np.repeat(np.arange(len(rows), dtype=np.int32), [length for _, length in rows]),
    )
    told = np.array([KINDS[(FILM, STAR, WORD).index(code)] for code, _ in claims], np.int16)
    made = [Claim(code=code, about=np.array(about, np.int32)) for code, about in claims]
    code, about = strongest(made, slots, told, repeats)
    words = zip(code.tolist(), about.tolist(), strict=True)
    return [None if number == NONE else (CODES[number], what) for number, what in words]


@pytest.mark.parametrize(
    ("film", "word", "expected"),
    [
        ("111111111", ".........", "F.F.F...."),  # every second, three at most
        ("111111111", "222222222", "F.F.F...."),  # both skip the same titles
        ("1..11.1.1", ".2222222.", "FW.WFW..F"),
        ("123456789", "222222222", "FFFFFFFFF"),
        (".........", "121212121", "WW..WW..W"),
    ],
)
def test_the_rule_on_one_row(film: str, word: str, expected: str) -> None:
    """Digits are what a reason is about, a dot that it is not true."""
    about = [[NONE if c == "." else int(c) for c in text] for text in (film, word)]
    found = said([(0, 9)], [(FILM, about[0]), (WORD, about[1])])
    letters = {None: ".", FILM: "F", WORD: "W"}

    assert expected == "".join(letters[reason and reason[0]] for reason in found)


def test_what_the_heading_says_is_not_said_again() -> None:
    """Nor another reason of its kind: what is there because of one title is not because of another."""
    rows = [(KINDS[0], 2), (0, 2)]

    assert [None, None, (FILM, 1), (FILM, 2)] == said(rows, [(FILM, [1, 2] * 2)])


@given(ROWS, st.data(), st.integers(1, 3))
def test_it_is_the_rule_in_plain_python(rows: list[tuple[int, int]], data: st.DataObject, repeats: int) -> None:
    """And then no neighbours are alike, and no row has one reason more often than it may."""
    size = sum(length for _, length in rows)
    if not size:
        return
    claims = [(code, data.draw(st.lists(ABOUT, min_size=size, max_size=size))) for code in (STAR, FILM, WORD)]
    found = said(rows, claims, repeats)

    assert brute(rows, claims, repeats) == found
    first = 0
    for _, length in rows:
        row = found[first : first + length]
        first += length
        assert all(one is None or one != other for one, other in pairwise(row))
        assert max(Counter(filter(None, row)).values(), default=0) <= repeats


def brute(rows: Sequence[tuple[int, int]], claims: Sequence[tuple[str, Sequence[int]]], repeats: int) -> list:
    out: list[tuple[str, int] | None] = []
    for kind, length in rows:
        times = Counter[tuple[str, int]]()
        for slot in range(len(out), len(out) + length):
            true = [(code, about[slot]) for code, about in claims if about[slot] != NONE]
            true = [r for r in true if kind != KINDS[(FILM, STAR, WORD).index(r[0])]]
            given_ = [r for r in true if times[r] % 2 == 0 and times[r] < 2 * repeats]
            times.update(true)
            out.append(given_[0] if given_ else None)
    return out
