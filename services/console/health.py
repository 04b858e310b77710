"""Whether the console lives, and whether what it needs does."""

import asyncio
from collections.abc import Mapping

import grpc.aio
from aiohttp import web
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.console.rest.contract import Backend

_SECONDS = 2.0


class Health:
    """`/healthz` tells that the process answers; `/readyz` that it should be asked."""

    def __init__(self, channels: Mapping[Backend, grpc.aio.Channel], stopping: asyncio.Event) -> None:
        self._channels = channels
        self._stopping = stopping

    async def alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        """503 while a service does not serve, or once the console is being stopped."""
        serving = await asyncio.gather(*(_serves(channel) for channel in self._channels.values()))
        states = {
            backend: "ok" if serves else "unavailable" for backend, serves in zip(self._channels, serving, strict=True)
        }
        ready = all(serving) and not self._stopping.is_set()
        return web.json_response({"status": "ok" if ready else "unavailable", **states}, status=200 if ready else 503)


async def _serves(channel: grpc.aio.Channel) -> bool:
    try:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=_SECONDS)  # type: ignore[attr-defined]  # its types lack it
    except grpc.aio.AioRpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
