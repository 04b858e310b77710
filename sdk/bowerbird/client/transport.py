"""One connection to one service: token, deadline, retries, errors."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, TypeVar

import grpc
import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor

from bowerbird.client.errors import InvalidRequest, from_rpc_error

Request = TypeVar("Request")
Response = TypeVar("Response")

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
# Calls that change nothing when they are repeated: the last three carry a request id, the others set or read a state.
IDEMPOTENT = (
    "Get", "List", "Watch", "Read", "Search", "Stream", "Count", "Select", "Test", "Set", "Stop",
    "CreateJob", "EditTags", "UndoTagEdit",
)  # fmt: skip
TLS = "https://"


class Transport:
    """Calls that carry the token, end in time and raise a RequestFailed."""

    def __init__(
        self, address: str, token: str, *, deadline_seconds: float, services: Iterable[ServiceDescriptor]
    ) -> None:
        self.address = address
        self.channel = open_channel(address, services)
        self._metadata = grpc.aio.Metadata(("authorization", f"Bearer {token}"))
        self._deadline_seconds = deadline_seconds

    async def call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[Request, Response],
        request: Request,
        *,
        deadline_seconds: float | None = None,
    ) -> Response:
        """One answer. Raises a subclass of RequestFailed."""
        timeout = deadline_seconds or self._deadline_seconds
        try:
            return await method(request, timeout=timeout, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error, address=self.address) from None

    async def stream(
        self, method: grpc.aio.UnaryStreamMultiCallable[Request, Response], request: Request
    ) -> AsyncIterator[Response]:
        """The answers as they come, without a deadline. Raises a subclass of RequestFailed."""
        call = method(request, metadata=self._metadata)
        try:
            async for response in call:
                yield response
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error, address=self.address) from None
        finally:
            call.cancel()

    async def close(self) -> None:
        await self.channel.close()


def open_channel(address: str, services: Iterable[ServiceDescriptor]) -> grpc.aio.Channel:
    """Raises InvalidRequest for an address that is none."""
    target = address.removeprefix(TLS).rstrip("/")
    host, colon, port = target.rpartition(":")
    if "/" in target or not (host and colon and port.isdigit()):
        raise InvalidRequest(
            f"The address {address!r} is none; expected host:port, or https://host:port for TLS",
            code=grpc.StatusCode.INVALID_ARGUMENT,
        )
    options: list[tuple[str, Any]] = [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.service_config", json.dumps(service_config(services))),
        # A service that was started again is found within this, not after minutes of back-off.
        ("grpc.max_reconnect_backoff_ms", 1000),
        ("grpc.keepalive_time_ms", 60_000),
    ]
    if address.startswith(TLS):
        return grpc.aio.secure_channel(target, grpc.ssl_channel_credentials(), options=options)
    return grpc.aio.insecure_channel(target, options=options)


def service_config(services: Iterable[ServiceDescriptor]) -> dict[str, Any]:
    """gRPC's own retry policy: UNAVAILABLE, for what may be repeated, five times within about 3 seconds."""
    names = [
        {"service": service.full_name, "method": method.name}
        for service in services
        for method in service.methods
        if method.name.startswith(IDEMPOTENT)
    ]
    policy = {
        "maxAttempts": 5,
        "initialBackoff": "0.2s",
        "maxBackoff": "2s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    return {"methodConfig": [{"name": names, "retryPolicy": policy}]}
