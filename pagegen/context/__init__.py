"""Contexts: what is known about B requests, each at its own time and watermark."""

from pagegen.context.begun import Begun, Moments, Rule, read_begun
from pagegen.context.contexts import Contexts, read_contexts
from pagegen.context.history import History, Played
from pagegen.context.likings import enjoyed, followed
from pagegen.context.trends import TrendView, TrendWindows

__all__ = [
    "Begun",
    "Contexts",
    "History",
    "Moments",
    "Played",
    "Rule",
    "TrendView",
    "TrendWindows",
    "enjoyed",
    "followed",
    "read_begun",
    "read_contexts",
]
