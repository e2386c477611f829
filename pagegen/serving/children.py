"""Children: worker processes as their parent sees them."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from pagegen.serving.plan import Order, Word

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


@dataclass(frozen=True, slots=True)
class Heard:
    """A child has said something."""

    child: "Child"
    word: Word


@dataclass(frozen=True, slots=True)
class Gone:
    """A child's process has ended."""

    child: "Child"
    pid: int
    code: int


class Child:
    """One worker: the process of the moment, and what it last said."""

    def __init__(self, number: int, put: Callable[[Heard | Gone], None]) -> None:
        self.number = number
        self.serving: Word | None = None  # what it serves
        self.why = ""  # it could not start
        self.deaths = 0  # since it last served for a good while
        self._put = put
        self._process: subprocess.Popen[bytes] | None = None
        self._since = 0.0

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """A new process; it gets no signals of the terminal, which are its parent's business."""
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        with process:  # closes its pipes and waits for it
            for line in process.stdout or ():
                self._put(Heard(self, msgspec.json.decode(line, type=Word)))
        self._put(Gone(self, process.pid, process.returncode))

    def serves(self, word: Word) -> None:
        if self.serving is None:
            self._since = time.monotonic()
        self.serving, self.why = word, ""

    def died(self, good_seconds: float) -> int:
        """How many times in a row, when it did not live well in between."""
        lived = self.serving is not None and time.monotonic() - self._since >= good_seconds
        self.deaths = 1 if lived else self.deaths + 1
        self.serving = None
        return self.deaths

    def tell(self, order: Order) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # it has just gone
                self._process.stdin.write(msgspec.json.encode(order) + b"\n")
                self._process.stdin.flush()

    def ask_to_end(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def end(self, patience_seconds: float) -> None:
        """Wait until it has finished; make it after a while."""
        if self._process is None:
            return
        try:
            self._process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def worker_environment(paths: Sequence[str], **more: str) -> dict[str, str]:
    """
    The environment of a worker: every library has one thread, since requests run side by side, and modules are found
    where their parent finds them.
    """
    found = {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return dict(os.environ) | dict.fromkeys(ONE_THREAD, "1") | found | more
