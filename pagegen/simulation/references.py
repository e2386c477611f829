"""
References: pages that are made beside those of the cells, to see how far there is to go. No cell competes with them.

`flat`: the ranked list of the request, all titles the filters leave, cut into rows as wide as the page: what a ranker
gets when nobody makes rows of a kind.

`oracle`: the candidate rows of a cell, their titles in their order, placed by the cell's orderer as if it knew what the
member went on to play: a title counts 1 or 0 in place of a chance, without attraction, extra terms and exploration.
What no order of these rows can reach shows in it, as nearly as its orderer is right: greedy rows find nearly all of the
attention that these titles can get, at least 1 - 1/e of it where they are charged nothing.
"""

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from pagegen.engine import Engine
from pagegen.ordering.exploration import CERTAIN
from pagegen.ordering.rules import PLAYS_ALONE
from pagegen.replay import Outcomes
from pagegen.trace import Arranged

Reference: TypeAlias = Literal["flat", "oracle"]


def knowing(made: Arranged, engine: Engine, followed: Outcomes) -> Arranged:
    """
    The same requests' pages, had it been known what followed.

    Args:
        made: by the engine.
        engine: whose orderer and constraints hold.
        followed: each of the B requests.
    """
    contexts, filled = made.retrieved.contexts, made.filled
    request = np.repeat(filled.rows.request, np.diff(filled.start))
    played = followed.mask(request, filled.title, len(engine.data.catalog))
    told = replace(filled, play=played.astype(np.float64), attraction=np.ones(len(filled.attraction)))
    rules = replace(
        engine.rules,
        attraction=np.ones(len(engine.rules.attraction)),
        objective=PLAYS_ALONE,
        exploration=CERTAIN,
    )
    return replace(made, placed=engine.orderer.order(contexts, told, rules))
