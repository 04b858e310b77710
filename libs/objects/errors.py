"""What can go wrong in object storage, with the uri that it went wrong at."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class UriInvalid(BowerbirdError):
    """{uri!r} is not a place in object storage that can be used here; expected {expected}."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_URI_INVALID


class BucketNotFound(BowerbirdError):
    """There is no bucket or folder {uri}; check the name, and the endpoint of the connection."""

    status, reason = StatusCode.NOT_FOUND, ErrorReason.ERROR_REASON_BUCKET_NOT_FOUND


class StorageAccessDenied(BowerbirdError):
    """Object storage refuses access to {uri}; check the keys of the connection and what they may do."""

    status, reason = StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_STORAGE_ACCESS_DENIED


class ObjectNotFound(BowerbirdError):
    """There is no object {uri}."""

    status, reason = StatusCode.NOT_FOUND, ErrorReason.ERROR_REASON_OBJECT_NOT_FOUND


class ObjectExists(BowerbirdError):
    """The object {uri} exists already and is not overwritten."""

    status, reason = StatusCode.ALREADY_EXISTS, ErrorReason.ERROR_REASON_OBJECT_EXISTS


class ObjectChanged(BowerbirdError):
    """The object {uri} has changed since it was listed; scan again to work on the new content."""

    status, reason = StatusCode.ABORTED, ErrorReason.ERROR_REASON_OBJECT_CHANGED


class ObjectTooLarge(BowerbirdError):
    """The object {uri} has {value} bytes, more than the {limit} that are read."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_OBJECT_TOO_LARGE


class StorageFailed(BowerbirdError):
    """Object storage failed at {uri}: {problem}"""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_STORAGE_FAILED
