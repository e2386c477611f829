"""`pagegen serve`: pages over gRPC."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pagegen.cli.options import FOLDER, homepage_option, now_option, set_option
from pagegen.errors import ConfigError
from pagegen.serving import logs, server
from pagegen.serving.network import Tls
from pagegen.serving.plan import Plan

WORKER = (sys.executable, "-m", "pagegen.cli.worker")
PORT = click.IntRange(0, 65_535)


@click.command()
@click.option("--bundle", type=FOLDER, required=True, help="Bundle to serve; may be a link, such as DIR/current.")
@click.option("--data", type=FOLDER, required=True, help="Data folder; may be a link.")
@click.option("--port", type=PORT, default=50_051, show_default=True, help="0 takes any that is free.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; one a core.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--insecure", is_flag=True, help="Listen in the clear on an address that others reach.")
@click.option("--tls-cert", metavar="PEM", help="Certificate of the server.")
@click.option("--tls-key", metavar="PEM", help="Its key.")
@click.option("--tls-client-ca", metavar="PEM", help="Let in only clients with a certificate of this authority.")
@click.option("--metrics-port", type=PORT, help="Publish Prometheus metrics here. [none]")
@click.option("--metrics-host", default="127.0.0.1", show_default=True, help="Address of the metrics.")
@click.option("--log", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the log.")
@now_option
@homepage_option
@set_option
def serve(
    *,
    bundle: Path,
    data: Path,
    tls_cert: str | None,
    tls_key: str | None,
    tls_client_ca: str | None,
    override: Mapping[str, Any],
    log: logs.Style,
    **options: Any,  # fields of the plan that need no change
) -> None:
    """
    Serve pages over gRPC until SIGTERM or Ctrl-C.

    SIGHUP looks again at what --bundle and --data name: it is verified, loaded beside and warmed, then swapped in;
    when anything is wrong with it the old goes on. Health says NOT_SERVING until there is something to serve.
    """
    logs.set_up(log)
    tls = _tls(tls_cert, tls_key, tls_client_ca)
    plan = Plan(bundle=str(bundle), data=str(data), tls=tls, page=dict(override), log=log, **options)
    server.serve(plan, WORKER, click.echo)


def _tls(cert: str | None, key: str | None, client_ca: str | None) -> Tls | None:
    if cert and key:
        return Tls(cert=cert, key=key, client_ca=client_ca)
    if cert or key or client_ca:
        message = "TLS needs both --tls-cert and --tls-key"
        raise ConfigError(message)
    return None
