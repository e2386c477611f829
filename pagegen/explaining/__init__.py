"""
Explanations: why a page is as it is, why a title is on it, and why another one is not.

All is read off one run of the engine, and from the same assembly, rules and fill that made the page, asked once more.
"""

from pagegen.explaining.absence import REASONS, Absence, Lack, Standing
from pagegen.explaining.case import Case, RowName, Step, look
from pagegen.explaining.changes import Change
from pagegen.explaining.explanation import Explanation, TitleAnswer, explain
from pagegen.explaining.gap import Gap, gap_of
from pagegen.explaining.rows import KeptOff, RowReasons, Second, left_over, rows_of
from pagegen.explaining.sources import Opinion, Proposed
from pagegen.explaining.titles import Place, Scored, TitleReasons, title_of
from pagegen.explaining.wording import kept_off, rule_of

__all__ = [
    "REASONS",
    "Absence",
    "Case",
    "Change",
    "Explanation",
    "Gap",
    "KeptOff",
    "Lack",
    "Opinion",
    "Place",
    "Proposed",
    "RowName",
    "RowReasons",
    "Scored",
    "Second",
    "Standing",
    "Step",
    "TitleAnswer",
    "TitleReasons",
    "explain",
    "gap_of",
    "kept_off",
    "left_over",
    "look",
    "rows_of",
    "rule_of",
    "title_of",
]
