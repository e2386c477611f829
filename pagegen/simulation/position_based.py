"""
Position-based browsing: a second opinion on pages, by members who look at slots for their place alone.

    look(r, c) = DOWN^r * right(c);  right falls by ALONG a title, and by SWIPE at each edge of the screen
    p(r, c)    = sigmoid(u - SEEN_ABOVE [the title is higher up on the page])

No row pulls anybody in, nothing tires, no play ends a visit, and nobody comes for one title (the position-based model:
Craswell, Zoeter, Taylor and Ramsey, WSDM 2008, for rows and columns). What is better for these members and for those of
the row cascade is not better for the assumptions of either.
"""

from typing import Final

import numpy as np

from pagegen.arrays import NONE, Float64, groups, record, within
from pagegen.simulation.behaviour import GroundTruth, Judged, Responses, Shown, sigmoid
from pagegen.simulation.row_cascade import SEEN_ABOVE, besides, seen_above

DOWN: Final = 0.78
ALONG: Final = 0.95
SWIPE: Final = 0.3


@record
class PositionBased:
    name: str = "position_based"

    def expected_plays(self, truth: GroundTruth, pages: Shown) -> Float64:
        look, play = _chances(pages, truth.judge(pages))
        page = groups(pages.row_start)[groups(pages.start)]
        return np.asarray(np.bincount(page, look * play, minlength=len(pages)), np.float64)

    def respond(self, truth: GroundTruth, pages: Shown, rng: np.random.Generator) -> Responses:
        look, play = _chances(pages, truth.judge(pages))
        examined = rng.random(len(look)) < look
        played = examined & (rng.random(len(look)) < play)
        seen = np.zeros(len(pages.kind), np.int16)
        np.maximum.at(seen, groups(pages.start), np.where(examined, within(pages.start) + 1, 0).astype(np.int16))
        return Responses(
            examined=examined,
            played=played,
            **besides(examined, played, play, rng),
            seen=seen,
            searched=np.full(len(pages), NONE, np.int32),
        )


def _chances(pages: Shown, judged: Judged) -> tuple[Float64, Float64]:
    """[Q] that each slot is looked at, and [Q] that its title is played then."""
    row, column = groups(pages.start), within(pages.start)
    page = groups(pages.row_start)[row]
    swipes = column // np.maximum(pages.visible[page], 1)
    look = DOWN ** within(pages.row_start)[row] * ALONG**column * SWIPE**swipes
    return look, sigmoid(judged.utility - SEEN_ABOVE * seen_above(pages, page))
