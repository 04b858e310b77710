"""What several resources of catalog refuse."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class EditConflict(BowerbirdError):
    """{name} is at {state!r} and no longer at {expected!r}, from which the edit was made; read it again and repeat."""

    status, reason = StatusCode.ABORTED, ErrorReason.ERROR_REASON_STATE_CONFLICT


class InUse(BowerbirdError):
    """{name} is in use by {used_by}."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_IN_USE


class VersionPublished(BowerbirdError):
    """The version {version} is published and never changes; make a new version of its dataset."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_VERSION_PUBLISHED
