"""
Transitions: what members play soon after (and before) a title. A Markov chain over windows (the item-to-item rule of
GRU4Rec's baselines; Ludewig and Jannach, UMUAI 2018, "sequential rules").

    c(a, b) = sum over members who played b within `window` titles after a, d of them and g days later, of
              2^(-g / gap_half_life_days) / d, and `backward` times the same where b came before a
    w(a, b) = c(a, b) / (sum over b of c(a, b) + shrinkage)
    score(b) = sum over the member's titles a of fade^(titles played since) * w(a, b)

Who plays in bursts follows the lists that a service shows: so order tells of neighbours there. What is played weeks
later has little to do with it: `gap_half_life_days` says so, 0 that the gap does not matter. A scorer without rows.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from scipy.sparse import coo_matrix, csr_matrix, diags

from pagegen.arrays import AnyArray, Float32, Float64, Int32, Int64, Mask, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.data.trends import DAY_MS
from pagegen.pool import NoRows
from pagegen.pool.item_weights import ItemWeights, heaviest, item_weights, load_item_weights


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    window: Annotated[int, Meta(ge=1)] = 30  # titles between which a step counts
    backward: Annotated[float, Meta(ge=0)] = 0.5  # weight of a step back, that forward being 1
    gap_half_life_days: Annotated[float, Meta(ge=0)] = 0.0  # between two plays, a step counts half; 0: never mind
    shrinkage: Annotated[float, Meta(ge=0)] = 5.0  # steps that count as half belief
    neighbours: Annotated[int, Meta(ge=1)] = 300  # kept of each title


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_history: Annotated[int, Meta(ge=1)] = 200  # latest titles that count
    fade: Annotated[float, Meta(gt=0, le=1)] = 0.9  # weight of each against the one after it


@record
class Transitions(NoRows):
    config: PageConfig
    next: ItemWeights
    name: str = "transitions"

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] faded sum of the steps from the member's titles; NaN for a member without history."""
        scores = np.full((len(contexts), len(self.next.row_of)), np.nan, np.float32)
        for b in range(len(contexts)):
            latest, weight = self._latest(contexts, b)
            if len(latest):
                scores[b] = self.next.sum(latest, weight)
        return scores

    def speaks_most(self, contexts: Contexts, request: int, named: Mask, title: Int64) -> Int32:
        """[n] the watched title whose steps add most to each score."""
        latest, weight = self._latest(contexts, request)
        return self.next.heaviest_of(latest[named[latest]], weight[named[latest]], title)

    def _latest(self, contexts: Contexts, request: int) -> tuple[Int32, Float64]:
        """The titles that count, newest first, and what each counts."""
        latest = contexts.played.title[contexts.played.of(request)][-self.config.max_history :][::-1]
        return latest, np.power(self.config.fade, np.arange(len(latest)))

    def save(self) -> Mapping[str, AnyArray]:
        return self.next.save()


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> Transitions:
    """Count the steps between the titles each member played, each title where they first played it."""
    del rng  # nothing is drawn
    steps = _steps(_sequences(past), len(past.data.catalog), config)
    mass = np.asarray(steps.sum(axis=1)).ravel()
    seed = np.flatnonzero(mass > 0).astype(np.int32)
    rows = (diags(1.0 / (mass[seed] + config.shrinkage)) @ steps[seed]).tocsr()
    return Transitions(config=page, next=item_weights(seed, heaviest(rows, config.neighbours), len(past.data.catalog)))


@record
class _Sequences:
    """Every first play of a title by a member: by member, and then in the order of the log."""

    member: Int32  # [E]
    title: Int32  # [E]
    time: Int64  # [E] ms


def _sequences(past: Past) -> _Sequences:
    plays = past.plays()
    pair = plays.member.astype(np.int64) * len(past.data.catalog) + plays.title
    first = np.sort(np.unique(pair, return_index=True)[1])
    first = first[np.argsort(plays.member[first], kind="stable")]
    return _Sequences(member=plays.member[first], title=plays.title[first], time=plays.time[first])


def _steps(played: _Sequences, size: int, config: FitConfig) -> csr_matrix:
    """[T, T] sum over all steps from the row's title to the column's of what they count."""
    forward = csr_matrix((size, size))
    for distance in range(1, min(config.window, len(played.member) - 1) + 1):
        same = np.flatnonzero(played.member[distance:] == played.member[:-distance])
        cell: tuple[AnyArray, AnyArray] = (played.title[same], played.title[same + distance])
        count = np.full(len(same), 1.0 / distance)
        if config.gap_half_life_days:
            gap_days = (played.time[same + distance] - played.time[same]) / DAY_MS
            count *= 2.0 ** (-gap_days / config.gap_half_life_days)
        forward = forward + coo_matrix((count, cell), shape=(size, size)).tocsr()
    return (forward + config.backward * forward.T).tocsr()


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Transitions:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    return Transitions(config=page, next=load_item_weights(arrays, titles, size))
