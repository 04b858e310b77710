"""What can go wrong with a vector database, its tables and the vectors for them."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class DatabaseAccessDenied(BowerbirdError):
    """The vector database at {address} refuses access: {problem}. Check the user, the password and its rights."""

    status, reason = StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_DATABASE_ACCESS_DENIED


class DatabaseUnavailable(BowerbirdError):
    """The vector database at {address} cannot be used: {problem}."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE


class IndexTableIncompatible(BowerbirdError):
    """The table {table!r} is no index table: {problem}. Choose another table name, or drop the table."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_INDEX_TABLE_INCOMPATIBLE


class DimensionMismatch(BowerbirdError):
    """The vectors have {found} dimensions, the index has {expected}. Choose the model that the index was made with, or
    another table."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_DIMENSION_MISMATCH


class VectorInvalid(BowerbirdError):
    """The vector cannot be used: {problem}."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_VECTOR_INVALID
