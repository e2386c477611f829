"""Addresses: which are safe to listen on, whether one is free, and the certificates that make others safe."""

import ipaddress
import socket
from contextlib import closing
from pathlib import Path

import msgspec

from pagegen.errors import ConfigError


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Files in PEM."""

    cert: str
    key: str
    client_ca: str | None = None  # whose clients alone are let in


def check_address(host: str, tls: Tls | None, *, insecure: bool) -> None:
    """
    Refuse to listen in the open on an address that others reach.

    Raises:
        ConfigError: not loopback, without TLS and not told to.
    """
    if not (is_loopback(host) or tls or insecure):
        message = (
            f"{host} can be reached from outside; pass --tls-cert and --tls-key, or --insecure if something in front "
            "of it keeps strangers out"
        )
        raise ConfigError(message)


def is_loopback(host: str) -> bool:
    """
    Whether only this machine reaches an address.

    Examples:
        >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
        [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(host: str, port: int) -> str:
    """
    Host and port in one.

    Examples:
        >>> address("127.0.0.1", 80), address("::1", 80)
        ('127.0.0.1:80', '[::1]:80')
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def reserve(host: str, port: int) -> socket.socket:
    """
    Hold a port that several workers will share: it is free now, and no other server of ours takes it meanwhile.

    The socket never listens, so no connection reaches it. Sharing alone would let a second server join in silence.

    Raises:
        ConfigError: somebody listens on it, or it cannot be had.
    """
    family = _family(host, port)
    try:
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger are no listener
            probe.bind((host, port))
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((host, port))
    except OSError as error:
        raise ConfigError(taken(host, port)) from error
    return held


def _family(host: str, port: int) -> socket.AddressFamily:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        message = f"{host} is no address of this machine ({error})"
        raise ConfigError(message) from error


def taken(host: str, port: int) -> str:
    where = address(host, port)
    return f"cannot listen on {where}: another program does, or it is not this machine's; pass another --port"


def read_pem(path: str) -> bytes:
    """
    A certificate or key.

    Raises:
        ConfigError: unreadable, or not PEM.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror})"
        raise ConfigError(message) from error
    if b"-----BEGIN " not in content:
        message = f"{path} is not in PEM (no -----BEGIN line)"
        raise ConfigError(message)
    return content
