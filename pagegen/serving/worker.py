"""
One worker: a process with one engine behind one gRPC server.

Its parent writes orders to its standard input, a line each; when that ends, by a word or because the parent died, the
worker finishes its pages and goes.
"""

import gc
import logging
import queue
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse
from prometheus_client import REGISTRY

from pagegen.bundle.parts import Homepage
from pagegen.errors import PagegenError
from pagegen.serving.gate import Gate
from pagegen.serving.listening import bind, new_server
from pagegen.serving.live import Sources, load_live
from pagegen.serving.metrics import Meter
from pagegen.serving.plan import Order, Plan, Word
from pagegen.serving.service import SERVICE, PageService

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING
log = logging.getLogger(__name__)


class Worker:
    """A gRPC server, its health, and what it serves."""

    def __init__(self, plan: Plan, sources: Sources, meter: Meter) -> None:
        self._plan, self._sources, self._meter = plan, sources, meter
        self._service = PageService(Gate(plan.at_once, plan.waiting), meter)
        self._health = health.HealthServicer()
        self._server = new_server(plan, self._service, self._health)
        self._set_health(NOT_SERVING)
        self.port = 0

    def listen(self) -> None:
        """
        Take connections.

        Raises:
            ConfigError: the port is taken, or the certificates are no such.
        """
        self.port = bind(self._server, self._plan)
        self._server.start()

    def serve(self, order: Order) -> Word:
        """
        Load beside, warm, swap. Pages that are being made keep what they began with.

        Raises:
            PagegenError: what is on disk cannot be served; all is as before.
        """
        live = load_live(self._sources, Path(order.bundle), Path(order.data), self._service.live)
        live.warm()
        self._service.live = live
        _keep_out_of_collections()
        identity = live.engine.identity
        self._meter.serves(identity.bundle_id, identity.config_digest)
        self._set_health(SERVING)
        return Word(says="serving", port=self.port, order=order, bundle_id=identity.bundle_id, now=live.door.says)

    def change(self, order: Order) -> Word:
        """Serve something else, or what is served now when that cannot be."""
        try:
            word = self.serve(order)
        except Exception as error:  # whatever is wrong with the new, the old goes on
            log.error("the new bundle is refused, the old is kept", exc_info=error, extra={"bundle": order.bundle})  # noqa: TRY400
            word = Word(says="kept", text=str(error) if isinstance(error, PagegenError) else repr(error))
        self._meter.reloaded("taken" if word.says == "serving" else "kept")
        return word

    def stop(self) -> None:
        """Say so, take no more, finish what is begun."""
        self._health.enter_graceful_shutdown()
        self._server.stop(self._plan.grace_seconds).wait()

    def _set_health(self, status: int) -> None:
        for name in ("", SERVICE):
            self._health.set(name, status)


def work(plan: Plan, homepage: Homepage, tell: Callable[[Word], None], *, early: bool) -> None:
    """
    Serve until told to stop.

    Args:
        plan: what to serve and where.
        homepage: what the names in the bundle mean.
        tell: takes what the parent should know.
        early: listen, and say NOT_SERVING, before there is anything to serve; a worker that joins others does not.

    Raises:
        PagegenError: it cannot start.
    """
    orders = listen_to_parent()
    worker = Worker(plan, Sources(homepage=homepage, page=plan.page, now=plan.now), Meter(REGISTRY))
    try:
        if early:
            worker.listen()
        word = worker.serve(Order(bundle=plan.bundle, data=plan.data))
        if not early:
            worker.listen()
        tell(msgspec.structs.replace(word, port=worker.port))
        while (order := orders.get()) is not None:
            tell(worker.change(order))
    finally:
        worker.stop()


def listen_to_parent() -> "queue.SimpleQueue[Order | None]":
    """Orders as they come; None is the last."""
    orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()

    def read() -> None:
        with open(0, "rb", buffering=0, closefd=False) as lines:  # unbuffered: holds no lock at exit
            for line in lines:
                orders.put(msgspec.json.decode(line, type=Order))
        orders.put(None)

    signal.signal(signal.SIGTERM, lambda *_: orders.put(None))
    for ignored in (signal.SIGINT, signal.SIGHUP):  # the parent's business
        signal.signal(ignored, signal.SIG_IGN)
    threading.Thread(target=read, name="orders", daemon=True).start()
    return orders


def _keep_out_of_collections() -> None:
    """
    What was just loaded stays until it is replaced, so the collector need not walk it between pages: p99 of a page fell
    by a tenth. What it replaced is let go first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
