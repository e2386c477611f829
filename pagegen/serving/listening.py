"""The gRPC server of a worker: what it answers, what it refuses unread, and where it listens."""

from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from pagegen.errors import ConfigError
from pagegen.serving.network import Tls, address, read_pem, taken
from pagegen.serving.plan import Plan
from pagegen.serving.service import SERVICE, PageService

MAX_REQUEST_BYTES = 256 << 10
SPARE_THREADS = 16  # beside those of requests that are served or wait: for health, and for turning others away


def new_server(plan: Plan, service: PageService, healths: health.HealthServicer) -> grpc.Server:
    """A server that answers pages, health and reflection, and listens nowhere yet."""
    age_ms, grace_ms = round(plan.max_age_seconds * 1_000), round(plan.grace_seconds * 1_000)
    options = [
        ("grpc.so_reuseport", int(plan.workers > 1)),  # one worker: so that a clash is an error
        ("grpc.max_receive_message_length", MAX_REQUEST_BYTES),
        ("grpc.max_connection_age_ms", age_ms),
        ("grpc.max_connection_age_grace_ms", grace_ms),
    ]
    threads = ThreadPoolExecutor(plan.at_once + plan.waiting + SPARE_THREADS, thread_name_prefix="call")
    server = grpc.server(threads, options=options)
    server.add_generic_rpc_handlers((service.handler(),))
    health_pb2_grpc.add_HealthServicer_to_server(healths, server)
    reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    return server


def bind(server: grpc.Server, plan: Plan) -> int:
    """The port it listens on."""
    where = address(plan.host, plan.port)
    try:
        port = server.add_secure_port(where, credentials(plan.tls)) if plan.tls else server.add_insecure_port(where)
    except RuntimeError:
        port = 0
    if not port:
        raise ConfigError(taken(plan.host, plan.port))
    return port


def credentials(tls: Tls) -> grpc.ServerCredentials:
    pair = (read_pem(tls.key), read_pem(tls.cert))
    ca = None if tls.client_ca is None else read_pem(tls.client_ca)
    return grpc.ssl_server_credentials([pair], ca, require_client_auth=ca is not None)
