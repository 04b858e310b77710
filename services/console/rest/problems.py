"""Errors as `application/problem+json` (RFC 9457), with the stable reason of the contract."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import grpc
import grpc.aio
import orjson
import structlog
from aiohttp import web

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, ServiceUnavailable
from libs.rpc.status import InternalFault, from_rpc_error

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 2
# google/rpc/code.proto names the HTTP status of each.
HTTP_STATUS: Mapping[grpc.StatusCode, HTTPStatus] = {
    grpc.StatusCode.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.OUT_OF_RANGE: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    grpc.StatusCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    grpc.StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS: HTTPStatus.CONFLICT,
    grpc.StatusCode.ABORTED: HTTPStatus.CONFLICT,
    grpc.StatusCode.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    grpc.StatusCode.UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    grpc.StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED: HTTPStatus.GATEWAY_TIMEOUT,
}

log = structlog.get_logger(__name__)


def problem(error: BowerbirdError) -> dict[str, Any]:
    """The error as an object of RFC 9457, with `reason` and `metadata` of the ErrorInfo, and the fields at fault."""
    status = status_of(error)
    fields: dict[str, Any] = {
        "type": f"tag:bowerbird.dev,2026:{error.reason_name}",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
        "reason": error.reason_name,
        "metadata": error.details,
    }
    if field := error.details.get("field"):
        fields["violations"] = [{"field": field, "description": str(error)}]
    return fields


def problem_response(error: BowerbirdError) -> web.Response:
    """The answer that tells of an error."""
    status = status_of(error)
    headers = {"Cache-Control": "no-store"}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        headers["Retry-After"] = error.details.get("retry_seconds", str(RETRY_SECONDS))
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = error.details["expected"]
    return web.Response(
        status=status.value, body=orjson.dumps(problem(error)), content_type=CONTENT_TYPE, headers=headers
    )


def status_of(error: BowerbirdError) -> HTTPStatus:
    """That which an error of HTTP alone names, else that of its gRPC status."""
    if own := getattr(error, "http_status", None):
        return HTTPStatus(own)
    return HTTP_STATUS.get(error.status, HTTPStatus.INTERNAL_SERVER_ERROR)


def told(error: Exception, *, request_id: str, service: str = "A service of the suite") -> BowerbirdError:
    """Any failure as an error for users: what nobody foresaw goes into the log, and only its id is told."""
    if isinstance(error, BowerbirdError):
        return error
    if isinstance(error, grpc.aio.AioRpcError):
        return _answered(error, request_id, service)
    log.error("a request failed unforeseen", request_id=request_id, exc_info=error)
    return InternalFault(request_id=request_id)


def _answered(error: grpc.aio.AioRpcError, request_id: str, service: str) -> BowerbirdError:
    known = from_rpc_error(error)
    if isinstance(known, ServiceUnavailable) or error.code() is grpc.StatusCode.CANCELLED:
        return ServiceUnavailable(service=service)
    if known.reason == ErrorReason.ERROR_REASON_INTERNAL and "request_id" not in known.details:
        # Not a service's words but those of gRPC, which are nothing for users.
        log.error("a call failed", service=service, code=error.code().name, problem=error.details())
        return InternalFault(request_id=request_id)
    return known
