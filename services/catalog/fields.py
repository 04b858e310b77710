"""Checks of the fields that several resources share. All raise FieldInvalid with what would be valid."""

import re
from collections.abc import Collection, Sequence

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode
from sqlalchemy import Row

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, FieldInvalid

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,126}")


class EditConflict(BowerbirdError):
    """{name} is at {state!r} and no longer at {expected!r}, from which the edit was made; read it again and repeat."""

    status, reason = StatusCode.ABORTED, ErrorReason.ERROR_REASON_STATE_CONFLICT


def checked_id(field: str, value: str, reserved: Collection[str] = ()) -> str:
    """An id that a user gives to a resource."""
    if not ID.fullmatch(value) or value in reserved:
        raise FieldInvalid(
            field=field,
            value=value,
            expected="1 to 127 letters, digits, '-', '_' or '.', beginning with a letter or digit",
        )
    return value


def checked_text(field: str, value: str, most: int, least: int = 0) -> str:
    """Text of `least` to `most` characters that PostgreSQL can hold."""
    if not least <= len(value) <= most or "\0" in value:
        raise FieldInvalid(field=field, value=value, expected=f"{least} to {most:,} characters, none of them NUL")
    return value


def checked_mask(mask: FieldMask, allowed: Sequence[str]) -> frozenset[str]:
    """The paths of an update mask: at least one, all of them allowed."""
    paths = frozenset(mask.paths)
    if not paths or not paths <= set(allowed):
        raise FieldInvalid(
            field="update_mask", value=",".join(sorted(paths)), expected=f"at least one of {', '.join(allowed)}"
        )
    return paths


def etag(row: Row[tuple[object, ...]]) -> str:
    """The etag of a row with `id` and `edits`; a row that takes the place of a deleted one has another."""
    return f"{row.id}.{row.edits}"


def timestamp(time: object) -> Timestamp | None:
    """An aware time or None as protobuf has it."""
    if time is None:
        return None
    message = Timestamp()
    message.FromDatetime(time)  # type: ignore[arg-type]
    return message
