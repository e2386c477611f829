"""
The page objective: the only place where a page is given a value.

    V(page) = sum over slots of x(p, q) * m(title) * a(row) * [first slot of the title on the page]
              + weighted extra terms (terms.py): diversity, calibration, stability; none by default

x is the examination of the slot, m the calibrated probability of a play, a the attraction of the row: how much more or
less a play in it counts than the same play elsewhere. Attraction is one number a row kind (`page.attraction`), times
what was learnt of such rows from logged pages (`fit.attraction`), never of the other rows: so V stays monotone and
submodular in the set of rows as long as rows only share titles; with diversity too, but not with calibration and
stability, to which a row may do harm.
"""

from dataclasses import replace

import numpy as np

from pagegen.arrays import Float64, Int64, Mask, record
from pagegen.ordering.examination import Examination
from pagegen.ordering.terms import Term
from pagegen.request import PageRequest


@record
class Outlook:
    """
    What rows would show and bring at the next position, of one page [R] or of several [W, R]. It depends on what is
    above by the titles only that are new to the page: where no title of a row was placed, nothing changes.
    """

    number: Int64  # titles, those beyond the page's columns too
    plays: Float64  # to expect of the titles new to the page, once the row is reached
    attention: Float64 | None  # [..., L] of titles new to the page, once the row is reached; None without extra terms

    def take(self, which: Int64) -> "Outlook":
        """A copy of these, along the first dimension."""
        return Outlook(
            number=self.number.take(which, axis=0),
            plays=self.plays.take(which, axis=0),
            attention=None if self.attention is None else self.attention.take(which, axis=0),
        )

    def put(self, at: tuple[Int64, Int64], renewed: "Outlook") -> None:
        """Of several pages: what is known now of these pages' rows [N]."""
        self.number[at], self.plays[at] = renewed.number, renewed.plays
        if self.attention is not None:
            self.attention[at] = renewed.attention


@record
class Objective:
    """The objective of one request's rows [R], whose titles lie in a matrix [R, L]."""

    worth: Float64  # [R, L] m(title) * a(row); 0 in an empty cell
    row_x: Float64  # [positions] chance that the row is reached
    column_x: Float64  # [> L] chance that the n-th title shown is looked at, from 1; 0 for none and right of the page
    terms: tuple[Term, ...] = ()  # of the page so far

    def outlook(self, new: Mask, shown: Int64, rows: Int64 | None = None) -> Outlook:
        """
        Of all rows, or of some [N].

        Args:
            new: [N, L] cells whose titles are not on the page.
            shown: [N, L] from 1, how many of the row's cells up to this one would be shown.
            rows: which they are.
        """
        look, worth = self.column_x.take(shown), self.worth if rows is None else self.worth.take(rows, axis=0)
        return Outlook(
            number=shown[:, -1],
            plays=(look * (worth * new)).sum(axis=1),
            attention=look * new if self.terms else None,
        )

    def gains(self, outlook: Outlook, position: int) -> Float64:
        """[R] what each row would add at the position."""
        gain = outlook.plays * self.row_x[position]
        if outlook.attention is not None:
            attention = outlook.attention * self.row_x[position]
            gain += sum(term.gains(attention) for term in self.terms)
        return gain

    def adding(self, new: Mask, shown: Int64, position: int) -> Float64:
        """[R] what each row would add at the position, of cells as `outlook` takes them."""
        return self.gains(self.outlook(new, shown), position)

    def of_plays(self, worth: Float64) -> "Objective":
        """The objective, were titles worth this [R, L], and nothing else were."""
        return replace(self, worth=worth, terms=())

    @property
    def extra(self) -> float:
        """What the extra terms say of the page so far."""
        return sum(term.value for term in self.terms)

    def after(self, row: int, attention: Float64, position: int) -> "Objective":
        """The objective once the row stands at the position; `attention` [L] of its titles that are new to the page."""
        seen = attention * self.row_x[position]
        terms = tuple(term.after(row, seen) for term in self.terms)
        return replace(self, terms=terms)

    def attention(self, shown: Int64, new: Mask) -> Float64:
        """[L] that a row's cells get once it is reached: those shown, from the left, whose titles are new."""
        attention = np.zeros(self.worth.shape[1])
        attention[shown] = self.column_x[1 : len(shown) + 1] * new
        return attention

    def moved(self, row: int, before: Int64, after: Int64, position: int) -> float:
        """What is added when cells of the row, all of them new, stand at its beginning in another order."""
        more = self.worth[row, after] - self.worth[row, before]
        return float((self.column_x[1 : len(more) + 1] * more).sum() * self.row_x[position])

    def alone(self, worth: Float64) -> Float64:
        """[R] the plays that rows of such worth [R, L] add at a position that is surely reached, all titles new."""
        return (self.column_x[1 : worth.shape[1] + 1] * worth).sum(axis=1)

    def at_most(self) -> Float64:
        """[R] the most plays a row can add at a position that is surely reached, whatever is above: the best first."""
        return self.alone(-np.sort(-self.worth, axis=1))


def objective_of(
    worth: Float64, request: PageRequest, examination: Examination, terms: tuple[Term, ...] = ()
) -> Objective:
    """The objective of a page without rows yet, whose candidate rows have titles of this worth [R, L]."""
    row_x, column_x = examination.of(request.device)
    beyond = np.zeros(max(0, worth.shape[1] - request.columns))
    seen = np.concatenate([[0.0], column_x[: request.columns], beyond])
    return Objective(worth=worth, row_x=row_x, column_x=seen, terms=terms)
