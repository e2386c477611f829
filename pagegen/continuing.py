"""
Continuing a page: what its earlier answers have shown, found again among the rows and titles of this one.

The whole line runs anew, with what is known by now. Rows that were shown are not placed again, and all constraints and
repeats are judged from the top of the page, so answers that know the same make, one below the other, the page that one
answer would have made.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pagegen.arrays import NONE, lengths, ranges
from pagegen.context import Contexts
from pagegen.evidence import row_evidence
from pagegen.ordering import Pages
from pagegen.pool import RowKind, Rows
from pagegen.request import PageRequest, lasting_digest
from pagegen.rows import Above, Filled
from pagegen.tokens import NOTHING, Shown, Token, joined, most_titles, read_token, short_digests, write_token


def below(filled: Filled, contexts: Contexts, kinds: Sequence[RowKind]) -> Filled:
    """The filled rows, to be placed below what the requests' tokens say was shown."""
    bounds = filled.of_request(len(contexts)).tolist()
    tokens = {b: request.page_token for b, request in enumerate(contexts.requests) if request.page_token}
    above = {
        b: _above(read_token(token).shown, slice(bounds[b], bounds[b + 1]), filled, contexts, kinds)
        for b, token in tokens.items()
    }
    return replace(filled, above=above) if above else filled


def _above(shown: Shown, rows: slice, filled: Filled, contexts: Contexts, kinds: Sequence[RowKind]) -> Above:
    places = {digest: place for place, digest in enumerate(short_digests([kind.name for kind in kinds]).tolist())}
    _, ids = _names(filled.rows, rows, contexts, kinds)
    title = filled.title[filled.start[rows.start] : filled.start[rows.stop]]
    return Above(
        kind=[places.get(digest, NONE) for digest in shown.kind.tolist()],
        row=np.isin(short_digests(ids), shown.row),
        title=shown.holds(contexts.data.catalog.ids.digests[title]),
    )


def next_token(b: int, pages: Pages, contexts: Contexts, kinds: Sequence[RowKind]) -> str:
    """What continues the request's page below these rows; "" when no rows are left."""
    if not pages.left[b]:
        return ""
    request, ids = contexts.requests[b], contexts.data.catalog.ids
    before = read_token(request.page_token).shown if request.page_token else NOTHING
    rows = slice(int(pages.row_start[b]), int(pages.row_start[b + 1]))
    length = np.minimum(lengths(pages.start)[rows], _columns(request, len(ids)))
    title = pages.title[ranges(pages.start[rows], length)]
    shown = joined(before, *_names(pages.rows, rows, contexts, kinds), ids.digests[title])
    return write_token(Token(request=lasting_digest(request), shown=shown))


def _columns(request: PageRequest, titles: int) -> int:
    """How many titles of each row a token keeps: all, unless so many rows of them could outgrow it."""
    most = most_titles(request.rows)
    return request.columns if min(titles, request.rows * request.columns) <= most else most // request.rows


def _names(rows: Rows, which: slice, contexts: Contexts, kinds: Sequence[RowKind]) -> tuple[list[str], list[str]]:
    """The kinds and the ids of some rows."""
    about = zip(rows.kind[which].tolist(), rows.seed[which].tolist(), strict=True)
    evidence = [row_evidence(kinds[kind], seed, contexts) for kind, seed in about]
    return [one.reason for one in evidence], [one.row_id for one in evidence]
