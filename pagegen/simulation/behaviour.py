"""
What a behaviour is: how members meet pages. The first one is in row_cascade.py.

A behaviour answers two questions about the same chances: `respond` draws what happens, `expected_plays` is its mean,
exactly. What members feel it learns from a `GroundTruth`, never from an engine; so it judges anybody's pages.
"""

from typing import Protocol

import numpy as np

from pagegen.arrays import AnyArray, Float32, Float64, Int8, Int16, Int32, Int64, Mask, record


@record
class Shown:
    """B pages as members see them: P rows, Q slots."""

    member: Int32  # [B] position in the world
    time_ms: Int64  # [B]
    device: Int8  # [B] position in population.DEVICES
    visible: Int16  # [B] columns in view before a swipe
    row_start: Int64  # [B + 1] into rows
    kinds: tuple[str, ...]  # names of row kinds
    kind: Int16  # [P] position in kinds
    seed_genre: Int16  # [P] the row's genre, position in films.GENRES, or NONE
    seed_title: Int32  # [P] or NONE
    start: Int64  # [P + 1] into slots
    title: Int32  # [Q] or NONE: a title the world does not know

    def __len__(self) -> int:
        return len(self.member)


@record
class Judged:
    """What the truth says of the pages."""

    utility: Float32  # [Q] logit of a play when examined; -inf where the title may not be shown
    pull: Float64  # [P] of the row on the member
    patience: Float32  # [B]
    want_start: Int64  # [B + 1]
    want_title: Int32  # titles the visit may be for
    want_chance: Float32  # and how likely; what is left of 1 is browsing


@record
class Responses:
    """What members did."""

    examined: Mask  # [Q]
    clicked: Mask  # [Q]
    played: Mask  # [Q]
    listed: Mask  # [Q] put on the member's list
    refused: Mask  # [Q] marked "not interested"
    seen: Int16  # [P] titles of the row that came into view
    searched: Int32  # [B] title played without the page, or NONE


class GroundTruth(Protocol):
    def judge(self, pages: Shown) -> Judged: ...


class Behaviour(Protocol):
    @property
    def name(self) -> str: ...

    def respond(self, truth: GroundTruth, pages: Shown, rng: np.random.Generator) -> Responses: ...

    def expected_plays(self, truth: GroundTruth, pages: Shown) -> Float64:
        """[B] mean number of titles played from each page, at its time, by its member."""


def sigmoid(logit: AnyArray) -> Float64:
    """The chance a logit stands for."""
    return np.asarray(1 / (1 + np.exp(-logit)), np.float64)
