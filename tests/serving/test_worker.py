"""A worker: says when it serves, and keeps what it has when the new is no good."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry

from pagegen.client import Client, ServerError
from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from pagegen.serving.live import Sources
from pagegen.serving.metrics import Meter
from pagegen.serving.plan import Order, Plan
from pagegen.serving.service import SERVICE
from pagegen.serving.worker import Worker
from tests.servers import write_bundle
from tests.worlds import ask

Status = health_pb2.HealthCheckResponse


class Running:
    """A worker that listens, and who asks it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        plan = Plan(bundle="", data="", grace_seconds=1)
        self.worker = Worker(plan, Sources(homepage=HOME, page={}, now=None), Meter(self.registry))
        self.worker.listen()
        self.client = Client(f"127.0.0.1:{self.worker.port}", retries=None)

    def health(self, service: str = "") -> str:
        with grpc.insecure_channel(f"127.0.0.1:{self.worker.port}") as channel:
            asked = health_pb2.HealthCheckRequest(service=service)
            return Status.ServingStatus.Name(health_pb2_grpc.HealthStub(channel).Check(asked, timeout=5).status)


@pytest.fixture
def running() -> Iterator[Running]:
    made = Running()
    yield made
    made.client.close()
    made.worker.stop()


def order(bundle: Path, data: Path) -> Order:
    return Order(bundle=str(bundle), data=str(data))


def test_health_follows_the_engine(running: Running, bundle_folder: Path, data_folder: Path) -> None:
    """NOT_SERVING until there is a warm engine, for the whole server and for the service."""
    before = [running.health(name) for name in ("", SERVICE)]
    with pytest.raises(ServerError, match="UNAVAILABLE"):
        running.client.generate_page(ask("m001"))

    word = running.worker.serve(order(bundle_folder, data_folder))

    running.client.wait_until_serving(5)
    page = running.client.generate_page(ask("m001"))
    assert (before, running.health()) == (["NOT_SERVING"] * 2, "SERVING")
    assert (word.says, word.bundle_id) == ("serving", page.bundle_id)


def test_a_new_bundle_is_swapped_in(running: Running, bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """The pages after the order are of the new bundle; the metrics say so."""
    running.worker.serve(order(bundle_folder, data_folder))
    first = running.client.generate_page(ask("m001")).bundle_id
    second = write_bundle(tmp_path / "second", data_folder, rng_seed=1)

    word = running.worker.change(order(tmp_path / "second", data_folder))

    assert word.says == "serving"
    assert running.client.generate_page(ask("m001")).bundle_id == second != first
    info = {
        s.labels["bundle_id"]: s.value
        for m in running.registry.collect()
        for s in m.samples
        if s.name == "pagegen_bundle_info"
    }
    assert info == {first: 0.0, second: 1.0}


def damaged(kind: str, good: Path, folder: Path) -> Path:
    """A copy of a bundle with something wrong."""
    shutil.copytree(good, folder)
    array = folder / "calibration.score.npy"
    if kind == "truncated":
        array.write_bytes(array.read_bytes()[:-8])
    elif kind == "tampered":
        array.write_bytes(array.read_bytes()[:-1] + b"\x01")
    elif kind == "incomplete":
        array.unlink()
    elif kind == "no manifest":
        (folder / "manifest.json").write_text("{")
    else:
        shutil.rmtree(folder)
    return folder


@pytest.mark.parametrize("kind", ["truncated", "tampered", "incomplete", "no manifest", "missing"])
def test_a_bad_bundle_leaves_the_old_serving(
    running: Running, bundle_folder: Path, data_folder: Path, tmp_path: Path, kind: str
) -> None:
    """Whatever is wrong with the new one: a word that says why, and the same pages as before."""
    running.worker.serve(order(bundle_folder, data_folder))
    before = running.client.generate_page(ask("m001"))

    word = running.worker.change(order(damaged(kind, bundle_folder, tmp_path / "bad"), data_folder))

    assert word.says == "kept"
    assert str(tmp_path / "bad") in word.text
    assert running.client.generate_page(ask("m001")) == before
    assert running.health() == "SERVING"
    assert running.registry.get_sample_value("pagegen_reloads_total", {"result": "kept"}) == 1


def test_settings_that_need_training_are_refused(bundle_folder: Path, data_folder: Path) -> None:
    """The fit half belongs to the bundle."""
    plan = Plan(bundle="", data="")
    sources = Sources(homepage=HOME, page={"fit": {"ranker": "boosted_trees"}}, now=None)
    worker = Worker(plan, sources, Meter(CollectorRegistry()))

    with pytest.raises(ConfigError, match=r"fit.ranker cannot be overridden"):
        worker.serve(order(bundle_folder, data_folder))
    worker.stop()
