"""What every protocol that the server speaks has in common: a key, bodies that are checked, errors in its own form."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from pydantic import BaseModel, ValidationError

from libs.images.errors import ImageDecoderDied, ImageDecodeTimeout, ImageError
from libs.rpc.errors import BowerbirdError
from services.modelserver.errors import KeyRefused, ModelUnknown, RequestInvalid, TooManyRequests

log = structlog.get_logger(__name__)

Body = TypeVar("Body", bound=BaseModel)

HTTP_STATUS: dict[type[BowerbirdError], HTTPStatus] = {
    RequestInvalid: HTTPStatus.BAD_REQUEST,
    KeyRefused: HTTPStatus.UNAUTHORIZED,
    ModelUnknown: HTTPStatus.NOT_FOUND,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    ImageDecoderDied: HTTPStatus.BAD_REQUEST,
    ImageDecodeTimeout: HTTPStatus.BAD_REQUEST,
    ImageError: HTTPStatus.BAD_REQUEST,
}


@dataclass(frozen=True)
class Failure:
    """A failed request, before a protocol gives it its form."""

    status: HTTPStatus
    message: str


Render = Callable[[Failure], dict[str, object]]


def guard(render: Render, *, api_key: str | None, scheme: str) -> Middleware:
    """Checks the key (`Authorization: SCHEME KEY`, or the bare key where the scheme is empty) and renders errors."""
    expected = f"{scheme} {api_key}".strip()

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            given = request.headers.get("Authorization", "")
            if api_key is not None and not hmac.compare_digest(given.encode(), expected.encode()):
                raise KeyRefused(expected=f"header 'Authorization: {scheme} KEY'".replace("  ", " "))
            return await handler(request)
        except Exception as error:
            failure = failure_of(error)
        if failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.exception("a request failed", path=request.path)
        return answer(render(failure), failure.status)

    return guarded


def limit_requests(limit: int) -> Middleware:
    """Raises TooManyRequests for what comes on top of `limit` requests under way, before its body is read."""
    under_way = 0

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal under_way
        if under_way >= limit:
            raise TooManyRequests(limit=limit)
        under_way += 1
        try:
            return await handler(request)
        finally:
            under_way -= 1

    return limited


def failure_of(error: Exception) -> Failure:
    """What a caller may know of an error."""
    if isinstance(error, web.HTTPException):
        return Failure(HTTPStatus(error.status), error.reason)
    for kind, status in HTTP_STATUS.items():
        if isinstance(error, kind):
            return Failure(status, str(error))
    return Failure(HTTPStatus.INTERNAL_SERVER_ERROR, "The model server failed; its log says why.")


async def read(request: web.Request, shape: type[Body]) -> Body:
    """The body in its shape; raises RequestInvalid with the place and the problem, never the body itself."""
    try:
        return shape.model_validate_json(await request.read())
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in problem["loc"]) or "the body"
        raise RequestInvalid(problem=f"{place}: {problem['msg']}") from None


def check_model(asked: str | None, served: str) -> None:
    """Raises ModelUnknown; None (where a protocol allows it) means the one model that there is."""
    if asked not in (None, served):
        raise ModelUnknown(model=asked, known=served)


def answer(body: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    headers = {"Retry-After": "1"} if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return web.json_response(text=json.dumps(body, ensure_ascii=False), status=status, headers=headers)
