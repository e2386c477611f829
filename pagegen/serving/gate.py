"""
The gate: few pages are computed at once, few wait, the rest are turned away at once.

Without it a server that is asked for twice what it can do answers almost nothing in time. Threads are cheap waiting
rooms; health is answered past the gate.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pagegen.errors import PagegenError

RETRY_MS = 100  # when a caller who was turned away may come again
LONGEST_SECONDS = 60.0  # that anyone waits for a turn


class OverloadError(PagegenError):
    """More requests wait than can be answered soon."""


class ExpiredError(PagegenError):
    """The caller no longer waits for the answer."""


class Gate:
    """Lets `at_once` in, lets `waiting` more wait, turns others away."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._most = at_once + waiting
        self._inside = 0
        self._lock = threading.Lock()
        self._free = threading.Semaphore(at_once)

    @contextmanager
    def entered(self, timeout_seconds: float | None) -> Iterator[None]:
        """
        A turn at computing.

        Raises:
            OverloadError: too many wait.
            ExpiredError: no turn came in time.
        """
        with self._counted():
            patience = LONGEST_SECONDS if timeout_seconds is None else min(timeout_seconds, LONGEST_SECONDS)
            if not self._free.acquire(timeout=patience):
                message = "the deadline passed before the page's turn came"
                raise ExpiredError(message)
            try:
                yield
            finally:
                self._free.release()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            if self._inside >= self._most:
                message = "too many requests wait; come again a little later"
                raise OverloadError(message)
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
