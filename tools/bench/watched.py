"""A command, and what it and its children take while it runs: seconds, CPU time and memory."""

import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tools.bench.serving import memory

POLL_SECONDS: Final = 1.0  # to look costs 10 ms, which the workers should have


class CommandFailedError(Exception):
    """The command did not do what it was to do."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float  # since the command began
    made: int  # by what `count` says
    cpu_seconds: float  # of the command and its children so far
    parent_mb: float  # PSS: its share of what it shares
    children_mb: tuple[float, ...]  # PSS, the largest first; nothing of those that end at the moment


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    began: float  # seconds since the epoch
    seconds: float
    cpu_seconds: float  # of all processes, to their end
    samples: tuple[Sample, ...]  # none on a system without /proc


def watch(command: Sequence[str], count: Callable[[], int]) -> Watched:
    """
    Run a command to its end.

    Args:
        command: and its arguments.
        count: how much it has made so far.

    Raises:
        CommandFailedError: with the last line it said.
    """
    began, before, samples = time.time(), _children_seconds(), list[Sample]()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            samples += _sample(process.pid, time.time() - began, count)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL_SECONDS)
        seconds, said = time.time() - began, process.stderr.read() if process.stderr else ""
    if process.returncode:
        message = f"{' '.join(command)} failed: {' '.join(said.strip().splitlines()[-1:])}"
        raise CommandFailedError(message)
    cpu_seconds = _children_seconds() - before
    return Watched(began=began, seconds=seconds, cpu_seconds=cpu_seconds, samples=tuple(samples))


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _sample(pid: int, seconds: float, count: Callable[[], int]) -> Iterator[Sample]:
    """One, or none when the processes cannot be read."""
    parent = Path("/proc", str(pid))
    try:
        children = [
            Path("/proc", child) for file in parent.glob("task/*/children") for child in file.read_text().split()
        ]
        sizes = sorted((memory(child).pss for child in children), reverse=True)
        yield Sample(
            seconds=seconds,
            made=count(),
            cpu_seconds=cpu_seconds(parent) + sum(map(cpu_seconds, children)),
            parent_mb=memory(parent).pss,
            children_mb=tuple(sizes),
        )
    except (OSError, KeyError):  # one of them has just ended
        return


def cpu_seconds(process: Path) -> float:
    """Of a process, by its folder in /proc, and of the children it has waited for."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()  # the name before it may hold anything
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
