"""Contract messages as JSON documents: stable, and easier for a program than protobuf's own JSON.

Every field is there, under its name in the contract; 64-bit numbers are numbers, enum values have no prefix
(`SUCCEEDED`), times are RFC 3339 in UTC, absent messages and optional values are null. Secrets are left out: the suite
never returns them.
"""

import base64
from collections.abc import Mapping
from datetime import UTC
from typing import Any, cast

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

SECRETS = frozenset({"api_key", "password", "secret_access_key"})

Document = dict[str, Any]


def document(message: Message) -> Document:
    """The message as a value that `json` can write."""
    fields = cast("list[FieldDescriptor]", message.DESCRIPTOR.fields)
    return {field.name: _field(message, field) for field in fields if field.name not in SECRETS}


def enum_name(enum: EnumDescriptor, number: int) -> str:
    """An enum value without the prefix of its enum; its number if it is newer than this client."""
    value = enum.values_by_number.get(number)
    if value is None:
        return str(number)
    zero = enum.values_by_number[0].name
    return value.name.removeprefix(zero.removesuffix("UNSPECIFIED"))


def time_text(time: Timestamp) -> str:
    """RFC 3339 in UTC, to the second where there is no more."""
    return time.ToDatetime(UTC).isoformat().replace("+00:00", "Z")


def _field(message: Message, field: FieldDescriptor) -> Any:
    if field.has_presence and not message.HasField(field.name):
        return None
    value = getattr(message, field.name)
    if isinstance(value, Mapping):
        return {str(key): value[key] for key in sorted(value)}
    if field.is_repeated:
        return [_value(each, field) for each in value]
    return _value(value, field)


def _value(value: Any, field: FieldDescriptor) -> Any:
    if isinstance(value, Timestamp):
        return time_text(value)
    if isinstance(value, Struct):
        return MessageToDict(value)
    if isinstance(value, Message):
        return document(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if field.enum_type is not None:
        return enum_name(field.enum_type, value)
    return value
