"""What learners of item-item models begin with, who played what, and how their models answer: each member alone."""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix

from pagegen.arrays import Float32, Int32
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool.products import products


def who_played_what(past: Past, most: int | None = None) -> tuple[Int32, csr_matrix]:
    """
    The titles that anybody played, and X [members, titles]: 1 where the member played the title.

    With `most` only so many titles, those that most members played, ties to the lower position; members who played
    none of them have no row.
    """
    plays, titles = past.plays(), max(1, len(past.data.catalog))
    cell = np.unique(plays.member.astype(np.int64) * titles + plays.title)
    member, title = cell // titles, cell % titles
    count = np.bincount(title, minlength=titles)
    popular = np.argsort(-count, kind="stable")[:most]
    known = np.sort(popular[count[popular] > 0]).astype(np.int32)
    column = np.full(titles, -1, np.int32)
    column[known] = np.arange(len(known), dtype=np.int32)
    member, title = member[column[title] >= 0], title[column[title] >= 0]
    members, row = np.unique(member, return_inverse=True)
    cells = (np.ones(len(title), np.float32), (row, column[title]))
    return known, csr_matrix(cells, shape=(len(members), len(known)))


def scored(contexts: Contexts, row_of: Int32, latest: int, one: Callable[[Int32], Float32]) -> Float32:
    """
    [B, T] what a model says to the latest titles, of those with a row, that each member played.

    NaN for members without any, and for titles without a row.

    Args:
        contexts: the requests.
        row_of: [T] the model's row of each title; NONE for one it does not know.
        latest: how many titles of a history count.
        one: from the titles of one member to scores [T].
    """
    scores = np.full((len(contexts), len(row_of)), np.nan, np.float32)
    for b, titles in known_titles(contexts, row_of, latest).items():
        scores[b] = np.where(row_of >= 0, one(titles), np.float32(np.nan))
    return scores


def scored_by_vectors(
    contexts: Contexts, row_of: Int32, latest: int, vectors: Float32, solve: Callable[[Int32], Float32]
) -> Float32:
    """
    [B, T] the same for a model that has a vector [size] of each title, `vectors` [K, size], and of each member.

    Args:
        contexts: the requests.
        row_of: [T] the row of each title's vector; NONE for one without.
        latest: how many titles of a history count.
        vectors: of the titles.
        solve: from the rows of one member's titles to his or her vector.
    """
    scores = np.full((len(contexts), len(row_of)), np.nan, np.float32)
    known = known_titles(contexts, row_of, latest)
    if known:
        members = np.stack([solve(row_of[titles]) for titles in known.values()])
        scores[list(known)] = np.where(row_of >= 0, products(vectors, members)[:, row_of], np.float32(np.nan))
    return scores


def known_titles(contexts: Contexts, row_of: Int32, latest: int) -> dict[int, Int32]:
    """By request the latest titles, of those with a row, that the member played; requests without any are left out."""
    known = {b: latest_known(contexts, b, row_of, latest) for b in range(len(contexts))}
    return {b: titles for b, titles in known.items() if len(titles)}


def latest_known(contexts: Contexts, request: int, row_of: Int32, latest: int) -> Int32:
    """The latest titles, of those with a row, that the member played, the newest last."""
    titles = contexts.played.title[contexts.played.of(request)]
    return titles[row_of[titles] >= 0][-latest:]


def rows_of(title: Int32, size: int) -> Int32:
    """[T] the row of each title of the catalog, given the title of each row; NONE, on both sides, for none."""
    row_of = np.full(size, -1, np.int32)
    here = np.flatnonzero(title >= 0).astype(np.int32)
    row_of[title[here]] = here
    return row_of
