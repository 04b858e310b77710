"""Checks of the fields that several resources share. All raise FieldInvalid with what would be valid."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Row

from libs.rpc.errors import FieldInvalid
from services.catalog.errors import EditConflict

ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$")


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


def checked_secret(field: str, value: str, most: int) -> str:
    """A secret that can stand in a header; the error does not show it."""
    if len(value) > most or not value.isprintable():
        raise FieldInvalid(field=field, value="(secret)", expected=f"at most {most:,} printable characters")
    return value


def checked_mask(mask: FieldMask, allowed: Sequence[str]) -> frozenset[str]:
    """The paths of an update mask: at least one, all of them allowed."""
    paths = frozenset(mask.paths)
    if not paths or not paths <= set(allowed):
        raise FieldInvalid(
            field="update_mask", value=",".join(sorted(paths)), expected=f"at least one of {', '.join(allowed)}"
        )
    return paths


def checked_enum(field: str, kind: Any, value: int, unset: int) -> int:
    """The number of an enum's value; `unset` where it was not given."""
    if value not in kind.values():
        raise FieldInvalid(field=field, value=value, expected=" or ".join(kind.keys()[1:]))
    return value or unset


def checked_enums(field: str, kind: Any, values: Collection[int]) -> frozenset[int]:
    """The numbers of an enum's values, each of them given."""
    return frozenset(checked_enum(field, kind, value or -1, 0) for value in values)


def etag(row: Row[Any]) -> str:
    """The etag of a row with `id` and `edits`; a row that takes the place of a deleted one has another."""
    return f"{row.id}.{row.edits}"


def check_etag(name: str, row: Row[Any], expected: str) -> None:
    """Raises EditConflict where an edit was made from another state of the row; an empty etag is made from any."""
    if expected and expected != etag(row):
        raise EditConflict(name=name, state=etag(row), expected=expected)


def timestamp(time: datetime | None) -> Timestamp | None:
    """An aware time or None as protobuf has it."""
    if time is None:
        return None
    message = Timestamp()
    message.FromDatetime(time)
    return message
