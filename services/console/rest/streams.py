"""Answers of streaming RPCs: NDJSON, or server-sent events for who accepts them.

NDJSON has a message a line; a failure after the first is a last line `{"error": problem}`. Of events each has a message
as its data; a failure is the event `error` with the problem, and the event `end` says that all was sent, or a browser
would take the end for a broken connection and ask again. A write waits for the client, and the service for the write.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import grpc.aio
import orjson
from aiohttp import web

from libs.rpc.errors import BowerbirdError
from services.console.rest.errors import Stopping
from services.console.rest.problems import problem

EVENTS = "text/event-stream"
# So long the status waits for the first message, or for the error in its place.
FIRST_SECONDS = 1.0


class StreamAnswers:
    """Sends streams; `stopping` ends them, for they may have no end of their own."""

    def __init__(self, *, heartbeat_seconds: float, stopping: asyncio.Event) -> None:
        self._heartbeat_seconds = heartbeat_seconds
        self._stopping = stopping

    async def send(
        self,
        request: web.Request,
        call: Any,
        encode: Callable[[Any], Any],
        tell: Callable[[Exception], BowerbirdError],
    ) -> web.StreamResponse:
        """Send all messages of a call. Raises what the call does, as long as nothing was sent; later it is told."""
        form: _Lines = _Events() if EVENTS in request.headers.get("Accept", "") else _Lines()
        response: web.StreamResponse | None = None
        try:
            async with aclosing(self._messages(call)) as messages:
                async for message in messages:
                    response = response or await _opened(request, form)
                    if request.method == "HEAD":  # it asks how the answer begins, and the stream may have no end
                        return response
                    await response.write(form.heartbeat if message is None else form.message(encode(message)))
        except ConnectionError:  # the client hung up
            raise
        except Exception as error:
            if response is None:
                raise
            await response.write(form.failure(tell(error)))
        else:
            response = response or await _opened(request, form)
            if request.method != "HEAD":
                await response.write(form.end)
        finally:
            call.cancel()
        await response.write_eof()
        return response

    async def _messages(self, call: Any) -> AsyncGenerator[Any]:
        """The messages of a call, and None whenever there was silence. Raises AioRpcError and Stopping."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        reading = asyncio.ensure_future(call.read())
        patience = FIRST_SECONDS
        try:
            while True:
                await asyncio.wait({stopping, reading}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                patience = self._heartbeat_seconds
                if reading.done():
                    if (message := reading.result()) is grpc.aio.EOF:
                        return
                    yield message
                    reading = asyncio.ensure_future(call.read())
                elif stopping.done():
                    raise Stopping
                else:
                    yield None
        finally:
            stopping.cancel()
            reading.cancel()
            await asyncio.gather(stopping, reading, return_exceptions=True)


class _Lines:
    """NDJSON."""

    content_type = "application/x-ndjson"
    heartbeat = b""
    end = b""

    def message(self, value: Any) -> bytes:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)

    def failure(self, error: BowerbirdError) -> bytes:
        return self.message({"error": problem(error)})


class _Events(_Lines):
    """Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

    content_type = EVENTS
    heartbeat = b":\n\n"
    end = b"event: end\ndata: {}\n\n"

    def message(self, value: Any) -> bytes:
        return b"data: " + orjson.dumps(value) + b"\n\n"

    def failure(self, error: BowerbirdError) -> bytes:
        return b"event: error\n" + self.message(problem(error))


async def _opened(request: web.Request, form: _Lines) -> web.StreamResponse:
    # A proxy that collects an answer before it passes it on would hold back what is sent.
    response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.content_type = form.content_type
    await response.prepare(request)
    return response
