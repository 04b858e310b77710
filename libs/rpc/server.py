"""The lifecycle of a gRPC server: refuse to start unsafe, answer health checks, drain on a signal."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc.aio
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health import aio as health
from grpc_health.v1.health_pb2 import HealthCheckResponse

from libs.rpc.channel import MESSAGE_OPTIONS
from libs.rpc.identity import Authenticator, IdentityInterceptor
from libs.rpc.status import ErrorInterceptor

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Service:
    """A service to serve: its descriptor, the generated `add_...Servicer_to_server`, and what answers."""

    descriptor: ServiceDescriptor
    add: Callable[[Any, grpc.aio.Server], None]
    servicer: Any


class RpcServer:
    """A gRPC server with identity and error interceptors in front of every service."""

    def __init__(self, services: Sequence[Service], authenticator: Authenticator) -> None:
        self._services = services
        self._health = health.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=[
                ErrorInterceptor(),
                IdentityInterceptor(authenticator, [service.descriptor for service in services]),
            ],
            options=[
                *MESSAGE_OPTIONS,
                ("grpc.so_reuseport", 0),
                # Clients ping once a minute while they watch something that does not change; the default takes more
                # than one in five minutes for an attack and hangs up.
                ("grpc.http2.min_ping_interval_without_data_ms", 30_000),
            ],
        )
        for service in services:
            service.add(service.servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)

    async def start(self, address: str) -> int:
        """Listen on `host:port` (port 0: any free one) and return the port. Raises RuntimeError if it is taken."""
        port = self._server.add_insecure_port(address)
        await self._server.start()
        for name in ("", *(service.descriptor.full_name for service in self._services)):
            await self._health.set(name, HealthCheckResponse.SERVING)
        log.info("serving", address=address, port=port)
        return port

    async def stop(self, grace_seconds: float = 5) -> None:
        """Take no new calls, let those in flight end within the grace, then cancel them."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace_seconds)


async def run_until_signal(server: RpcServer, address: str, grace_seconds: float = 5) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    stopped = stop_signal()
    await server.start(address)
    await stopped.wait()
    log.info("stopping")
    await server.stop(grace_seconds)


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets, for the main task of any process."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped
