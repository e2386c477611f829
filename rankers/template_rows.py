"""
Template rows: a fixed sequence of row kinds, the way home pages began (Netflix, 2015).

Position by position the first kind of the sequence that still has a row; the last kind named repeats. Kinds the
sequence does not name follow in the order their rows were proposed.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from pagegen.arrays import NONE, record
from pagegen.context import Contexts
from pagegen.ordering import Assembly, Pages, Rules, assemble
from pagegen.rows import Filled


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sequence: tuple[str, ...] = (
        "continue_watching",
        "top_picks",
        "trending_now",
        "because_you_watched",
        "top_10",
        "because_you_watched",
        "new_releases",
        "genre",
    )


@record
class TemplateRows:
    config: Config
    name: str = "template"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        names = [kind.name for kind in rules.kinds]
        sequence = [names.index(kind) for kind in self.config.sequence if kind in names]

        def fill_page(page: Assembly) -> None:
            wanted = _after(page.above, sequence)
            while not page.full():
                gain, may = page.gains()
                if not may.any():
                    return
                row = _next_row(page, may, wanted)
                row, chance = page.explored(row, gain, may & (page.kind == page.kind[row]))
                page.place(row, float(gain[row]), chance)

        return assemble(contexts, filled, rules, fill_page)


def _after(above: Sequence[int], sequence: Sequence[int]) -> list[int]:
    """What is wanted below rows of these kinds that the sequence has laid: kinds it passed over had no row."""
    wanted = list(sequence)
    for kind in above:
        while kind != NONE and len(wanted) > 1 and wanted.pop(0) != kind:
            pass
    return wanted


def _next_row(page: Assembly, may: np.ndarray, wanted: list[int]) -> int:
    """The first row of the first wanted kind that has one (used up on the way), else simply the first."""
    while wanted:
        kind = wanted[0] if len(wanted) == 1 else wanted.pop(0)
        rows = np.flatnonzero(may & (page.kind == kind))
        if len(rows):
            return int(rows[0])
        if len(wanted) == 1 and kind == wanted[0]:
            break
    return int(np.flatnonzero(may)[0])
