"""
Content: what its tags say of a title that was released after the log began, and perhaps has not been played yet.

Its factor v becomes a mean of what was learnt, 0 of nothing, and of what titles with such tags would suggest,

    (n v + k w) / (n + k),    w_t = m + x_t B,
    B = argmin sum_t a_t |v_t - m - x_t B|^2 + reg |B|^2,    a_t ~ n_t / (n_t + k), its mean 1,

x_t being the title's tf-idf of tags, of length 1, and m the mean of the factors weighted by a: ridge regression in
closed form (attribute-to-feature mappings: Gantner, Drumond, Freudenthaler, Rendle, Schmidt-Thieme, ICDM 2010).

n is how many members played the title or, if that is more, how many played the average title in the time since this
one's release: what nobody has touched in all that time is disliked, not new, and its 0 counts. Titles that are older
than the log keep what was learnt of them, a factor or none.
"""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack

from pagegen.arrays import AnyArray, Float32, Float64, Int64, Mask, record
from pagegen.data.catalog import Catalog
from pagegen.data.dataset import Past
from pagegen.data.schema import TITLE_KINDS

MOST_TAGS = 2_000  # the commonest: the equations are a square of them
FEWEST_TITLES = 2  # of a tag: what one title alone has says nothing of another


@record
class Prior:
    weight: float  # plays that content counts for; 0: none
    reg: float  # of the regression


def with_content(past: Past, factors: Float32, played: Int64, prior: Prior) -> Float32:
    """
    [T, size] the factors of all titles with content taken into account; NaN where nothing is known.

    Args:
        past: its catalog; its time and plays.
        factors: [T, size] learnt; 0 for titles that nobody played.
        played: [T] members who played each title.
        prior: weight above 0.
    """
    arrived = (past.data.catalog.release_ms < past.time) | (played > 0)
    known = evidence(past, played, arrived)[:, None]
    tags = tag_matrix(past.data.catalog, arrived)
    trust = np.where(arrived, known[:, 0] / (known[:, 0] + prior.weight), 0.0)
    fused = (known * factors + prior.weight * predicted(tags, factors, trust, prior.reg)) / (known + prior.weight)
    learnt = np.where(played[:, None] > 0, factors, np.float32(np.nan))
    gains = (np.diff(tags.indptr) > 0) & came_late(past)
    return np.where(gains[:, None], fused.astype(np.float32), learnt)


def came_late(past: Past) -> Mask:
    """[T] titles that were released after the first play."""
    return past.data.catalog.release_ms > past.plays().time.min(initial=past.time)


def evidence(past: Past, played: Int64, arrived: Mask) -> Float64:
    """[T] members who played each title, or would have if it were an average one, since its release."""
    time = past.plays().time
    share = 1.0 - np.searchsorted(time, past.data.catalog.release_ms) / max(1, len(time))
    return np.maximum(played, share * played.sum() / max(1, arrived.sum()))


def predicted(tags: csr_matrix, factors: Float32, trust: Float64, reg: float) -> Float64:
    """
    [T, size] what the tags of each title suggest.

    Args:
        tags: [T, tags]
        factors: [T, size]
        trust: [T] how much each factor counts; 0 leaves a title out.
        reg: ridge.
    """
    weight = trust / max(trust.mean(where=trust > 0), TINY) if trust.any() else trust
    mean = (weight @ factors) / max(weight.sum(), TINY)
    weighted = tags.T @ diags(weight)  # [tags, T]
    left = (weighted @ tags).toarray()
    left[np.diag_indices_from(left)] += reg
    return mean + tags @ np.linalg.solve(left, weighted @ (factors - mean))


TINY = 1e-12


def tag_matrix(catalog: Catalog, arrived: Mask) -> csr_matrix:
    """[T, tags] tf-idf of genres, people, keywords, language, decade and kind; idf by titles that have arrived."""
    one_hot = hstack([_indicator(*columns, len(catalog)) for columns in _tags(catalog)], format="csr")
    titles = np.asarray(one_hot[arrived].sum(axis=0)).ravel()
    common = np.argsort(-titles, kind="stable")[:MOST_TAGS]
    common = np.sort(common[titles[common] >= FEWEST_TITLES])
    rare = np.log(max(1, arrived.sum()) / titles[common])  # 0 for what all have
    weighted = (one_hot[:, common[rare > 0]] @ diags(rare[rare > 0])).tocsr()
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    matrix: csr_matrix = (diags(1.0 / np.maximum(length, TINY)) @ weighted).tocsr()
    return matrix


def _tags(catalog: Catalog) -> Iterator[tuple[AnyArray, AnyArray, int]]:
    """Titles, their tags as numbers, and how many there are, of every attribute."""
    for tags in (catalog.genres, catalog.people, catalog.keywords, catalog.language):
        yield tags.title, tags.tag, len(tags.names)
    dated = np.flatnonzero(~np.isnan(catalog.release_year))
    decades, decade = np.unique(catalog.release_year[dated] // 10, return_inverse=True)
    yield dated, decade, len(decades)
    yield np.arange(len(catalog)), catalog.kind, len(TITLE_KINDS)


def _indicator(title: AnyArray, tag: AnyArray, tags: int, titles: int) -> csr_matrix:
    return csr_matrix((np.ones(len(title)), (title, tag)), shape=(titles, tags))
