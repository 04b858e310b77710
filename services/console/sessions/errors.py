"""What is turned away before it reaches a route."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class HostNotAllowed(BowerbirdError):
    """This console is not reached as {host!r}; its operator can allow that name."""

    status, reason = StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_HOST_NOT_ALLOWED
    http_status = 421


class OriginNotAllowed(BowerbirdError):
    """The request comes from {origin}, and only pages of this console may send it."""

    status, reason = StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_ORIGIN_NOT_ALLOWED


class CsrfHeaderMissing(BowerbirdError):
    """A request that changes something by the session cookie needs the header X-Bowerbird-CSRF: 1."""

    status, reason = StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_ORIGIN_NOT_ALLOWED


class SignInSlowed(BowerbirdError):
    """Too many sign-ins failed from this address; try again in {retry_seconds} s."""

    status, reason = StatusCode.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_SIGN_IN_SLOWED
