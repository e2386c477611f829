"""Small logs of who played what, for sources that learn from nothing else; and what a fitted one says to a history."""

from typing import Any

import numpy as np

from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset, Past
from pagegen.homepage import HOME
from pagegen.pool import Source, TitleScorer, as_scorer
from tests.worlds import ask, days_ago, play, title, world

NAMES = "abcdefg"  # nobody plays g
HISTORIES = ["abc", "abd", "bcd", "ab", "cdef", "ef", "aef", "bd", "f", "acdf"]  # of members 0, 1, 2, ...
X = np.array([[float(name in history) for name in NAMES[:-1]] for history in HISTORIES])  # [members, K]


def log(*more: dict[str, Any]) -> Dataset:
    """The histories, each in its order, every first title played twice; and `more`."""
    plays = [
        play(f"m{m}", name, days_ago(30 - day))
        for m, history in enumerate(HISTORIES)
        for day, name in enumerate(history + history[0])
    ]
    return world([title(name) for name in NAMES], [*plays, *more])


def fitted(source: str, data: Dataset | None = None, **numbers: Any) -> Any:
    """The source of the homepage, fitted with these numbers; `max_history` is of its page."""
    part, data = HOME.sources[source], data or log()
    page = part.page_config(**{key: value for key, value in numbers.items() if key == "max_history"})
    config = part.fit_config(**{key: value for key, value in numbers.items() if key != "max_history"})
    return part.fit(Past(data=data, watermark=len(data.events)), config, page, np.random.default_rng(0))


def said(model: Source, history: str, data: Dataset | None = None) -> list[float]:
    """[T] what it says to a member who played these titles in this order, and is not in the log."""
    plays = [play("me", name, days_ago(20 - day)) for day, name in enumerate(history)]
    contexts = read_contexts([ask("me")], data or log(*plays), TrendWindows())
    scorer: TitleScorer | None = as_scorer(model)
    assert scorer
    return scorer.score(contexts)[0].tolist()


def row(history: str) -> np.ndarray:
    """[K] 1 for the titles of the history."""
    return np.array([float(name in history) for name in NAMES[:-1]])
