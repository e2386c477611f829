"""
The server: a parent that starts workers, tells them what to serve, restarts those that die, and stops them all.

Workers are new processes on one port (SO_REUSEPORT; the kernel deals out connections), never forks. The parent
itself loads no model and answers no page; it publishes the metrics of all.
"""

import logging
import os
import queue
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Literal, TypeAlias

import msgspec

from pagegen.errors import ConfigError, PagegenError
from pagegen.serving.children import Child, Gone, Heard, worker_environment
from pagegen.serving.metrics import FOLDER, expose, forget
from pagegen.serving.network import address, check_address, reserve
from pagegen.serving.plan import Order, Plan

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds until a dead worker is started again; doubles with each death
DEATHS = 8  # of one worker, without a good minute between them, until it is given up
GOOD_SECONDS = 60.0
Event: TypeAlias = Heard | Gone | Child | Literal["stop", "reload"]  # a child: it is time to start it again
log = logging.getLogger(__name__)


class ServeError(PagegenError):
    """The server cannot start, or cannot go on."""


def serve(plan: Plan, command: Sequence[str], say: Callable[[str], None]) -> None:
    """
    Serve until SIGTERM or SIGINT; SIGHUP looks again what the paths of bundle and data name.

    Args:
        plan: what and where.
        command: starts a worker, when followed by the plan as JSON and `first` or `joins`.
        say: takes a line for people whenever all workers serve.

    Raises:
        PagegenError: it cannot start, or all workers are given up.
    """
    check_address(plan.host, plan.tls, insecure=plan.insecure)
    with ExitStack() as stack:
        if plan.workers > 1:
            held = stack.enter_context(reserve(plan.host, plan.port))
            plan = msgspec.structs.replace(plan, port=held.getsockname()[1])
        folder = _publish(plan, stack)
        _Parent(plan, command, folder, say).run()


def _publish(plan: Plan, stack: ExitStack) -> str:
    """The folder in which workers count; empty when nobody wants to know."""
    if plan.metrics_port is None:
        return ""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pagegen-metrics-"))
    try:
        stack.callback(expose(folder, plan.metrics_host, plan.metrics_port))
    except OSError as error:
        message = f"cannot publish metrics on {address(plan.metrics_host, plan.metrics_port)} ({error.strerror})"
        raise ConfigError(message) from error
    return folder


class _Parent:
    def __init__(self, plan: Plan, command: Sequence[str], folder: str, say: Callable[[str], None]) -> None:
        self._plan, self._command, self._folder, self._say = plan, command, folder, say
        self._order = self._wanted = _resolved(plan)  # what a worker has been able to serve; what all were told to
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._children = [Child(number, self._events.put) for number in range(plan.workers)]
        self._silent = set(self._children)  # who has not yet said what became of the last order
        self._started = False  # all have served once

    def run(self) -> None:
        events: Mapping[int, Event] = {signal.SIGTERM: "stop", signal.SIGINT: "stop", signal.SIGHUP: "reload"}
        before = {n: signal.signal(n, lambda n, _: self._events.put(events[n])) for n in events}
        try:
            for child in self._children:
                self._start(child)
            while (event := self._events.get()) != "stop":
                self._handle(event)
        finally:
            for child in self._children:
                child.ask_to_end()
            for child in self._children:
                child.end(self._plan.grace_seconds + 5)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, event: Event) -> None:
        match event:
            case Heard():
                self._heard(event)
            case Gone():
                self._gone(event)
            case Child():
                self._start(event)
            case _:
                self._reload()

    def _start(self, child: Child) -> None:
        plan = msgspec.structs.replace(self._plan, bundle=self._order.bundle, data=self._order.data)
        joins = any(other.serving for other in self._children)
        folder = {FOLDER: self._folder} if self._folder else {}
        command = [*self._command, msgspec.json.encode(plan).decode(), "joins" if joins else "first"]
        child.start(command, worker_environment(sys.path, **folder))
        if self._wanted != self._order:  # it missed what the others are about to change to
            child.tell(self._wanted)

    def _heard(self, event: Heard) -> None:
        child, word = event.child, event.word
        if word.says == "failed":
            child.why = word.text
            return
        if word.order is not None:
            child.serves(word)
            self._order = word.order
            self._plan = msgspec.structs.replace(self._plan, port=word.port)
        else:
            self._wanted = self._order
        self._answered(child)

    def _answered(self, child: Child) -> None:
        if child in self._silent:
            self._silent.remove(child)
            if not self._silent:
                self._started = True
                self._say(self._line())

    def _line(self) -> str:
        words = [child.serving for child in self._children if child.serving]
        bundles = " and ".join(sorted({word.bundle_id for word in words}))
        now = words[0].now if words else "-"
        where = address(self._plan.host, self._plan.port)
        return f"SERVING on {where}: bundle {bundles}, workers {len(words)}, now is {now}"

    def _gone(self, event: Gone) -> None:
        child = event.child
        if not self._started:
            raise ServeError(child.why or f"worker {child.number} ended with exit code {event.code} before it served")
        if self._folder:
            forget(event.pid, self._folder)
        deaths = child.died(GOOD_SECONDS)
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (deaths - 1))
        told = {"worker": child.number, "exit_code": event.code, "deaths": deaths, "why": child.why}
        self._silent.discard(child)
        if deaths <= DEATHS:
            log.error("a worker has died and will be started again", extra=told)
            threading.Timer(delay, self._events.put, [child]).start()
            return
        log.error("a worker keeps dying and is given up", extra=told)
        if all(other.deaths > DEATHS for other in self._children):
            message = f"all workers keep dying; the last one: {child.why or event.code}"
            raise ServeError(message)

    def _reload(self) -> None:
        self._wanted = _resolved(self._plan)
        self._silent |= {child for child in self._children if child.serving}
        for child in self._children:
            child.tell(self._wanted)


def _resolved(plan: Plan) -> Order:
    """The folders that links such as DIR/current name at this moment."""
    return Order(bundle=os.path.realpath(plan.bundle), data=os.path.realpath(plan.data))
