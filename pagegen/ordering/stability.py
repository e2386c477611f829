"""
Stability in the page objective: how alike a page is to the one its member saw last, as the similarity S of attention.

S(A, B) = sum over titles of min(y_A, y_B) / sum of max(y_A, y_B) (weighted Jaccard, Ruzicka 1958). What the member has
played since loosens the tie: with every `plays` whole titles the term is worth half.
"""

import numpy as np

from pagegen.arrays import NONE, Float64, Int32, Int64, record
from pagegen.context import Contexts
from pagegen.data.events import PLAY
from pagegen.ordering.examination import Examination
from pagegen.request import LastPage


@record
class StabilityTerm:
    weight: float
    before: Float64  # [R, L] attention that the cell's title got on the last page
    last: float  # attention that the last page got
    own: float = 0.0  # that this page gets so far
    both: float = 0.0  # the smaller of the two, over titles

    @property
    def value(self) -> float:
        return self.weight * float(similarity(self.both, self.own + self.last))

    def gains(self, attention: Float64) -> Float64:
        own, both = attention.sum(axis=1), np.minimum(attention, self.before).sum(axis=1)
        return self.weight * similarity(self.both + both, self.own + own + self.last) - self.value

    def after(self, row: int, attention: Float64) -> "StabilityTerm":
        return StabilityTerm(
            weight=self.weight,
            before=self.before,
            last=self.last,
            own=self.own + float(attention.sum()),
            both=self.both + float(np.minimum(attention, self.before[row]).sum()),
        )


def stability_term(
    contexts: Contexts, b: int, title: Int64, weight_and_plays: tuple[float, float], examination: Examination
) -> StabilityTerm | None:
    """The term of the b-th request and rows of these titles [R, L]; nothing without a last page of known titles."""
    (weight, plays), last = weight_and_plays, contexts.requests[b].last_page
    if not weight or last is None:
        return None
    shown, look = attention_of(last, contexts, examination)
    if not len(shown):
        return None
    before = np.zeros(len(contexts.data.catalog) + 1)
    before[shown] = look
    return StabilityTerm(
        weight=weight * 0.5 ** (played_since(contexts, b, last.time) / plays),
        before=before[np.minimum(title, len(contexts.data.catalog))],
        last=float(look.sum()),
    )


def attention_of(page: LastPage, contexts: Contexts, examination: Examination) -> tuple[Int32, Float64]:
    """The titles of the page that the catalog knows, and the chance that the first slot of each is examined."""
    row_x, column_x = examination.of(page.device)
    look = [x * column_x[: len(titles)] for x, titles in zip(row_x, page.title_ids, strict=False)]
    title = contexts.data.catalog.ids.positions([title for titles in page.title_ids for title in titles])
    known, first = np.unique(title, return_index=True)
    return known[known != NONE], np.concatenate([np.zeros(0), *look])[first[known != NONE]]


def played_since(contexts: Contexts, b: int, time: int) -> float:
    """How many titles the member has watched from this time on; what is known to be a part counts as that."""
    history, own = contexts.history, contexts.history.of(b)
    since = (history.kind[own] == PLAY) & (history.time[own] >= time)
    return float(np.nan_to_num(history.fraction[own][since], nan=1.0).sum())


def similarity(both: Float64 | float, total: Float64 | float) -> Float64:
    """
    S, from what two pages share and what both get together; 1 where neither gets any.

    Examples:
        >>> similarity(np.array([1.6, 0.0, 0.0]), np.array([3.6, 2.0, 0.0])).tolist()
        [0.8, 0.0, 1.0]
    """
    with np.errstate(invalid="ignore"):
        return np.where(np.asarray(total) > 0, np.minimum(np.divide(both, np.subtract(total, both)), 1.0), 1.0)
