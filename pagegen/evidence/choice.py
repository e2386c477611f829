"""
Choice: of all that is true of a title, what is said.

The rule, for each row by itself: a reason, code and argument, is given to every second of the titles that it is true
of, from the left, and to at most `repeats`; none of the kind that the heading gives already. Of the reasons that a
title was given it shows the strongest; without any, none. So no two neighbours show the same reason, and no row goes on
and on with one.
"""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import NONE, Int8, Int16, Int32, earlier, record
from pagegen.evidence.claims import CODES, Claim


@record
class Slots:
    """The rows of one page, and the row of each slot."""

    kind: Int16  # [P]
    row: Int32  # [Q] from the top


def strongest(claims: Sequence[Claim], slots: Slots, says: Int16, repeats: int) -> tuple[Int8, Int32]:
    """
    [Q] the code of each slot's reason, as a position in CODES, and [Q] what it is about; NONE where nothing is said.

    Args:
        claims: the strongest first.
        slots: of the page.
        says: [claims] the row kind whose heading says the same; NONE without one.
        repeats: titles of a row that show the same at most.
    """
    every = np.concatenate([claim.about for claim in claims])
    cell = (every != NONE).nonzero()[0]
    about, (claim, slot) = every.take(cell), np.divmod(cell, len(slots.row))
    row = slots.row.take(slot)
    news = (slots.kind.take(row) != says.take(claim)).nonzero()[0]
    about, claim, slot, row = (column.take(news) for column in (about, claim, slot, row))
    turn = earlier((claim * len(slots.kind) + row) << 32 | about)
    given = ((turn & 1 == 0) & (turn < 2 * repeats)).nonzero()[0][::-1]  # repeated index: the last, strongest, wins
    slot, code_of = slot.take(given), np.array([CODES.index(claim.code) for claim in claims], np.int8)
    code, said = np.full(len(slots.row), NONE, np.int8), np.full(len(slots.row), NONE, np.int32)
    code[slot], said[slot] = code_of.take(claim.take(given)), about.take(given)
    return code, said
