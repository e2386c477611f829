"""
The truth of a world: what any member would do with any title, at any time, on any device.

u = taste.py + noise.py + trends.py + franchise - satiation        p(play | examined) = sigmoid(u)
satiation: what has been tried, finished or refused is wanted less, and slowly again.
"""

from typing import Final

import numpy as np

from pagegen.arrays import (
    NONE,
    AnyArray,
    Float32,
    Float64,
    Int8,
    Int16,
    Int32,
    Int64,
    Mask,
    groups,
    ranges,
    record,
    starts,
)
from pagegen.simulation.behaviour import Judged, Shown, sigmoid
from pagegen.simulation.world import attraction, noise
from pagegen.simulation.world.history import (
    DISLIKED,
    FINISHED,
    SAMPLED,
    UNFINISHED,
    UNTOUCHED,
    History,
    cells,
    seconds_of,
)
from pagegen.simulation.world.population import Members
from pagegen.simulation.world.rhythm import DAY_MS, SECOND_MS
from pagegen.simulation.world.taste import Tastes
from pagegen.simulation.world.trends import Trends
from pagegen.simulation.world.windows import Windows

FRANCHISE_BONUS: Final = 1.3  # another film of it was finished
SATED: Final = {SAMPLED: 2.6, UNFINISHED: 3.6, FINISHED: 5.5, DISLIKED: 6.0}
SATED_DAYS: Final = {SAMPLED: 26.0, UNFINISHED: 90.0, FINISHED: 170.0, DISLIKED: 900.0}
CHILD_SATED: Final = 0.35  # children watch the same again
RESUME_SERIES, RESUME_MOVIE = 0.36, 0.2  # weight of an unfinished title, just left
RESUME_DAYS: Final = 8.0
RESUME_LIKING: Final = 0.8
RESUME_USUAL: Final = 6.4  # minus the utility of an unfinished title that is half as likely to be resumed
MAX_RESUME: Final = 0.38  # chance that a visit continues something
DAY_SECONDS: Final = DAY_MS // SECOND_MS
LICENCE_STEP_MS: Final = DAY_MS  # licences and releases begin and end at midnight UTC
CHUNK: Final = 1024  # visits at once: bounds memory at CHUNK x T


@record
class Facts:
    """What the service's catalog says too, as far as it decides who may watch what."""

    release_ms: Int64  # [T]
    maturity: Int16  # [T]
    seasons: Int16  # [T]
    episodes: Int16  # [T]
    franchise: Int32  # [T]


