"""A finished world: the tables a service would have, and the truth it cannot know."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from pagegen.data import folder
from pagegen.data.folder import DataInfo
from pagegen.simulation.world import page_table, storage, tables
from pagegen.simulation.world.catalog import Titles
from pagegen.simulation.world.history import Events
from pagegen.simulation.world.running import PageLog
from pagegen.simulation.world.truth import Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldConfig:
    members: int = 2000
    titles: int = 1500
    days: int = 60
    seed: int = 7


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    config: WorldConfig
    titles: Titles
    running_truth: Truth  # as it was left: its history is the last moment's
    events: Events
    pages: list[PageLog]

    @cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """catalog, members, events and pages of the data folder."""
        return {
            "catalog": tables.catalog(self.titles, self.running_truth, self.config.seed),
            "members": tables.members(self.running_truth.members),
            "events": tables.events(self.events),
            "pages": page_table.pages(self.pages, self.config.seed),
        }

    @cached_property
    def truth(self) -> Truth:
        """The truth at any time: what members had done by then is read from the events."""
        return storage.with_log(self.running_truth, self.events)

    def write(self, path: Path) -> DataInfo:
        """
        Write DATA and DATA/truth.

        Raises:
            DataError: the folder exists and is not empty.
        """
        info = folder.write(path, self.tables, {"origin": "world", **asdict(self.config)})
        storage.save(self.running_truth, path, asdict(self.config))
        return info
