"""Addresses: the open ones are refused in the clear, the taken ones with a sentence."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from pagegen.errors import ConfigError
from pagegen.serving.network import Tls, check_address, read_pem, reserve

CERTIFICATES = Tls(cert="cert.pem", key="key.pem")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_an_open_address_wants_tls_or_a_word(host: str) -> None:
    """Refused by default, with what to do; allowed with either."""
    with pytest.raises(ConfigError, match=r"--tls-cert and --tls-key, or --insecure"):
        check_address(host, None, insecure=False)

    check_address(host, CERTIFICATES, insecure=False)
    check_address(host, None, insecure=True)
    check_address("127.0.0.1", None, insecure=False)


def test_a_port_somebody_listens_on_is_not_shared() -> None:
    """Even when the other would share it."""
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: another program does"):
            reserve("127.0.0.1", port)


def test_a_port_that_is_held_is_not_held_again() -> None:
    """A second server of ours is refused before its workers start."""
    with reserve("127.0.0.1", 0) as held:
        port = held.getsockname()[1]

        with pytest.raises(ConfigError):
            reserve("127.0.0.1", port)
    reserve("127.0.0.1", port).close()


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    """Missing files and files that are something else, by name."""
    other = tmp_path / "other.txt"
    other.write_text("hello")

    for path, text in ((tmp_path / "none.pem", "cannot be read"), (other, "not in PEM")):
        with pytest.raises(ConfigError, match=text):
            read_pem(str(path))
