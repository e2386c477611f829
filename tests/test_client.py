"""The client: typed answers, typed errors, and patience."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from grpc_health.v1 import health
from prometheus_client import CollectorRegistry

from pagegen.client import Client, ServerError, Tls, message
from pagegen.engine import Engine
from pagegen.errors import RequestError
from pagegen.request import PageRequest
from pagegen.serving.gate import Gate
from pagegen.serving.listening import bind, new_server
from pagegen.serving.metrics import Meter
from pagegen.serving.network import Tls as ServerTls
from pagegen.serving.plan import Plan
from pagegen.serving.service import PageService
from tests.servers import Served, live, serving
from tests.worlds import ask

Serving = Callable[..., Served]
__all__ = ["serving"]  # a fixture


def test_importing_it_loads_no_models() -> None:
    """A front end that asks for pages carries neither LightGBM nor the engine."""
    heavy = "{'lightgbm', 'implicit', 'scipy', 'pagegen.engine', 'prometheus_client'}"
    code = f"import sys, pagegen.client; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_wrong_request_is_the_same_error_here_and_there(serving: Serving, engine: Engine) -> None:
    """The violations that the engine raises are those that the client raises."""
    wrong = ask("m001", rows=0, columns=10_000)
    with pytest.raises(RequestError) as here:
        engine.run([wrong])

    with pytest.raises(RequestError) as there:
        serving(engine).client.generate_page(wrong)

    assert there.value.violations == here.value.violations


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (ask("m001", page_number=1), "page_number"),
        (ask("m001", rows=2**40), "rows|range"),
        (ask("m001", device="fridge"), "FRIDGE"),
        (ask("\ud800"), "surrogate|UTF-8|utf-8"),
    ],
)
def test_what_no_message_can_say_is_refused_here(request_: PageRequest, text: str) -> None:
    """Numbers beyond their type, unknown names, text that is not UTF-8."""
    with pytest.raises(RequestError, match=text):
        message(request_)


def test_a_server_that_is_not_there_is_an_error_of_the_server() -> None:
    """With gRPC's name for it."""
    with Client("127.0.0.1:1", retries=None) as client, pytest.raises(ServerError) as caught:
        client.generate_page(ask("m001"))

    assert caught.value.code == "UNAVAILABLE"


def test_unavailable_is_tried_again(serving: Serving, engine: Engine) -> None:
    """A server that is loading when it is first asked answers when it has loaded."""
    served = serving(None)
    with Client(served.target) as client:
        timer = threading.Timer(0.1, lambda: setattr(served.service, "live", live(engine)))
        timer.start()

        page = client.generate_page(ask("m001"))

        timer.join()
    assert page.rows
    refused = {"method": "GeneratePage", "code": "UNAVAILABLE"}
    assert (served.registry.get_sample_value("pagegen_requests_total", refused) or 0) >= 1


def test_waiting_for_a_server_ends(serving: Serving) -> None:
    """Nobody serves: an error after the time that was given, not later."""
    begin = time.monotonic()

    with Client("127.0.0.1:1") as client, pytest.raises(ServerError, match=r"not serving after 0\.3 s"):
        client.wait_until_serving(0.3)

    assert time.monotonic() - begin < 3


def test_several_channels_are_several_connections(serving: Serving, engine: Engine) -> None:
    """So that they can reach several workers."""
    served = serving(engine)
    with Client(served.target, channels=4) as client:
        for _ in range(8):
            client.generate_page(ask("m001"))
        connections = connected_to(int(served.target.split(":")[1]))

    assert connections == 4


def connected_to(port: int) -> int:
    """How many established connections to a port of this machine the kernel lists."""
    tables = [Path("/proc/net", name).read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    lines = [line.split() for table in tables for line in table]
    return sum(fields[2].endswith(f":{port:04X}") and fields[3] == "01" for fields in lines)


def certificate(folder: Path, name: str) -> tuple[bytes, bytes, Path, Path]:
    """A self-signed certificate and its key, and where they lie."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert.read_bytes(), key.read_bytes(), cert, key


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates with openssl")
def test_tls_lets_in_whom_it_knows(engine: Engine, tmp_path: Path) -> None:
    """With a client authority, a client with its certificate gets pages, one without gets none."""
    server_cert, _, cert_path, key_path = certificate(tmp_path, "server")
    client_cert, client_key, ca_path, _ = certificate(tmp_path, "client")
    tls = ServerTls(cert=str(cert_path), key=str(key_path), client_ca=str(ca_path))
    plan = Plan(bundle="", data="", host="localhost", tls=tls)
    service = PageService(Gate(1, 1), Meter(CollectorRegistry()))
    service.live = live(engine)
    server = new_server(plan, service, health.HealthServicer())
    target = f"localhost:{bind(server, plan)}"
    server.start()
    known = Tls(server_ca=server_cert, cert=client_cert, key=client_key)
    try:
        with Client(target, tls=known, retries=None) as client:
            page = client.generate_page(ask("m001"))
        for stranger in (Tls(server_ca=server_cert), None):
            with Client(target, tls=stranger, retries=None) as client, pytest.raises(ServerError, match="UNAVAILABLE"):
                client.generate_page(ask("m001"))
    finally:
        server.stop(None).wait()

    assert page.rows


def test_a_message_says_itself_which_view_it_wants(serving: Serving, engine: Engine) -> None:
    """A request gets the view that is asked for."""
    client = serving(engine).client

    basic = client.generate_page(ask("m001"), view="BASIC")

    assert client.generate_page(message(ask("m001"), "BASIC")) == basic
    assert not any(row.names for row in basic.rows)
