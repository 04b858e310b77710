"""Around every request: an id, a line in the log, and for whatever went wrong a problem that tells nothing internal."""

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from libs.rpc.errors import BowerbirdError
from services.console.rest.errors import MethodNotAllowed, RouteUnknown
from services.console.rest.keys import REQUEST_ID, RPC
from services.console.rest.problems import problem_response, told

REQUEST_ID_HEADER = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Asked every few seconds by whoever watches the process.
_QUIET_PATHS = ("/healthz", "/readyz")
_HUNG_UP = 499

log = structlog.get_logger(__name__)


@web.middleware
async def accounted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost middleware."""
    given = request.headers.get(REQUEST_ID_HEADER, "")
    request[REQUEST_ID] = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    with structlog.contextvars.bound_contextvars(request_id=request[REQUEST_ID]), _logged(request) as line:
        try:
            response = await _answer(request, handler)
        except web.HTTPException as answer:  # a redirection, which aiohttp wants raised
            line.append(answer.status)
            raise
        line.append(response.status)
        return response


async def tell_request_id(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: the id with which to ask about the request."""
    response.headers[REQUEST_ID_HEADER] = request[REQUEST_ID]
    response.headers["Server"] = "bowerbird"  # and not which Python and library that is


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        return problem_response(_of_http(answer, request))
    except ConnectionError:  # the client hung up while it was written to
        raise
    except Exception as error:
        return problem_response(told(error, request_id=request[REQUEST_ID]))


def _of_http(answer: web.HTTPException, request: web.Request) -> BowerbirdError:
    if isinstance(answer, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(answer.allowed_methods))
        return MethodNotAllowed(field="method", name=request.path, value=request.method, expected=allowed)
    if isinstance(answer, web.HTTPNotFound):
        return RouteUnknown(request.method, request.path)
    return told(answer, request_id=request[REQUEST_ID])


@contextmanager
def _logged(request: web.Request) -> Iterator[list[int]]:
    """Logs the request at its end; the status is to be put into the list, which stays empty where a client hung up."""
    began = time.perf_counter()
    status: list[int] = []
    try:
        yield status
    finally:
        if request.path not in _QUIET_PATHS:
            log.info(
                "request",
                method=request.method,
                path=request.rel_url.raw_path,  # without the query, which holds what people look for
                status=status[0] if status else _HUNG_UP,
                rpc=request.get(RPC),
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
            )
