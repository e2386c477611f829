"""
Evidence: why a row is on the page and why a title is in it, only what is true at the request's time.

A row's evidence is its kind and what it is about (`rows.py`). Of a title several things may be true (`claims.py`); the
strongest is said, with variety along a row (`reasons.py`).
"""

from pagegen.evidence.claims import CODES, EvidenceConfig, rarest
from pagegen.evidence.reasons import EvidenceRules, Grounds, Reasons, give_reasons, spelt
from pagegen.evidence.rows import Evidence, row_evidence

__all__ = [
    "CODES",
    "Evidence",
    "EvidenceConfig",
    "EvidenceRules",
    "Grounds",
    "Reasons",
    "give_reasons",
    "rarest",
    "row_evidence",
    "spelt",
]
