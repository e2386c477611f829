"""
Metrics for Prometheus: what workers count, and one HTTP address that adds them up.

Workers write into files of one folder (prometheus_client's multiprocess mode); the parent reads them when asked. No
label ever holds a member, a title or anything else that a caller chooses.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # what prometheus_client reads in a worker, when it is imported
SECONDS = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 2.0, 5.0)


class Meter:
    """What one worker counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter("pagegen_requests", "Answers.", ["method", "code"], registry=registry)
        self._errors = Counter("pagegen_errors", "Answers that were the server's fault.", ["method"], registry=registry)
        self._failed = Counter("pagegen_source_failures", "Pages without a source.", ["source"], registry=registry)
        self._reloads = Counter("pagegen_reloads", "Bundles taken or kept at SIGHUP.", ["result"], registry=registry)
        self._stage = Histogram(
            "pagegen_stage_seconds", "Time of a stage.", ["stage"], buckets=SECONDS, registry=registry
        )
        self._page = Histogram("pagegen_page_seconds", "Time of a page.", buckets=SECONDS, registry=registry)
        self._row = Histogram(
            "pagegen_row_seconds", "Time of further titles of a row.", buckets=SECONDS, registry=registry
        )
        self._busy = Gauge(
            "pagegen_requests_in_flight", "Waiting or served.", multiprocess_mode="livesum", registry=registry
        )
        self._bundle = Gauge(
            "pagegen_bundle_info",
            "Workers that serve a bundle.",
            ["bundle_id", "config_digest"],
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._served: set[tuple[str, str]] = set()

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        with self._busy.track_inprogress():
            yield

    def answered(self, method: str, code: str) -> None:
        self._requests.labels(method, code).inc()
        if code == "INTERNAL":
            self._errors.labels(method).inc()

    def source_failed(self, source: str) -> None:
        self._failed.labels(source).inc()

    def reloaded(self, result: str) -> None:
        self._reloads.labels(result).inc()

    def serves(self, bundle_id: str, config_digest: str) -> None:
        """Say which bundle is served, and no other."""
        for served in self._served - {(bundle_id, config_digest)}:
            self._bundle.labels(*served).set(0)  # a label once used stays in the worker's file
        self._served.add((bundle_id, config_digest))
        self._bundle.labels(bundle_id, config_digest).set(1)

    @contextmanager
    def page(self) -> Iterator[Callable[[str], None]]:
        """What to call after each stage of one page."""
        begin = last = time.perf_counter()

        def after(stage: str) -> None:
            nonlocal last
            now = time.perf_counter()
            self._stage.labels(stage).observe(now - last)
            last = now

        yield after
        self._page.observe(time.perf_counter() - begin)

    @contextmanager
    def row(self) -> Iterator[None]:
        """Around the further titles of one row."""
        with self._row.time():
            yield


def expose(folder: str, host: str, port: int) -> Callable[[], None]:
    """
    Serve the sum of what all workers count; gives what stops it.

    Raises:
        OSError: the port is taken.
    """
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    server, thread = start_http_server(port, host, registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


def forget(pid: int, folder: str) -> None:
    """A worker has gone: its gauges with it, its counts stay."""
    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
