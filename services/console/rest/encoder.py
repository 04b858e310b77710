"""Messages as proto3 JSON, by an encoder that is built once for each type, and faster than `json_format`.

What it gives equals `MessageToDict` of that (https://protobuf.dev/programming-guides/json): names in lowerCamelCase,
fields without a value left out, integers of 64 bits as text, bytes in base64, enums by name.
"""

import math
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

Encode = Callable[[Any], Any]
_SINGLE = struct.Struct("<f")


@cache
def encoder(message: Descriptor) -> Encode:
    """What turns messages of the type into values for `orjson.dumps`."""
    if message.full_name in _WELL_KNOWN:
        return _WELL_KNOWN[message.full_name]
    if message.full_name.startswith("google.protobuf."):
        return MessageToDict
    fields: dict[FieldDescriptor, tuple[str, Encode | None]] = {}

    def encode(value: Message) -> dict[str, Any]:
        encoded = {}
        for field, content in value.ListFields():  # those that have a value, by number
            if field not in fields:  # made here and not before, for a type may hold itself
                fields[field] = field.json_name, _field(field)
            name, convert = fields[field]
            encoded[name] = content if convert is None else convert(content)
        return encoded

    return encode


def _field(field: FieldDescriptor) -> Encode | None:
    """The conversion of a field's value; None where the value is what orjson takes."""
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        return _map(entry)
    convert = _scalar(field)
    if not field.is_repeated:
        return convert
    return list if convert is None else lambda values: [convert(value) for value in values]


def _map(entry: Descriptor) -> Encode:
    key = entry.fields_by_name["key"]
    convert = _scalar(entry.fields_by_name["value"]) or _same
    name: Encode = _lower_bool if key.type == FieldDescriptor.TYPE_BOOL else str
    return lambda values: {name(key): convert(values[key]) for key in values}


def _scalar(field: FieldDescriptor) -> Encode | None:
    if field.message_type is not None:
        return encoder(field.message_type)
    if field.enum_type is not None:
        return _enum(field.enum_type)
    return _BY_TYPE.get(field.type)


def _enum(enum: EnumDescriptor) -> Encode:
    names = {number: value.name for number, value in enum.values_by_number.items()}
    return lambda number: names.get(number, number)


def _bytes(value: bytes) -> str:
    return b64encode(value).decode()


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _float(value: float) -> float | str:
    """The shortest number that is the same in 32 bits: 0.1, and not 0.10000000149011612."""
    if not math.isfinite(value):
        return _double(value)
    for digits in (6, 7, 8):
        shorter = float(f"{value:.{digits}g}")
        if abs(shorter) <= _MOST and _SINGLE.unpack(_SINGLE.pack(shorter))[0] == value:
            return shorter
    return float(f"{value:.9g}")


def _timestamp(value: Any) -> str:
    nanos = value.nanos
    text = _seconds(value.seconds)
    if nanos == 0:
        return f"{text}Z"
    if nanos % 1000:
        return f"{text}.{nanos:09d}Z"
    return f"{text}.{nanos // 1_000_000:03d}Z" if nanos % 1_000_000 == 0 else f"{text}.{nanos // 1000:06d}Z"


@lru_cache(4096)  # the files of a page share most of their times
def _seconds(since_1970: int) -> str:
    return datetime.fromtimestamp(since_1970, UTC).isoformat()[:19]


def _struct(value: Any) -> dict[str, Any]:
    fields = value.fields
    return {name: _value(fields[name]) for name in fields}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    if kind == "struct_value":
        return _struct(value.struct_value)
    if kind == "list_value":
        return [_value(item) for item in value.list_value.values]
    if kind == "number_value" and not math.isfinite(value.number_value):
        raise ValueError("JSON has no form for a number that is not finite")
    return getattr(value, kind)


def _lower_bool(value: bool) -> str:
    return "true" if value else "false"


def _same(value: Any) -> Any:
    return value


_MOST = _SINGLE.unpack(b"\xff\xff\x7f\x7f")[0]
_BY_TYPE: Mapping[int, Encode] = {
    FieldDescriptor.TYPE_INT64: str,
    FieldDescriptor.TYPE_UINT64: str,
    FieldDescriptor.TYPE_SINT64: str,
    FieldDescriptor.TYPE_FIXED64: str,
    FieldDescriptor.TYPE_SFIXED64: str,
    FieldDescriptor.TYPE_BYTES: _bytes,
    FieldDescriptor.TYPE_DOUBLE: _double,
    FieldDescriptor.TYPE_FLOAT: _float,
}
_WELL_KNOWN: Mapping[str, Encode] = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Struct": _struct,
    "google.protobuf.Value": _value,
}