@record
class Truth:
    seed: int
    facts: Facts
    windows: Windows
    members: Members
    tastes: Tastes
    trends: Trends
    history: History

    def appeal(self, member: Int32, time_ms: Int64, device: AnyArray) -> Float64:
        """
        The chance of a play, were the title examined at the top of a page: what an oracle ranks by.

        Returns:
            [B, T], 0 where the title may not be shown. Memory is B x T: ask for a few hundred visits at once.
        """
        title = np.arange(len(self.facts.maturity))
        utility = self.explained(member, time_ms, device) + noise.NOISE_SD * noise.standard(
            self.seed, member[:, None], title
        )
        return np.where(self.allowed(member, time_ms), sigmoid(utility), 0)

    def explained(self, member: Int32, time_ms: Int64, device: AnyArray) -> Float32:
        """[B, T] utility without the noise of the pair."""
        return self._explained(member, time_ms, device, self.history.last(member, seconds_of(time_ms)))

    def _explained(self, member: Int32, time_ms: Int64, device: AnyArray, last: tuple[Int8, Int32]) -> Float32:
        utility = (self.tastes.member(self.members, member, time_ms, device) @ self.tastes.title.T).astype(np.float32)
        fans, length = self.tastes.fan_start[member], np.diff(self.tastes.fan_start)[member]
        at = ranges(fans, length)
        utility[np.repeat(np.arange(len(member)), length), self.tastes.fan_title[at]] += self.tastes.fan_bonus[at]
        utility += self.trends.at(self.members.country[member], time_ms)
        seconds = seconds_of(time_ms)
        in_franchise = np.flatnonzero(self.facts.franchise != NONE)
        finished = self.history.franchises(member, seconds)[:, self.facts.franchise[in_franchise]]
        utility[:, in_franchise] += np.float32(FRANCHISE_BONUS) * finished
        self._sate(utility, member, seconds, last)
        return utility

    def _sate(self, utility: Float32, member: Int32, seconds: Int64, last: tuple[Int8, Int32]) -> None:
        outcome, at = last
        request, title = cells(outcome != UNTOUCHED)
        kind = outcome[request, title]
        days = (seconds[request] - at[request, title]) / DAY_SECONDS
        height = np.array([0.0] + [SATED[k] for k in range(1, len(SATED) + 1)])[kind]
        fading = np.array([1.0] + [SATED_DAYS[k] for k in range(1, len(SATED) + 1)])[kind]
        again = self.members.kids[member[request]] & (kind == FINISHED)
        utility[request, title] -= (height * np.exp(-days / fading) * np.where(again, CHILD_SATED, 1)).astype(
            np.float32
        )

    def allowed(self, member: Int32, time_ms: Int64) -> Mask:
        """[B, T] released, licensed in the member's country now, and not rated above the member's ceiling."""
        country, ceiling = self.members.country[member], self.members.ceiling[member]
        step = time_ms // LICENCE_STEP_MS
        # Visitors of one day, country and ceiling may see the same titles.
        _, one, which = np.unique(
            (step << 16) + (country.astype(np.int64) << 8) + ceiling, return_index=True, return_inverse=True
        )
        time, country, ceiling = step[one, None] * LICENCE_STEP_MS, country[one], ceiling[one, None]
        licensed = (self.windows.start_ms[country] <= time) & (time < self.windows.end_ms[country])
        return (licensed & (self.facts.release_ms <= time) & (self.facts.maturity <= ceiling))[which]

    def utility_at(self, explained: Float32, member: Int32, request: AnyArray, title: AnyArray) -> Float32:
        """[N] of single pairs of the visits `explained` was made for."""
        return explained[request, title] + np.float32(noise.NOISE_SD) * noise.standard(
            self.seed, member[request], title
        )

    def judge(self, pages: Shown) -> Judged:
        """What members think of the slots and rows of their pages, and what they may have come for."""
        parts = [
            self._judge(pages, first, min(first + CHUNK, len(pages))) for first in range(0, max(len(pages), 1), CHUNK)
        ]
        return Judged(
            utility=np.concatenate([part.utility for part in parts]),
            pull=np.concatenate([part.pull for part in parts]),
            patience=np.concatenate([part.patience for part in parts]),
            want_start=starts(np.concatenate([np.diff(part.want_start) for part in parts])),
            want_title=np.concatenate([part.want_title for part in parts]),
            want_chance=np.concatenate([part.want_chance for part in parts]),
        )

    def _judge(self, pages: Shown, low: int, high: int) -> Judged:
        rows = slice(int(pages.row_start[low]), int(pages.row_start[high]))
        slots = slice(int(pages.start[rows.start]), int(pages.start[rows.stop]))
        member, time_ms, device = pages.member[low:high], pages.time_ms[low:high], pages.device[low:high]
        last = self.history.last(member, seconds_of(time_ms))
        explained, allowed = self._explained(member, time_ms, device, last), self.allowed(member, time_ms)
        page = groups(pages.row_start[low : high + 1])  # [P]
        slot_page = np.repeat(page, np.diff(pages.start[rows.start : rows.stop + 1]))  # [Q]
        title = pages.title[slots]
        utility = self.utility_at(explained, member, slot_page, np.maximum(title, 0))
        utility[~allowed[slot_page, title] | (title == NONE)] = -np.inf
        want_start, want_title, want_chance = self._wants(explained, allowed, (member, time_ms), last)
        return Judged(
            utility=utility,
            pull=attraction.pull(
                self.tastes, self.seed, pages, rows, member[page], explained[page, pages.seed_title[rows]]
            ),
            patience=self.members.patience[member],
            want_start=want_start,
            want_title=want_title,
            want_chance=want_chance,
        )

    def _wants(
        self, explained: Float32, allowed: Mask, visit: tuple[Int32, Int64], last: tuple[Int8, Int32]
    ) -> tuple[Int64, Int32, Float32]:
        """Unfinished titles, each with the chance that a visit at this time is for it."""
        (member, time_ms), (outcome, at) = visit, last
        request, title = cells((outcome == UNFINISHED) & allowed)
        days = (seconds_of(time_ms)[request] - at[request, title]) / DAY_SECONDS
        kind = np.where(self.facts.seasons[title] > 0, RESUME_SERIES, RESUME_MOVIE)
        liking = sigmoid(RESUME_LIKING * (self.utility_at(explained, member, request, title) + RESUME_USUAL))
        weight = kind * np.exp(-days / RESUME_DAYS) * liking
        total = np.bincount(request, weight, minlength=len(member))
        chance = np.minimum(1 - np.exp(-total), MAX_RESUME) / np.maximum(total, 1e-9)
        return (
            starts(np.bincount(request, minlength=len(member))),
            title.astype(np.int32),
            (weight * chance[request]).astype(np.float32),
        )
