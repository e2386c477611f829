"""The server as a whole: real processes, started and stopped as a person would."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from pagegen.client import Client
from tests.servers import ROOT, serve, write_bundle
from tests.worlds import ask


def refusal(*arguments: str) -> tuple[int, str]:
    """Exit code and the sentence of a server that does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "pagegen", "serve", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def paths(bundle_folder: Path, data_folder: Path) -> list[str]:
    return ["--bundle", str(bundle_folder), "--data", str(data_folder)]


def test_two_workers_serve_reload_and_stop(data_folder: Path, tmp_path: Path) -> None:
    """One port, one page whoever answers, one sum of metrics; SIGHUP follows the link; SIGTERM ends all."""
    first = write_bundle(tmp_path / "first", data_folder)
    current, metrics = tmp_path / "current", free_port()
    current.symlink_to("first")
    options = ["--bundle", str(current), "--data", str(data_folder), "--port", "0", "--workers", "2"]
    with serve(*options, "--metrics-port", str(metrics)) as server:
        said = server.line()
        with Client(f"127.0.0.1:{said['port']}", channels=8) as client:
            pages = {client.generate_page(ask("m001")).SerializeToString(deterministic=True) for _ in range(16)}
            counted = urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=5).read().decode()

            second = write_bundle(tmp_path / "second", data_folder, rng_seed=1)
            (tmp_path / "next").symlink_to("second")
            (tmp_path / "next").replace(current)
            server.process.send_signal(signal.SIGHUP)
            again = server.line()
            reloaded = {client.generate_page(ask("m001")).bundle_id for _ in range(16)}
        code = server.end()

    assert (said["bundle"], said["workers"]) == (first, "2")
    assert len(pages) == 1
    assert 'pagegen_requests_total{code="OK",method="GeneratePage"} 16.0' in counted
    assert "m001" not in counted
    assert (again["bundle"], reloaded) == (second, {second})
    assert (code, "".join(server.errors)) == (0, "")


def test_a_dead_worker_is_started_again(paths: list[str]) -> None:
    """Callers who try again notice nothing."""
    with serve(*paths, "--port", "0", "--workers", "1") as server:
        said = server.line()
        [worker] = children(server.process.pid)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while (now := children(server.process.pid)) in ([], [worker]) and time.monotonic() < deadline:
            time.sleep(0.05)
        with Client(f"127.0.0.1:{said['port']}") as client:
            client.wait_until_serving(30)
            page = client.generate_page(ask("m001"))
        assert server.end(signal.SIGINT) == 0

    assert len(now) == 1
    assert page.bundle_id == said["bundle"]
    assert any("a worker has died" in line for line in server.errors)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_taken_port_is_a_sentence(paths: list[str], workers: str) -> None:
    """Not a second server that shares it in silence."""
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        code, said = refusal(*paths, "--port", str(port), "--workers", workers)

    assert code == 1
    assert f"pagegen: cannot listen on 127.0.0.1:{port}: another program does" in said
    assert "Traceback" not in said


def test_wrong_starts_are_sentences(paths: list[str], bundle_folder: Path, tmp_path: Path) -> None:
    """An open address in the clear, a damaged bundle, an unknown homepage, half of TLS."""
    shutil.copytree(bundle_folder, tmp_path / "bad")
    (tmp_path / "bad" / "titles.json").write_text("[]")
    data = paths[2:]
    starts = {
        "0.0.0.0 can be reached from outside": [*paths, "--host", "0.0.0.0"],
        "titles.json has 2 bytes and should have": ["--bundle", str(tmp_path / "bad"), *data],
        "--homepage nowhere:HOME cannot be imported": [*paths, "--homepage", "nowhere:HOME"],
        "TLS needs both": [*paths, "--tls-cert", "cert.pem"],
    }

    said = {text: refusal(*arguments, "--port", "0") for text, arguments in starts.items()}

    assert {text: (code, text in error, "Traceback" in error) for text, (code, error) in said.items()} == dict.fromkeys(
        starts, (1, True, False)
    )
