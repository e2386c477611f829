"""
The pool: candidate rows and their titles, proposed by the sources from what the filters left.

Scorers are the sources that can score the whole catalog; each does so once for a request, and its scores serve the
sources that order titles by them as well as the features of every pair.
"""

from pagegen.pool.builder import RowsBuilder
from pagegen.pool.gather import Gathered, Known, OnFailure, PoolLimits, gather, select
from pagegen.pool.opinions import opinions
from pagegen.pool.scorer import NoRows
from pagegen.pool.types import (
    Candidates,
    Explainer,
    Proposal,
    RowKind,
    Rows,
    Scores,
    Source,
    TitleScorer,
    as_explainer,
    as_scorer,
    quotas_of,
)

__all__ = [
    "Candidates",
    "Explainer",
    "Gathered",
    "Known",
    "NoRows",
    "OnFailure",
    "PoolLimits",
    "Proposal",
    "RowKind",
    "Rows",
    "RowsBuilder",
    "Scores",
    "Source",
    "TitleScorer",
    "as_explainer",
    "as_scorer",
    "gather",
    "opinions",
    "quotas_of",
    "select",
]
