"""Channels from one service of the suite to another: token, retries, message size."""

import json
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio

MAX_MESSAGE_BYTES = 32 * 1024 * 1024

# Services call each other by idempotent RPCs alone, so a broken connection is always safe to retry.
RETRIES = json.dumps(
    {
        "methodConfig": [
            {
                "name": [{}],
                "waitForReady": False,
                "retryPolicy": {
                    "maxAttempts": 5,
                    "initialBackoff": "0.1s",
                    "maxBackoff": "2s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ]
    }
)

MESSAGE_OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]


def open_channel(address: str, token: str) -> grpc.aio.Channel:
    """A channel to `host:port` that sends the token with every call. Close it, or use it as a context manager."""
    return grpc.aio.insecure_channel(
        address,
        options=[
            *MESSAGE_OPTIONS,
            ("grpc.service_config", RETRIES),
            # A service that was killed and started again is found within this, not after minutes of back-off.
            ("grpc.max_reconnect_backoff_ms", 1000),
            ("grpc.keepalive_time_ms", 60_000),
        ],
        interceptors=[UnaryToken(token), StreamToken(token)],
    )


class UnaryToken(grpc.aio.UnaryUnaryClientInterceptor):
    """Sends the token with every unary call."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        return await continuation(with_token(client_call_details, self._token), request)


class StreamToken(grpc.aio.UnaryStreamClientInterceptor):
    """Sends the token with every call that streams its answer."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        return await continuation(with_token(client_call_details, self._token), request)


def with_token(details: grpc.aio.ClientCallDetails, token: str) -> grpc.aio.ClientCallDetails:
    """The call's details with the token added to its metadata."""
    metadata = grpc.aio.Metadata(*(details.metadata or ()))
    metadata.add("authorization", f"Bearer {token}")
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )
