"""How a call to a model endpoint can fail. `endpoint` is its address without user, query or key."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class EndpointError(BowerbirdError):
    """The model endpoint failed."""

    status = StatusCode.FAILED_PRECONDITION


class ModelAccessDenied(EndpointError):
    """The model endpoint {endpoint} refuses the key of its connection: {problem}."""

    reason = ErrorReason.ERROR_REASON_MODEL_ACCESS_DENIED


class ModelNotFound(EndpointError):
    """The model endpoint {endpoint} does not know the model {model!r} or the path: {problem}."""

    reason = ErrorReason.ERROR_REASON_MODEL_NOT_FOUND


class ModelRequestRefused(EndpointError):
    """The model endpoint {endpoint} refuses the request: {problem}."""

    reason = ErrorReason.ERROR_REASON_MODEL_REQUEST_REFUSED


class ModelRateLimited(EndpointError):
    """The rate limit of the model endpoint {endpoint} held on through all retries: {problem}."""

    status, reason = StatusCode.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_MODEL_RATE_LIMITED


class ModelUnavailable(EndpointError):
    """The model endpoint {endpoint} failed through all retries: {problem}."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_MODEL_UNAVAILABLE


class ModelResponseInvalid(EndpointError):
    """The model endpoint {endpoint} answers in another form than its protocol has: {problem}."""

    reason = ErrorReason.ERROR_REASON_MODEL_RESPONSE_INVALID


class DimensionMismatch(EndpointError):
    """The model gives vectors of {found} dimensions, the index has {expected}."""

    reason = ErrorReason.ERROR_REASON_DIMENSION_MISMATCH


class VectorInvalid(EndpointError):
    """The model gave a vector that cannot be indexed: {problem}."""

    reason = ErrorReason.ERROR_REASON_VECTOR_INVALID
