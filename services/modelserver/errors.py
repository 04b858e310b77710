"""What can be wrong with a request to a model endpoint. Each protocol renders these in its own form."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class RequestInvalid(BowerbirdError):
    """The request is not valid: {problem}."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_MODEL_REQUEST_REFUSED


class ModelUnknown(BowerbirdError):
    """There is no model {model!r} here; this endpoint serves {known}."""

    status, reason = StatusCode.NOT_FOUND, ErrorReason.ERROR_REASON_MODEL_NOT_FOUND


class KeyRefused(BowerbirdError):
    """The API key is missing or wrong; send it as {expected}."""

    status, reason = StatusCode.UNAUTHENTICATED, ErrorReason.ERROR_REASON_MODEL_ACCESS_DENIED


class TooManyRequests(BowerbirdError):
    """More than {limit} requests are under way; try again in a second."""

    status, reason = StatusCode.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_MODEL_RATE_LIMITED


class AddressUnusable(BowerbirdError):
    """The server cannot listen at {address}: {problem}."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE
