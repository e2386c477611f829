"""Hidden gems: good for the member, and hardly known."""

import numpy as np
import pytest

from candidates.hidden_gems import Config, HiddenGems
from pagegen.context import TrendWindows, read_contexts
from pagegen.filters import Watched, apply
from pagegen.pool import Proposal
from tests.contracts import proposed
from tests.worlds import ALL_SOURCES, ask, days_ago, play, tiny_engine, title, world

NAMES = [f"t{n}" for n in range(10)]
PLAYS = [9, 9, 9, 9, 9, 2, 2, 2, 2, 0]  # the median of those played is 9
SCORES = [10.0, 9.0, 3.0, 2.0, 1.0, 8.0, 7.0, 6.0, 0.5, 5.0]


def row(
    plays: list[int] = PLAYS, scores: list[float] | None = SCORES, *mine: str, share: float = 0.5, limit: int = 9
) -> list[str]:
    """The titles of the row of `me` when titles were played so often and the scorer says so."""
    log = [play(f"m{i}", name, days_ago(5)) for name, times in zip(NAMES, plays, strict=True) for i in range(times)]
    data = world([title(name) for name in NAMES], [*log, *(play("me", name, days_ago(1)) for name in mine)])
    contexts = read_contexts([ask("me")], data, TrendWindows())
    asked = Proposal(
        contexts=contexts,
        eligible=apply([Watched()], contexts),
        scores={} if scores is None else {"als": np.array([scores], np.float32)},
        limit=np.array([limit], np.int32),
    )
    (found,) = proposed(HiddenGems(config=Config(best_share=share)), asked)
    return [name for _, _, _, titles, _ in found for name in titles]


def test_the_best_of_what_hardly_anybody_played() -> None:
    """Of the five best, t0 and t1 are known to all; t8 is unknown and not for this member; t9 nobody has tried."""
    assert ["t5", "t6", "t7"] == row()
    assert ["t5", "t6"] == row(limit=2)
    assert ["t5"] == row(share=0.3)
    assert ["t6", "t7"] == row(PLAYS, SCORES, "t5")


@pytest.mark.parametrize(
    ("plays", "scores"),
    [
        ([5] * 10, SCORES),  # nothing is hidden where all are played alike
        ([0] * 10, SCORES),  # nor where nobody has played anything
        (PLAYS, [np.nan] * 10),  # nobody can tell what is good for a member without history
        (PLAYS, None),  # nor without the scorer
        (PLAYS, [9.0, 8.0, 7.0, 6.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0]),  # what is hardly known is not for this member
    ],
)
def test_where_there_are_none(plays: list[int], scores: list[float] | None) -> None:
    """No row."""
    assert [] == row(plays, scores)


def test_the_row_is_on_the_page_of_who_has_kindred_spirits_and_on_no_strangers() -> None:
    """Five members share six films few know, two of which `me` has seen; all else has been played by dozens."""
    gems, hits = [f"g{n}" for n in range(6)], [f"h{n}" for n in range(20)]
    log = [play(f"g{m}", name, days_ago(9)) for m in range(5) for name in gems]
    log += [play(f"h{m}", name, days_ago(9)) for m in range(40) for name in hits if (m + int(name[1:])) % 3]
    log += [play("me", name, days_ago(3)) for name in gems[:2]]
    best = {"page": {"source": {"hidden_gems": {"best_share": 0.2}}}}
    engine = tiny_engine(world([title(name) for name in (*gems, *hits)], log), ALL_SOURCES, best)
    asked = [ask(who, row_kinds=("hidden_gems",)) for who in ("me", "a stranger")]
    shown = [[(row.heading, sorted(row.title_ids)) for row in page.rows] for page in engine.run(asked).pages]

    assert [[("Hidden gems", gems[2:])], []] == shown
