"""What the gateway itself refuses; everything else is what a service answered."""

from collections.abc import Sequence

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, FieldInvalid


class TokenMissing(BowerbirdError):
    """The request has no token. Sign in, or send one of this suite as `Authorization: Bearer TOKEN`."""

    status, reason = StatusCode.UNAUTHENTICATED, ErrorReason.ERROR_REASON_UNAUTHENTICATED


class RouteUnknown(BowerbirdError):
    """There is no route {name} here. The nearest: {nearest}."""

    status, reason = StatusCode.NOT_FOUND, ErrorReason.ERROR_REASON_NOT_FOUND

    def __init__(self, method: str, path: str, nearest: Sequence[str] = ()) -> None:
        """`nearest` are routes like it; without any, the list of all is named."""
        near = ", ".join(nearest) or "those of /openapi.json"
        super().__init__(resource="route", name=f"{method} {path}", nearest=near)


class MethodNotAllowed(FieldInvalid):
    """The route {name} does not take {value}; it takes {expected}."""

    http_status = 405


class BodyTooLarge(FieldInvalid):
    """The body has more than {limit} bytes, which is the most that a request may have."""

    http_status = 413


class BodyTooSlow(FieldInvalid):
    """The body did not arrive within {limit} s."""

    http_status = 408


class BodyNotJson(FieldInvalid):
    """The body is {value!r}; expected application/json."""

    http_status = 415


class DeadlineExceeded(BowerbirdError):
    """There was no answer within {seconds} s; X-Request-Timeout can ask for more time."""

    status, reason = StatusCode.DEADLINE_EXCEEDED, ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE


class Stopping(BowerbirdError):
    """The console is being stopped; ask again in a moment."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE
