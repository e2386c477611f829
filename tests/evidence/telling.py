"""What could be said of every title of a small world: each stands in a row of its own, so that none waits its turn."""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import NONE
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.evidence import EvidenceConfig, EvidenceRules, Grounds, give_reasons, rarest
from pagegen.headings import reason_columns, voice_of
from pagegen.ordering import Pages
from pagegen.pool import Explainer, Rows
from pagegen.request import PageRequest


def told(
    data: Dataset,
    request: PageRequest,
    config: EvidenceConfig,
    *,
    explainer: Explainer | None = None,
    play: Sequence[float] = (),
    min_plays: float = 100.0,
) -> dict[str, tuple[str, str]]:
    """
    Of each title with a reason its argument and its words.

    Args:
        data: the world.
        request: of the page.
        config: which reasons there are.
        explainer: says which watched title speaks for a title.
        play: [T] calibrated probabilities, NaN where a title was not scored; none: the ranker is not calibrated.
        min_plays: with which a country has trends of its own.
    """
    titles = len(data.catalog)
    contexts = read_contexts([request], data, TrendWindows(min_plays=min_plays))
    chance = np.array(play or [np.nan] * titles)
    rules = EvidenceRules(
        config=config,
        kinds={},
        explainer=explainer,
        rare_keywords=rarest(data.catalog.keywords),
        calibrated=bool(play),
    )
    grounds = Grounds(contexts=contexts, failed=(), usual=np.array([np.nanmean(chance) if play else np.nan]))
    reasons = give_reasons(a_row_each(titles, chance), grounds, rules)
    why = reason_columns(reasons, data.catalog, voice_of(contexts, 0))
    words = zip(data.catalog.ids.names, why.codes, why.arguments, why.texts, strict=True)
    return {name: (argument, text) for name, code, argument, text in words if code}


def a_row_each(titles: int, chance: np.ndarray) -> Pages:
    nothing = np.zeros(titles, np.int32)
    return Pages(
        row_start=np.array([0, titles]),
        rows=Rows(
            request=nothing, kind=nothing.astype(np.int16), seed=nothing + NONE, variant=nothing.astype(np.int16)
        ),
        gain=np.zeros(titles),
        start=np.arange(titles + 1),
        title=np.arange(titles, dtype=np.int32),
        play=np.nan_to_num(chance),
        score=chance,
        more=np.zeros(titles, np.bool_),
        left=np.zeros(1, np.bool_),
        row_chance=np.ones(titles),
        title_chance=np.ones(titles),
    )
