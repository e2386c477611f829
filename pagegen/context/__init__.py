"""Contexts: what is known about B requests, each at its own time and watermark."""

from pagegen.context.contexts import Contexts, read_contexts
from pagegen.context.history import History, Played
from pagegen.context.trends import TrendView, TrendWindows

__all__ = ["Contexts", "History", "Played", "TrendView", "TrendWindows", "read_contexts"]
