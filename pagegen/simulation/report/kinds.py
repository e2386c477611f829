"""What each measure is about: its family, its meaning in plain words, and whether more of it is better."""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from pagegen.arrays import record
from pagegen.metrics.registry import METRICS, measure

Look: TypeAlias = Literal["better", "worse", "changed", "same", "failed", "none"]

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "The world's truth": ("true_plays", "true_plays_by_place"),
    "Finding what members went on to play": (
        "ndcg",
        "ndcg_2d",
        "recall",
        "precision",
        "hit_rate",
        "map",
        "mrr",
    ),
    "Breadth and taste": ("coverage", "gini", "novelty", "diversity", "miscalibration", "stability"),
    "What pages are made of": ("row_share", "genre_share", "new_share", "cold_share", "repeat_share"),
}
OTHER: Final = "Other measures"
MORE_IS_BETTER: Final = (*FAMILIES["The world's truth"], *FAMILIES["Finding what members went on to play"], "coverage")
LESS_IS_BETTER: Final = ("gini", "miscalibration")
BEYOND_METRICS: Final = {
    "true_plays": "titles the member would play from the page, by the world's own behaviour",
    "true_plays_by_place": "the same, were slots looked at for their place alone",
}


@record
class MeasureKind:
    name: str
    about: str
    family: str
    better: int  # 1: more of it is better, -1: less of it, 0: neither as such

    def look(self, verdict: str) -> Look:
        """How a significant difference, or none, is coloured."""
        if verdict == "n.s.":
            return "same"
        if not self.better:
            return "changed"
        return "better" if (verdict == "higher") == (self.better > 0) else "worse"


def kind_of(name: str) -> MeasureKind:
    """
    The kind of a measure.

    Examples:
        >>> kind_of("ndcg@10").about, kind_of("gini").better, kind_of("genre_share(Drama)").family
        ('NDCG of the flattened page', -1, 'What pages are made of')
        >>> kind_of("mrr[grade>=4]").about
        '1 / rank of the first played title, page flattened; only titles then graded 4 or more count'
    """
    found = re.match(r"\w+", name)
    metric = found[0] if found else name
    about = measure(name).about if metric in METRICS else BEYOND_METRICS.get(metric, "")
    family = next((family for family, metrics in FAMILIES.items() if metric in metrics), OTHER)
    better = (metric in MORE_IS_BETTER) - (metric in LESS_IS_BETTER)
    return MeasureKind(name=name, about=about, family=family, better=better)
