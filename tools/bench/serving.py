"""Serving: start-up, throughput and memory of `pagegen serve`, on the loopback, in processes that end with this one."""

import json
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import msgspec

from pagegen.client import Client
from pagegen.request import PageRequest
from tools.bench.figures import Load, Memory, Serving

START_SECONDS: Final = 120.0  # that a server may take
STOP_SECONDS: Final = 20.0
WARM: Final = 50  # pages before memory is read
SERVES: Final = re.compile(r"SERVING on (\S+):")
MB: Final = 1024  # of the kB that /proc counts in


class ServerGoneError(Exception):
    """The server did not start, or did not answer every request."""


@dataclass(frozen=True, slots=True)
class Server:
    pid: int  # of the parent
    target: str
    start_up_s: float

    def memory(self) -> list[Memory]:
        """Of each worker; nothing on a system without /proc."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [memory(Path("/proc", pid)) for pid in children.read_text().split()] if children.exists() else []


def measure(
    bundle: Path, data: Path, requests: Sequence[PageRequest], load: tuple[int, int, float], say: Callable[[str], None]
) -> Serving:
    """
    Figures of a server with one worker and of one with several.

    Args:
        bundle: what is served.
        data: beside it.
        requests: asked for, in turn.
        load: workers, channels and seconds.
        say: told what begins.

    Raises:
        ServerGoneError: it does not serve, or not everyone.
    """
    workers, channels, seconds = load
    say("a server with one worker")
    with served(bundle, data, 1) as one, Client(one.target, timeout_seconds=30) as client:
        for request in requests[:WARM]:
            client.generate_page(request)
        alone = next(iter(one.memory()), None)
    say(f"a server with {workers} workers, {channels} channels, {seconds:g} s")
    with served(bundle, data, workers) as server:
        found = _loaded(server.target, requests, channels, seconds)
        together = sum(memory.pss for memory in server.memory())
    further = (together - alone.pss) / (workers - 1) if alone is not None and workers > 1 else None
    return Serving(
        workers=workers,
        start_up_s=server.start_up_s,
        one_worker_start_up_s=one.start_up_s,
        load=found,
        one_worker=alone,
        additional_worker_mb=further,
    )


def _loaded(target: str, requests: Sequence[PageRequest], channels: int, seconds: float) -> Load:
    """What a client process of its own found."""
    asked = json.dumps([(request.member_id, request.time) for request in requests])
    command = [sys.executable, "-m", "tools.bench.load", target, str(channels), str(seconds)]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode:
        message = f"the load failed: {done.stderr.strip().splitlines()[-1:]}"
        raise ServerGoneError(message)
    found = msgspec.json.decode(done.stdout, type=Load)
    if found.errors or not found.pages:
        message = f"the server gave {found.pages} pages and these errors: {found.errors}"
        raise ServerGoneError(message)
    return found


@contextmanager
def served(bundle: Path, data: Path, workers: int) -> Iterator[Server]:
    """
    A server on a free port of the loopback, which has ended when the block has.

    Raises:
        ServerGoneError: it does not start.
    """
    command = [sys.executable, "-m", "pagegen", "serve", "--bundle", str(bundle), "--data", str(data)]
    command += ["--port", "0", "--workers", str(workers)]
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        target = _target(process.stdout)
        yield Server(process.pid, target, time.monotonic() - begin)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _target(said: IO[str] | None) -> str:
    """Where it serves, once it says so."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=lambda: lines.put(said.readline() if said else ""), daemon=True).start()
    try:
        line = lines.get(timeout=START_SECONDS)
    except queue.Empty:
        line = ""
    found = SERVES.match(line)
    if found is None:
        message = f"the server does not serve; `pagegen serve` says why ({line.strip() or 'nothing'})"
        raise ServerGoneError(message)
    return found[1]


def memory(process: Path) -> Memory:
    """Of a process, by its folder in /proc."""
    lines = [line.split() for line in (process / "smaps_rollup").read_text().splitlines()[1:]]
    kb = {line[0].rstrip(":"): int(line[1]) for line in lines}
    return Memory(pss=kb["Pss"] / MB, uss=(kb["Private_Clean"] + kb["Private_Dirty"]) / MB)
