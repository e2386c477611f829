"""
The load: a process that asks a server for pages from many connections, each again as soon as it has its answer.

    python -m tools.bench.load TARGET CHANNELS SECONDS < REQUESTS.json

REQUESTS is a list of [member_id, time in ms]; they are asked for in turn, and over again. Answers are counted and not
parsed: this process shares the machine with the server that it measures. It is a closed loop, so it finds the most
pages a second that the server gives, not how it fares when asked for more.
"""

import itertools
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import grpc
import msgspec

from pagegen.client import SERVICE, message
from pagegen.request import PageRequest
from tools.bench.figures import Load, percentile

WARM_SECONDS = 1.0  # before answers count
TIMEOUT_SECONDS = 10.0  # of a call
Call = Callable[..., bytes]


def load(target: str, bodies: Sequence[bytes], channels: int, seconds: float) -> Load:
    """What the server at `target` gives to so many channels in so many seconds, after a second that does not count."""
    calls = itertools.cycle(bodies)
    begin = time.monotonic() + WARM_SECONDS
    loops = [_Loop(target, calls, (begin, begin + seconds)) for _ in range(channels)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    spent = [value for loop in loops for value in loop.spent]
    return Load(
        channels=channels,
        seconds=seconds,
        pages=len(spent),
        errors=dict(sum((loop.errors for loop in loops), Counter())),
        pages_per_second=len(spent) / seconds,
        p50_ms=1e3 * percentile(spent, 50) if spent else 0.0,
        p99_ms=1e3 * percentile(spent, 99) if spent else 0.0,
    )


class _Loop(threading.Thread):
    """One connection."""

    def __init__(self, target: str, bodies: Iterator[bytes], counted: tuple[float, float]) -> None:
        super().__init__(daemon=True)
        self._target, self._bodies, self._counted = target, bodies, counted
        self.spent: list[float] = []  # seconds of each page that was answered while it counted
        self.errors: Counter[str] = Counter()

    def run(self) -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]  # a connection of its own: the server deals out connections
        with grpc.insecure_channel(self._target, options) as channel:
            call: Call = channel.unary_unary(f"/{SERVICE}/GeneratePage")
            while time.monotonic() < self._counted[1]:
                self._ask(call)

    def _ask(self, call: Call) -> None:
        begin = time.monotonic()
        try:
            call(next(self._bodies), timeout=TIMEOUT_SECONDS, wait_for_ready=True)
        except grpc.RpcError as error:
            self.errors[error.code().name] += 1
            time.sleep(0.01)  # a server that refuses is not asked in a tight loop
            return
        end = time.monotonic()
        if self._counted[0] <= end < self._counted[1]:
            self.spent.append(end - begin)


def main(arguments: Sequence[str]) -> int:
    target, channels, seconds = arguments[0], int(arguments[1]), float(arguments[2])
    asked = [PageRequest(member_id=member, time=when) for member, when in json.load(sys.stdin)]
    bodies = [message(request, "BASIC").SerializeToString() for request in asked]
    print(msgspec.json.encode(load(target, bodies, channels, seconds)).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
