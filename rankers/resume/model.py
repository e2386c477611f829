"""
Resume: logistic regression of what was gone on with on its signs, at the newest beginnings of sessions.

So it is the chance given that the member does anything, which orders what there is to go on with. The penalized
likelihood is maximized by Newton's method (iteratively reweighted least squares; Hastie, Tibshirani and Friedman 2009,
4.4). Nobody tells how many episodes a series has: its last is the highest that anybody has played.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from threadpoolctl import threadpool_limits

from pagegen.arrays import AnyArray, Float64, Int32, Int64, record
from pagegen.context import Begun, Rule
from pagegen.data.catalog import Catalog
from pagegen.data.dataset import Past
from pagegen.data.trends import HOUR_MS
from rankers.resume.past import episodes_of, learnable
from rankers.resume.signs import SIGNS, signs

STEPS = 8  # of Newton's method


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    moments: Annotated[int, Meta(ge=0)] = 10_000  # newest beginnings of sessions to learn from
    session_gap_hours: Annotated[float, Meta(ge=0)] = 1.0  # silence that begins a session
    horizon_hours: Annotated[float, Meta(gt=0)] = 24.0  # within which a title is gone on with
    min_positives: Annotated[int, Meta(ge=1)] = 200  # with fewer nothing is learnt
    reg: Annotated[float, Meta(gt=0)] = 1.0  # of the weights, signs having variance 1


@record
class Resume:
    weight: Float64  # [SIGNS]; empty where there was too little to learn from
    last: Int32  # [T] the last episode anybody has played, by `number_of`; 0 without one

    @property
    def learnt(self) -> bool:
        """Whether there was enough to learn from."""
        return len(self.weight) > 0

    def chance(self, begun: Begun, catalog: Catalog) -> Float64:
        """[K] of each title; each is summed alone, so that neighbours change no bit."""
        odds = (signs(begun, catalog, self.last[begun.title]) * self.weight).sum(axis=1)
        return 1.0 / (1.0 + np.exp(-odds))

    def save(self) -> Mapping[str, AnyArray]:
        """Nothing where nothing was learnt."""
        if not self.learnt:
            return {}
        title = np.flatnonzero(self.last).astype(np.int32)
        return {"weight": self.weight} | ({"title": title, "last": self.last[title]} if len(title) else {})


def fit(past: Past, config: Config, rule: Rule) -> Resume:
    """The weights under which what members went on with was most likely; none with too few positives."""
    horizon_ms = round(config.horizon_hours * HOUR_MS)
    found = learnable(past, _moments(past, config, horizon_ms), horizon_ms, rule)
    titles = np.arange(len(past.data.catalog), dtype=np.int32)
    last = episodes_of(past).before(titles, np.full(len(titles), past.watermark))
    if found.label.sum() < config.min_positives:
        return Resume(weight=np.zeros(0), last=last)
    return Resume(weight=_regression(found.signs, found.label.astype(np.float64), config.reg), last=last)


def _moments(past: Past, config: Config, horizon_ms: int) -> Int64:
    """Positions of the newest events with which a session began, those whose horizon the past covers."""
    begin = past.data.events.beginnings(round(config.session_gap_hours * HOUR_MS))
    told = (begin < past.watermark) & (past.data.events.time[begin] + horizon_ms <= past.time)
    return begin[told][max(0, int(told.sum()) - config.moments) :]


def _regression(x: Float64, label: Float64, reg: float) -> Float64:
    """[F] weights of columns x [K, F], the last of them 1 and free of the penalty."""
    scale = x.std(axis=0)
    scale[scale == 0] = 1.0  # a column that says nothing keeps the weight 0
    scaled, weight = x / scale, np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], reg)
    penalty[-1] = 1e-6
    with threadpool_limits(1, "blas"):  # other threads, other bits
        for _ in range(STEPS):
            chance = 1.0 / (1.0 + np.exp(-scaled @ weight))
            slope = scaled.T @ (chance - label) + penalty * weight
            bend = (scaled * (chance * (1.0 - chance))[:, None]).T @ scaled + np.diag(penalty)
            weight = weight - np.linalg.solve(bend, slope)
    return weight / scale


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int) -> Resume:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    weight, last = arrays.get("weight", np.zeros(0)), np.zeros(size, np.int32)
    if len(weight) not in (0, SIGNS):
        message = f"{len(weight)} weights for {SIGNS} signs"
        raise ValueError(message)
    if "title" in arrays:
        here = titles[arrays["title"]] >= 0
        last[titles[arrays["title"][here]]] = arrays["last"][here]
    return Resume(weight=weight, last=last)
