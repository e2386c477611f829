"""Calibrated P(play) against what happened: ten groups of pairs, from the least to the most likely."""

import msgspec
import numpy as np
from rich.table import Table

from pagegen.arrays import AnyArray, Float64
from pagegen.errors import ConfigError
from pagegen.ranking import fit_calibration
from tools.study.chart import Axis, chart
from tools.study.past import Studied

GROUPS = 10


class Group(msgspec.Struct, frozen=True):
    pairs: int
    predicted: float  # mean probability
    played: float  # share


class Reliability(msgspec.Struct, frozen=True):
    groups: list[Group]
    error: float  # expected calibration error: mean distance of the two, weighted by pairs

    def chart(self) -> str:
        points = [(group.predicted, group.played) for group in self.groups]
        most = max(max(point) for point in points)
        lines = {"groups of pairs": points, "as predicted": [(0.0, 0.0), (most, most)]}
        return chart("Reliability of P(play)", lines, Axis(name="predicted"), Axis(name="played"))

    def table(self) -> Table:
        table = Table("pairs", "predicted", "played", title=f"Calibration error {self.error:.5f}")
        for group in self.groups:
            table.add_row(f"{group.pairs:,}", f"{group.predicted:.5f}", f"{group.played:.5f}")
        return table


def reliability(studied: Studied) -> Reliability:
    """
    The map from scores to probabilities fitted on all held-out windows but the newest, judged on that.

    Raises:
        ConfigError: one held-out window only.
    """
    if studied.judged < 2:
        message = (
            f"--judged is {studied.judged}; the map is fitted on one held-out window and judged on another: take 2"
        )
        raise ConfigError(message)
    ranker = studied.fit(studied.learn)
    scores = [ranker.score(window.table) for window in studied.held]
    before = np.concatenate([window.label for window in studied.held[:-1]])
    probability = fit_calibration(np.concatenate(scores[:-1]), before)(scores[-1])
    groups = grouped(probability, studied.held[-1].label)
    pairs = sum(group.pairs for group in groups)
    return Reliability(groups, sum(group.pairs * abs(group.predicted - group.played) for group in groups) / pairs)


def grouped(probability: Float64, label: AnyArray) -> list[Group]:
    """Groups with equal sums of probability, so that the rare likely pairs have groups of their own."""
    order = np.argsort(probability, kind="stable")
    reached = np.cumsum(probability[order]) / probability.sum()
    parts = np.split(order, np.searchsorted(reached, np.arange(1, GROUPS) / GROUPS))
    return [Group(len(part), float(probability[part].mean()), float(label[part].mean())) for part in parts if len(part)]
