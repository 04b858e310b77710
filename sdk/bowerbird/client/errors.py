"""What can go wrong, as exceptions. The reasons are those of `bowerbird/type/v1/error_reason.proto`, without prefix."""

from collections.abc import Mapping

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

DOMAIN = "bowerbird.dev"
DETAILS_KEY = "grpc-status-details-bin"


class BowerbirdError(Exception):
    """All that this client raises on its own."""


class NotConfigured(BowerbirdError):
    """It is not known which Bowerbird to talk to, or with which token."""


class RequestFailed(BowerbirdError):
    """A call failed. `reason` is stable and empty where the other side is no Bowerbird; `message` is for people."""

    def __init__(
        self, message: str, *, code: grpc.StatusCode, reason: str = "", metadata: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.metadata = dict(metadata or {})


class InvalidRequest(RequestFailed):
    """The request is wrong; trying again does not help."""


class Unauthenticated(RequestFailed):
    """The token is missing, unknown or has expired."""


class PermissionDenied(RequestFailed):
    """The token's role, or the operator's allowlist, does not allow it."""


class NotFound(RequestFailed):
    """There is no such resource in the workspace."""


class AlreadyExists(RequestFailed):
    """The id is taken."""


class Conflict(RequestFailed):
    """The state of the resource does not allow it, or another edit came first."""


class Unavailable(RequestFailed):
    """No answer, through all retries."""


class DeadlineExceeded(RequestFailed):
    """No answer in time."""


KINDS: dict[grpc.StatusCode, type[RequestFailed]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.OUT_OF_RANGE: InvalidRequest,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.FAILED_PRECONDITION: Conflict,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
}


def from_rpc_error(error: grpc.aio.AioRpcError, *, address: str) -> RequestFailed:
    """The exception for a failed call to `address`."""
    kind = KINDS.get(error.code(), RequestFailed)
    info = error_info(error)
    if info is not None:
        return kind(error.details() or "", code=error.code(), reason=info.reason, metadata=info.metadata)
    match error.code():
        case grpc.StatusCode.UNAVAILABLE:
            message = f"{address} does not answer ({error.details()})"
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            message = f"{address} did not answer in time"
        case code:
            message = f"{address} answered {code.name}: {error.details()}. It may not be a Bowerbird"
    return kind(message, code=error.code())


def error_info(error: grpc.aio.AioRpcError) -> ErrorInfo | None:
    """The reason in the status details (AIP-193); None where there is none, or it is not one of Bowerbird's."""
    for key, value in error.trailing_metadata() or ():
        if key != DETAILS_KEY or not isinstance(value, bytes):
            continue
        try:
            details = Status.FromString(value).details
        except DecodeError:
            return None
        for detail in details:
            info = ErrorInfo()
            if detail.Is(ErrorInfo.DESCRIPTOR) and detail.Unpack(info) and info.domain == DOMAIN:
                return info
    return None
