"""Wrapping a gRPC method handler whatever its kind, for the interceptors."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import grpc
import grpc.aio


async def nothing() -> None:
    """The step that does nothing."""


def wrap_handler(
    handler: Any,
    *,
    before: Callable[[], Awaitable[None]] = nothing,
    around: Callable[[grpc.aio.ServicerContext[Any, Any]], AbstractAsyncContextManager[Any]] = nullcontext,
) -> Any:
    """A handler that enters `around`, awaits `before` and then runs the method.

    The suite has no RPC with a stream of requests; such a handler is refused rather than let through unwrapped.
    """
    if handler.request_streaming:
        raise ValueError("RPCs with a stream of requests are not supported")

    if handler.response_streaming:

        async def stream(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            async with around(context):
                await before()
                answers = handler.unary_stream(request, context)
                if isinstance(answers, Awaitable):  # gRPC's own health service writes its answers itself
                    await answers
                    return
                async for response in answers:
                    yield response

        return grpc.unary_stream_rpc_method_handler(stream, handler.request_deserializer, handler.response_serializer)

    async def unary(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        async with around(context):
            await before()
            return await handler.unary_unary(request, context)

    return grpc.unary_unary_rpc_method_handler(unary, handler.request_deserializer, handler.response_serializer)
