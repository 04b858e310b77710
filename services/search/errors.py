"""What can go wrong with a search, beside wrong fields and what others say."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class IndexSetMissing(BowerbirdError):
    """{version} has no index set, so it cannot be searched by text or image; set one and start an index job."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_INDEX_SET_MISSING


class QueryTooLarge(BowerbirdError):
    """The query has {value}; at most {limit} are allowed."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_QUERY_TOO_LARGE


class FeedBehind(BowerbirdError):
    """The feed of {service} ended at revision {found}, before {expected} that it had named; try again later."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE


class ExampleNotIndexed(BowerbirdError):
    """{file} has no vector in {index_set}, so nothing can be like it; index it, or give its image."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_EXAMPLE_NOT_INDEXED
