"""What the engine's line has made of B requests, as far as it went."""

from collections.abc import Sequence

from pagegen.arrays import record
from pagegen.context import Contexts
from pagegen.evidence import Reasons
from pagegen.features import FeatureTable, Pairs
from pagegen.filters import Eligible
from pagegen.ordering import Pages
from pagegen.page import Page
from pagegen.pool import Gathered, RowKind
from pagegen.ranking import Prediction
from pagegen.rows import Filled


@record
class Retrieved:
    """All that comes before the ranker: what training learns from."""

    contexts: Contexts
    eligible: Eligible
    pool: Gathered
    pairs: Pairs
    table: FeatureTable


@record
class Ranked:
    """All that comes before the rows: what ranked lists are made of."""

    retrieved: Retrieved
    prediction: Prediction
    pages: Sequence[Page]  # without rows


@record
class Arranged(Ranked):
    """All that comes before the words: what the pages log is made of."""

    filled: Filled
    placed: Pages
    kinds: tuple[RowKind, ...]  # of the rows, as positions


@record
class Trace(Arranged):
    """Everything one run produced; its pages have their rows."""

    reasons: Reasons
