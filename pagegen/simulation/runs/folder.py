"""The folder of a run: where everything lies, and that nobody ever meets half a file."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from pagegen.arrays import record
from pagegen.errors import RunError

# What is not among the results: it differs from machine to machine and from run to run.
NO_RESULTS: Final = ("local.json", "timing.json", ".lock")


@record
class RunFolder:
    path: Path

    @property
    def plan(self) -> Path:
        """What was asked for, written first: it says whose folder this is."""
        return self.path / "plan.json"

    @property
    def run(self) -> Path:
        """What was run, written last: without it the run is not finished."""
        return self.path / "run.json"

    @property
    def local(self) -> Path:
        """Where the data lie on this machine."""
        return self.path / "local.json"

    @property
    def lock(self) -> Path:
        """Held by whoever works in the folder."""
        return self.path / ".lock"

    @property
    def timing(self) -> Path:
        return self.path / "timing.json"

    def table(self, name: str) -> Path:
        """Of occasions, estimates, differences, surfaces or leakage."""
        return self.path / f"{name}.parquet"

    def bundle(self, cell: str, cut: int) -> Path:
        return self.path / "bundles" / cell / str(cut)

    def pages(self, cell: str, part: int) -> Path:
        return self.path / "pages" / cell / f"{part:05d}.parquet"

    def values(self, cell: str, part: int) -> Path:
        return self.path / "values" / cell / f"{part:05d}.parquet"


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """In one chunk, so that equal rows are equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.partial")
    frame.rechunk().write_parquet(beside, compression="zstd", statistics=True)
    beside.rename(path)


def write_json(path: Path, content: Any) -> None:  # anything msgspec encodes
    beside = path.with_name(f".{path.name}.partial")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    beside.rename(path)


def columns_of(path: Path) -> list[str]:
    """The columns of a table; none where it is not there, or not whole, as after a loss of power."""
    try:
        return list(pl.read_parquet_schema(path))
    except (OSError, pl.exceptions.PolarsError):
        return []


def read_json(path: Path) -> dict[str, Any]:
    """
    What was written there.

    Raises:
        RunError: missing or damaged.
    """
    try:
        found: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({error}); {path.parent} is not the folder of a run: name another"
        raise RunError(message) from error
    return found


@contextmanager
def held(folder: RunFolder) -> Iterator[None]:
    """
    Nobody else works in the folder meanwhile. A process that ends, however it ends, lets go of it.

    Raises:
        RunError: somebody does, or it is no folder.
    """
    if folder.path.is_file():
        message = f"--out {folder.path} is a file; name a new folder"
        raise RunError(message)
    folder.path.mkdir(parents=True, exist_ok=True)
    with folder.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another process is at work in {folder.path}; wait until it is done, or name another folder"
            raise RunError(message) from error
        yield


def claim(folder: RunFolder, plan: dict[str, Any]) -> None:
    """
    Make the folder this plan's, unless it is already.

    Raises:
        RunError: it belongs to another experiment, or to something else.
    """
    plan = msgspec.json.decode(msgspec.json.encode(plan), type=dict[str, Any])
    if not folder.plan.exists():
        if others := [path.name for path in folder.path.iterdir() if not path.name.startswith(".")]:
            message = f"--out {folder.path} holds {others[0]}, and no run; name a new folder"
            raise RunError(message)
        write_json(folder.plan, plan)
    before = read_json(folder.plan)
    if differing := [key for key in {**before, **plan} if before.get(key) != plan.get(key)]:
        what = f"the run of another experiment ({', '.join(differing)} differ{'s' * (len(differing) == 1)})"
        message = f"--out {folder.path} holds {what}; name another folder, or remove it"
        raise RunError(message)
