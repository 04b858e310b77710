"""Channels to the services behind the console. They carry no token: each call sends that of its caller."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import grpc.aio

from bowerbird.type.v1.role_pb2 import Role
from libs.rpc.channel import MESSAGE_OPTIONS
from services.console.rest.contract import Backend
from services.console.rest.routes import Route


@asynccontextmanager
async def open_channels(
    addresses: Mapping[Backend, str], routes: Sequence[Route]
) -> AsyncIterator[Mapping[Backend, grpc.aio.Channel]]:
    """A channel to each `host:port`. What does not answer yet is found within a second of its start."""
    options = [
        *MESSAGE_OPTIONS,
        ("grpc.service_config", _retries(routes)),
        ("grpc.max_reconnect_backoff_ms", 1000),
        ("grpc.keepalive_time_ms", 60_000),
    ]
    async with AsyncExitStack() as stack:
        yield {
            backend: await stack.enter_async_context(grpc.aio.insecure_channel(address, options=options))
            for backend, address in addresses.items()
        }


def _retries(routes: Sequence[Route]) -> str:
    """What a viewer may call changes nothing, so it is safe to repeat; all else is for the caller to decide."""
    names = [
        {"service": route.service, "method": route.method.name}
        for route in routes
        if route.required_role == Role.ROLE_VIEWER
    ]
    policy = {
        "maxAttempts": 3,
        "initialBackoff": "0.1s",
        "maxBackoff": "1s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    return json.dumps({"methodConfig": [{"name": names, "retryPolicy": policy}]} if names else {})
