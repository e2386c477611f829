"""The plan of a server: all that a worker is told, as JSON on its standard input, and what it tells in return."""

from typing import Any, Literal

import msgspec

from pagegen.serving.logs import Style
from pagegen.serving.network import Tls


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    bundle: str
    data: str
    homepage: str = "pagegen.homepage:HOME"
    page: dict[str, Any] = {}  # settings that replace the bundle's
    now: str | None = None  # see door.py
    host: str = "127.0.0.1"
    port: int = 0  # 0: any that is free
    workers: int = 1
    insecure: bool = False
    tls: Tls | None = None
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    at_once: int = 1  # pages computed at the same time in a worker; each wants a core
    waiting: int = 24  # requests that wait for a worker's turn; the rest are turned away
    grace_seconds: float = 10.0  # for pages that are being made when the server stops
    max_age_seconds: float = 300.0  # of a connection; then clients connect anew and spread over the workers
    log: Style = "text"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the parent tells a worker: what to serve from now on."""

    bundle: str
    data: str


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a worker tells its parent.

    serving: it answers, with this bundle; also after a change. kept: it could not change and serves what it did.
    failed: it could not start.
    """

    says: Literal["serving", "kept", "failed"]
    text: str = ""  # why
    port: int = 0
    order: Order | None = None  # what it serves
    bundle_id: str = ""
    now: str = ""
