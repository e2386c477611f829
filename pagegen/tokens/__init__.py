"""Page tokens: what the answers so far have shown of a page, for the one that continues it."""

from pagegen.tokens.shown import NOTHING, Shown, joined, most_titles, short_digests
from pagegen.tokens.token import MAX_TOKEN, Token, read_token, write_token

__all__ = [
    "MAX_TOKEN",
    "NOTHING",
    "Shown",
    "Token",
    "joined",
    "most_titles",
    "read_token",
    "short_digests",
    "write_token",
]
