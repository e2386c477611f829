"""
The truth on disk: DATA/truth/, one .npy an array and truth.json with the sha256 of each. Never pickle.

What members have done is not stored twice: it is read from DATA's events.
"""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from pagegen.data import folder
from pagegen.data.schema import EVENT_KINDS
from pagegen.errors import DataError
from pagegen.simulation.world import history
from pagegen.simulation.world.history import Events
from pagegen.simulation.world.ids import position
from pagegen.simulation.world.population import DEVICES, Members
from pagegen.simulation.world.rhythm import EPOCH_MS, SECOND_MS
from pagegen.simulation.world.taste import Tastes
from pagegen.simulation.world.trends import Trends
from pagegen.simulation.world.truth import Facts, Truth
from pagegen.simulation.world.windows import Windows

FORMAT: Final = 1
PARTS: Final[dict[str, type]] = {
    "facts": Facts,
    "windows": Windows,
    "members": Members,
    "tastes": Tastes,
    "trends": Trends,
}


class TruthInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What `truth.json` says."""

    format: int
    config: dict[str, int]
    data_digest: str  # of the data folder it belongs to
    files: dict[str, str]  # name: sha256


def with_log(truth: Truth, events: Events) -> Truth:
    outcome = history.outcomes(events, truth.facts.seasons, truth.facts.episodes)
    return replace(truth, history=history.log(events, outcome, len(truth.members), truth.facts.franchise))


def save(truth: Truth, data: Path, config: dict[str, int]) -> None:
    """Write DATA/truth beside a data folder's tables."""
    beside, target = data / ".truth.partial", data / "truth"
    beside.mkdir()
    for part, kind in PARTS.items():
        for field in fields(kind):
            np.save(beside / f"{part}.{field.name}.npy", getattr(getattr(truth, part), field.name), allow_pickle=False)
    files = {path.name: folder.sha256_of(path) for path in sorted(beside.iterdir())}
    info = TruthInfo(format=FORMAT, config=config, data_digest=folder.read_info(data).digest, files=files)
    (beside / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(info), indent=2) + b"\n")
    beside.rename(target)


def load(data: Path) -> Truth:
    """
    The truth of a world's data folder.

    Raises:
        DataError: no world, or its truth is damaged or belongs to other data.
    """
    info = _read_info(data)
    for name, sha256 in info.files.items():
        path = data / "truth" / name
        if not path.is_file() or folder.sha256_of(path) != sha256:
            message = f"{path} is missing or not what truth.json says; make the world again with `pagegen world`"
            raise DataError(message)
    parts: dict[str, Any] = {
        part: kind(
            **{
                field.name: np.load(data / "truth" / f"{part}.{field.name}.npy", allow_pickle=False)
                for field in fields(kind)
            }
        )
        for part, kind in PARTS.items()
    }
    events = read_events(folder.read_table(data, "events"))
    nothing = history.live(0, parts["facts"].franchise)
    return with_log(Truth(seed=info.config["seed"], history=nothing, **parts), events)


def _read_info(data: Path) -> TruthInfo:
    path = data / "truth" / "truth.json"
    if not path.is_file():
        message = f"{data} has no truth (no {path.name}); only worlds made by `pagegen world` do"
        raise DataError(message)
    try:
        info = msgspec.json.decode(path.read_bytes(), type=TruthInfo)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        message = f"{path} cannot be read ({error}); make the world again with `pagegen world`"
        raise DataError(message) from error
    if info.format != FORMAT:
        message = (
            f"{path} has format {info.format}, this pagegen reads {FORMAT}; make the world again with `pagegen world`"
        )
        raise DataError(message)
    if info.data_digest != folder.read_info(data).digest:
        message = f"{path} belongs to other data than {data}; make the world again with `pagegen world`"
        raise DataError(message)
    return info


def read_events(frame: pl.DataFrame) -> Events:
    """Arrays of a world's events table."""
    kinds = {name: place for place, name in enumerate(EVENT_KINDS)}
    devices = {name: place for place, name in enumerate(DEVICES)}
    return Events(
        member=position(frame["member_id"]),
        title=position(frame["title_id"]),
        kind=frame["kind"].replace_strict(kinds, return_dtype=pl.Int8).to_numpy(),
        seconds=((frame["time"].cast(pl.Int64) - EPOCH_MS) // SECOND_MS).cast(pl.Int32).to_numpy(),
        watched_seconds=frame["watched_seconds"].fill_null(np.nan).to_numpy(),
        fraction=frame["fraction"].fill_null(np.nan).to_numpy(),
        season=frame["season"].fill_null(0).to_numpy(),
        episode=frame["episode"].fill_null(0).to_numpy(),
        device=frame["device"].replace_strict(devices, return_dtype=pl.Int8).to_numpy(),
    )
