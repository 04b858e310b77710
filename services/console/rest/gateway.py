"""From an HTTP request to the RPC behind it, and back."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc.aio
import orjson
from aiohttp import web
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from libs.rpc.errors import BowerbirdError, FieldInvalid
from services.console.rest.compression import compress
from services.console.rest.contract import Backend, backend_of
from services.console.rest.encoder import encoder
from services.console.rest.errors import BodyNotJson, BodyTooLarge, BodyTooSlow, DeadlineExceeded, TokenMissing
from services.console.rest.field_names import in_json_names
from services.console.rest.finder import RouteFinder
from services.console.rest.keys import REQUEST_ID, RPC
from services.console.rest.problems import told
from services.console.rest.requests import build_request
from services.console.rest.routes import Route
from services.console.rest.streams import StreamAnswers
from services.console.tokens import TokenSource

TIMEOUT_HEADER = "X-Request-Timeout"


@dataclass(frozen=True)
class Deadlines:
    """Seconds that a unary call may take: without a wish of its own, and at most."""

    usual_seconds: float
    most_seconds: float


@dataclass(frozen=True)
class Endpoint:
    """A route, what calls it over a channel, and what makes its answer JSON."""

    route: Route
    call: Callable[..., Any]
    encode: Callable[[Any], Any]


class Gateway:
    """Answers every route over channels to the services, with the caller's token. It decides nothing itself."""

    def __init__(
        self,
        routes: Sequence[Route],
        channels: Mapping[Backend, grpc.aio.Channel],
        token_of: TokenSource,
        deadlines: Deadlines,
        streams: StreamAnswers,
        *,
        see: Callable[[str, Message], None],
    ) -> None:
        """`see` is told of each answer, with the token that asked for it."""
        self._finder = RouteFinder(routes)
        self._endpoints = {
            id(route): _endpoint(route, channels[backend_of(route.service)]) for route in self._finder.routes
        }
        self._token_of = token_of
        self._deadlines = deadlines
        self._streams = streams
        self._see = see

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The handler of all paths below `/v1/`. Raises BowerbirdError, which a middleware makes a problem."""
        route, path = self._finder.find(request.method, request.rel_url.raw_path)
        request[RPC] = route.rpc
        token = self._token_of(request)
        if token is None:
            raise TokenMissing
        seconds = self._seconds(request, route)
        message = build_request(route, path, request.rel_url.query.items(), await self._body(request))
        endpoint = self._endpoints[id(route)]
        metadata = (("authorization", f"Bearer {token}"), ("x-request-id", request[REQUEST_ID]))
        call = endpoint.call(message, metadata=metadata, timeout=seconds)
        try:
            if route.server_streaming:
                tell = partial(_told, request=request, route=route, seconds=seconds)
                return await self._streams.send(request, call, endpoint.encode, tell)
            message = await call
            body = orjson.dumps(endpoint.encode(message))
        except grpc.aio.AioRpcError as error:
            raise _told(error, request, route, seconds) from error
        self._see(token, message)
        answer = web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})
        return await compress(answer, request)

    def _seconds(self, request: web.Request, route: Route) -> float | None:
        asked = request.headers.get(TIMEOUT_HEADER)
        if asked is None:
            return None if route.server_streaming else self._deadlines.usual_seconds
        most = self._deadlines.most_seconds
        try:
            seconds = float(asked)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= most:
            raise FieldInvalid(field=TIMEOUT_HEADER, value=asked, expected=f"seconds, more than 0 and at most {most:g}")
        return seconds

    async def _body(self, request: web.Request) -> bytes:
        if not request.body_exists:
            return b""
        most = self._deadlines.most_seconds
        try:
            async with asyncio.timeout(most):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge as error:
            limit = f"{request.client_max_size:,}"
            raise BodyTooLarge(field="body", limit=limit, value="more", expected=f"at most {limit} bytes") from error
        except TimeoutError as error:
            raise BodyTooSlow(
                field="body", limit=f"{most:g}", value="late", expected=f"all of it in {most:g} s"
            ) from error
        kind = request.content_type
        if body and kind != "application/json" and not kind.endswith("+json"):
            raise BodyNotJson(field="Content-Type", value=kind, expected="application/json")
        return body


def _endpoint(route: Route, channel: grpc.aio.Channel) -> Endpoint:
    opened: Callable[..., Any] = channel.unary_stream if route.server_streaming else channel.unary_unary
    call = opened(
        route.rpc,
        request_serializer=GetMessageClass(route.request).SerializeToString,
        response_deserializer=GetMessageClass(route.response).FromString,
    )
    return Endpoint(route, call, _encode(route))


def _encode(route: Route) -> Callable[[Any], Any]:
    encode = encoder(route.response)
    if not route.response_body:
        return encode
    field = route.response.fields_by_name[route.response_body]
    return lambda answer: encode(answer).get(field.json_name, [] if field.is_repeated else None)


def _told(error: Exception, request: web.Request, route: Route, seconds: float | None) -> BowerbirdError:
    timed_out = isinstance(error, grpc.aio.AioRpcError) and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    if timed_out and seconds is not None:
        return DeadlineExceeded(seconds=f"{seconds:g}")
    known = told(error, service=backend_of(route.service), request_id=request[REQUEST_ID])
    return in_json_names(known, route.request)
