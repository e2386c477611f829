"""
Recent plays: what everybody plays, a play counting half as much every `half_life_days`, which the past itself chooses.

    s(t) = sum over plays of t of 2^(-age / h);   score(t) = (s(t) + prior * p(t)) / (sum of s + prior)

with p the shares of all plays ever. The decay is a staircase: ages are cut at h / 8, h / 4, ..., 8 h, a step weighs the
mean of 2^(-age / h) over it, and nothing is older, so a request asks the log nine times, however long it is. The
half-life is the one under which the plays that followed past moments were most likely: the choice by prediction of
Koren's temporal baselines (KDD 2009), for plays instead of ratings. A scorer without rows.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import AnyArray, Float32, Float64, Int32, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.data.trends import DAY_MS, HOUR_MS, PlayLog
from pagegen.pool import NoRows

STEPS = 2.0 ** np.arange(-3, 4)  # ends of the staircase's steps, in half-lives
PRIOR_PLAYS = 20.0  # plays as of old that are mixed with the recent ones
UNHEARD = 1e-6  # chance of a title that nobody had played


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    half_lives_days: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
    share: Annotated[float, Meta(gt=0, lt=1)] = 0.4  # of the newest plays, which must be foretold
    moments: Annotated[int, Meta(ge=1)] = 20  # past moments to foretell from


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    half_life_days: Annotated[float, Meta(ge=0)] = 0.0  # 0: the one that fitted best


@record
class RecentPlays(NoRows):
    half_life_days: float
    fitted_days: float  # what the past chose
    name: str = "recent_plays"

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] each title's share of the fading plays: of the request's country where its trends are its own."""
        shape = (len(contexts), len(contexts.data.catalog))
        scores, trends = np.empty(shape, np.float32), contexts.data.trends
        for b, local in enumerate(contexts.trends.local.tolist()):
            log = trends.by_country[contexts.country[b]] if local else trends.worldwide
            hour = int(contexts.known_until[b]) // HOUR_MS * HOUR_MS
            scores[b] = shares(log, hour, self.half_life_days)
        return scores

    def save(self) -> Mapping[str, AnyArray]:
        return {"half_life_days": np.array([self.fitted_days])}


def shares(log: PlayLog, time: int, half_life_days: float) -> Float64:
    """[T] each title's share of the plays before this time, fading; 0 before the first play."""
    ever = log.before(time)
    edges = [log.before(time - int(age * half_life_days * DAY_MS)) for age in STEPS]
    fading = np.zeros(len(ever))
    for weight, newer, older in zip(_weights(), [ever, *edges[:-1]], edges, strict=True):
        fading += weight * (newer - older)
    old = ever / max(1.0, ever.sum())
    return (fading + PRIOR_PLAYS * old) / (fading.sum() + PRIOR_PLAYS)


def _weights() -> list[float]:
    """The mean of 2^-age over each step."""
    ages = np.concatenate([[0.0], STEPS])
    return (-np.diff(np.exp2(-ages)) / (np.log(2.0) * np.diff(ages))).tolist()


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> RecentPlays:
    """The half-life that makes the plays after past moments most likely; the middle one where that cannot be asked."""
    del rng  # nothing is drawn
    plays = past.plays()
    time, title = plays.time, plays.title
    cuts = np.linspace(1.0 - config.share, 1.0, config.moments + 1) * len(title)
    moments = np.unique(cuts.astype(np.int64))
    parts = [(int(time[low]), title[low:high]) for low, high in pairwise(moments.tolist())]
    likelihood = [sum(_likelihood(past, *part, days) for part in parts) for days in config.half_lives_days]
    days = config.half_lives_days[int(np.argmax(likelihood)) if parts else len(config.half_lives_days) // 2]
    return _model(days, page)


def _likelihood(past: Past, time: int, played: Int32, half_life_days: float) -> float:
    """Log-likelihood of the titles played from this time on, by their shares of what had been played before."""
    expected = shares(past.data.trends.worldwide, time // HOUR_MS * HOUR_MS, half_life_days)
    return float(np.log(np.maximum(expected[played], UNHEARD)).sum())


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> RecentPlays:
    """The saved model; it knows no titles."""
    del titles, size
    return _model(float(arrays["half_life_days"][0]), page)


def _model(fitted_days: float, page: PageConfig) -> RecentPlays:
    return RecentPlays(half_life_days=page.half_life_days or fitted_days, fitted_days=fitted_days)
