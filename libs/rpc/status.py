"""Errors on the wire: `google.rpc.Status` with an `ErrorInfo` (AIP-193), made and read in this one place."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import structlog
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import DOMAIN, BowerbirdError, ServiceUnavailable
from libs.rpc.handlers import wrap_handler

DETAILS_KEY = "grpc-status-details-bin"
# gRFC A6: a negative value tells a client's retry policy to stop.
RETRY_KEY = "grpc-retry-pushback-ms"

log = structlog.get_logger(__name__)


class InternalFault(BowerbirdError):
    """A fault of the suite itself; its log has more under {request_id}."""


class RemoteError(BowerbirdError):
    """What another service of the suite answered."""

    def __init__(self, status: grpc.StatusCode, reason: ErrorReason.ValueType, message: str, **details: str) -> None:
        Exception.__init__(self, message)
        self.status, self.reason, self.details = status, reason, details


class ErrorInterceptor(grpc.aio.ServerInterceptor):
    """Maps every error of every RPC to its status; what nobody foresaw is logged and shown as INTERNAL alone."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        return wrap_handler(handler, around=lambda context: mapped_errors(context, handler_call_details.method))


@asynccontextmanager
async def mapped_errors(context: grpc.aio.ServicerContext[Any, Any], method: str) -> AsyncIterator[None]:
    try:
        yield
    except BowerbirdError as error:
        await abort(context, error)
    except grpc.aio.AioRpcError as error:
        await abort(context, from_rpc_error(error))
    except (grpc.aio.AbortError, grpc.aio.UsageError):
        raise
    except Exception:
        fault = InternalFault(request_id=uuid.uuid4().hex)
        log.exception("an RPC failed unforeseen", method=method, request_id=fault.details["request_id"])
        await abort(context, fault)


async def abort(context: grpc.aio.ServicerContext[Any, Any], error: BowerbirdError) -> None:
    """End the RPC with the error's status, message, reason and details."""
    details = to_status(error).SerializeToString()
    metadata = [(DETAILS_KEY, details)]
    if error.status is grpc.StatusCode.UNAVAILABLE and error.reason != ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE:
        # What does not answer stands outside the suite, and was retried there: clients must not do it again.
        metadata.append((RETRY_KEY, b"-1"))
    await context.abort(error.status, str(error), trailing_metadata=tuple(metadata))


def to_status(error: BowerbirdError) -> Status:
    """The error as `google.rpc.Status`."""
    info = AnyMessage()
    info.Pack(ErrorInfo(reason=error.reason_name, domain=DOMAIN, metadata=error.details))
    return Status(code=error.status.value[0], message=str(error), details=[info])


def from_rpc_error(error: grpc.aio.AioRpcError) -> BowerbirdError:
    """What another service of the suite said, as an error that can be raised on to the caller."""
    for key, value in error.trailing_metadata() or ():
        if key != DETAILS_KEY:
            continue
        for detail in Status.FromString(value if isinstance(value, bytes) else value.encode()).details:
            info = ErrorInfo()
            if detail.Unpack(info) and info.domain == DOMAIN:
                return RemoteError(error.code(), reason_named(info.reason), error.details() or "", **info.metadata)
    if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
        return ServiceUnavailable(service="A service of the suite")
    return RemoteError(error.code(), ErrorReason.ERROR_REASON_INTERNAL, error.details() or "")


def reason_named(name: str) -> ErrorReason.ValueType:
    """The reason of that name; INTERNAL for one that a newer service knows and this one does not."""
    try:
        return ErrorReason.Value(f"ERROR_REASON_{name}")
    except ValueError:
        return ErrorReason.ERROR_REASON_INTERNAL
