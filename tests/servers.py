"""Servers, in this process or in one of their own, and a bundle on disk. Its fixtures are imported by conftests."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from grpc_health.v1 import health
from prometheus_client import CollectorRegistry

from pagegen.bundle.store import describe, save
from pagegen.client import Client
from pagegen.data import folder as folders
from pagegen.data.dataset import Past, read_dataset
from pagegen.engine import Engine
from pagegen.serving.door import open_door
from pagegen.serving.gate import Gate
from pagegen.serving.listening import bind, new_server
from pagegen.serving.live import Live
from pagegen.serving.metrics import Meter
from pagegen.serving.plan import Plan
from pagegen.serving.service import PageService
from tests.worlds import NOW, World, small_settings, tiny_models

ROOT = Path(__file__).resolve().parents[1]
SERVING = re.compile(
    r"SERVING on 127\.0\.0\.1:(?P<port>\d+): bundle (?P<bundle>\w+), workers (?P<workers>\d+), now is .+"
)


class Served:
    """A server in this process: its service, a client, and what it counts."""

    def __init__(self, engine: Engine | None, *, at_once: int = 1, waiting: int = 24) -> None:
        plan = Plan(bundle="", data="")
        self.registry = CollectorRegistry()
        self.service = PageService(Gate(at_once, waiting), Meter(self.registry))
        if engine is not None:
            self.service.live = live(engine)
        self.server = new_server(plan, self.service, health.HealthServicer())
        self.target = f"127.0.0.1:{bind(self.server, plan)}"
        self.server.start()
        self.client = Client(self.target, retries=None)

    def close(self) -> None:
        self.client.close()
        self.server.stop(None).wait()


def live(engine: Engine) -> Live:
    return Live(engine=engine, door=open_door(str(NOW), engine.data.end_ms, lambda: NOW))


@pytest.fixture
def serving() -> Iterator[Callable[..., Served]]:
    """Starts servers; they end with the test."""
    with ExitStack() as stack:

        def start(engine: Engine | None, **limits: int) -> Served:
            served = Served(engine, **limits)
            stack.callback(served.close)
            return served

        yield start


@pytest.fixture(scope="session")
def data_folder(medium: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "medium"
    folders.write(folder, medium.tables, {})
    return folder


def write_bundle(folder: Path, data_folder: Path, rng_seed: int = 0) -> str:
    """A bundle of the medium world; its id."""
    data, settings = read_dataset(data_folder), small_settings()
    models = tiny_models(data, settings)
    facts = describe(settings, Past(data=data, watermark=len(data.events)), rng_seed) | {"report": {}}
    return save(folder, models, data.catalog.ids.names, facts)


@pytest.fixture(scope="session")
def bundle_folder(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles") / "first"
    write_bundle(folder, data_folder)
    return folder


class Process:
    """`pagegen serve` and what it has printed."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "pagegen", "serve", *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        self.errors: list[str] = []
        self._reader = threading.Thread(target=lambda: self.errors.extend(self.process.stderr or ()), daemon=True)
        self._reader.start()

    def line(self) -> dict[str, str]:
        """What the next line that says SERVING says."""
        found = SERVING.fullmatch((self.process.stdout or iter(())).readline().strip())  # type: ignore[union-attr]
        assert found, "".join(self.errors)
        return found.groupdict()

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()
        return code


@contextmanager
def serve(*arguments: str) -> Iterator[Process]:
    process = Process(*arguments)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.end()
