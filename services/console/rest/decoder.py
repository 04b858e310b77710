"""JSON into messages, and where it does not fit, which field, and what would."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from libs.rpc.errors import FieldInvalid

# What ParseDict raises for values of a wrong kind; not all of it is a ParseError.
_REFUSED = (ParseError, TypeError, ValueError, AttributeError, KeyError, OverflowError)


class FieldUnknown(FieldInvalid):
    """There is no field {field!r} here; there are {expected}."""


def decode(value: Any, message: Message, *, path: str = "") -> None:
    """Merge JSON into a message; `path` is where the value stands. Raises FieldInvalid, which names the field."""
    where = path or "the body"
    descriptor = cast("Descriptor", message.DESCRIPTOR)
    if not isinstance(value, dict) and not is_well_known(descriptor):
        raise FieldInvalid(field=where, value=value, expected=_of_message(descriptor))
    try:
        ParseDict(value, message)
    except _REFUSED as error:
        _blame(value, descriptor, path)
        raise FieldInvalid(field=where, value=value, expected=_of_message(descriptor)) from error


@cache
def fields_by_spelling(message: Descriptor) -> Mapping[str, FieldDescriptor]:
    """The fields by both of their names: `page_size` and `pageSize`."""
    return {name: field for field in message.fields for name in (field.name, field.json_name)}


def is_well_known(message: Descriptor) -> bool:
    """Whether JSON has a form of its own for the type, like text for a time."""
    return message.full_name.startswith("google.protobuf.")


def expected_of(field: FieldDescriptor) -> str:
    """What a field takes, in words."""
    if field.message_type is not None:
        return _of_message(field.message_type)
    if field.enum_type is not None:
        return f"one of {', '.join(value.name for value in field.enum_type.values)}"
    return _OF_TYPE[field.cpp_type] if field.type != FieldDescriptor.TYPE_BYTES else "bytes in base64"


def _blame(value: Any, message: Descriptor, path: str) -> None:
    """Raise for the innermost field that does not fit, if the fault is one field's."""
    if is_well_known(message) or not isinstance(value, dict):
        return
    fields = fields_by_spelling(message)
    for name, content in value.items():
        here = f"{path}.{name}" if path else name
        field = fields.get(name)
        if field is None:
            raise FieldUnknown(field=here, value=content, expected=", ".join(item.json_name for item in message.fields))
        try:
            ParseDict({name: content}, GetMessageClass(message)())
        except _REFUSED:
            _blame_content(content, field, here)
    _blame_oneof(value, fields, path)


def _blame_oneof(value: Mapping[str, Any], fields: Mapping[str, FieldDescriptor], path: str) -> None:
    """Raise for a field that excludes one before it."""
    given: dict[str, str] = {}
    for name, content in value.items():
        oneof = fields[name].containing_oneof
        if oneof is None or content is None:
            continue
        if other := given.get(oneof.name):
            raise FieldInvalid(field=f"{path}.{name}" if path else name, value=content, expected=f"it or {other} alone")
        given[oneof.name] = name


def _blame_content(content: Any, field: FieldDescriptor, here: str) -> None:
    entry = field.message_type
    expected = expected_of(field)
    if entry is not None and entry.GetOptions().map_entry:
        expected = f"an object whose values are {expected_of(entry.fields_by_name['value'])}"
    elif field.is_repeated:
        if isinstance(content, list):
            for index, item in enumerate(content):
                _blame_item(item, field, f"{here}[{index}]")
        expected = f"a list, each item {expected}"
    elif entry is not None:
        _blame(content, entry, here)
    raise FieldInvalid(field=here, value=content, expected=expected)


def _blame_item(item: Any, field: FieldDescriptor, here: str) -> None:
    try:
        ParseDict({field.json_name: [item]}, GetMessageClass(cast("Descriptor", field.containing_type))())
    except _REFUSED:
        if field.message_type is not None:
            _blame(item, field.message_type, here)
        raise FieldInvalid(field=here, value=item, expected=expected_of(field)) from None


def _of_message(message: Descriptor) -> str:
    if message.full_name in _OF_WELL_KNOWN:
        return _OF_WELL_KNOWN[message.full_name]
    return f"an object with fields of {', '.join(field.json_name for field in message.fields) or 'none'}"


_OF_TYPE = {
    FieldDescriptor.CPPTYPE_INT32: "a whole number of 32 bits",
    FieldDescriptor.CPPTYPE_INT64: "a whole number of 64 bits",
    FieldDescriptor.CPPTYPE_UINT32: "a whole number of 32 bits, 0 or more",
    FieldDescriptor.CPPTYPE_UINT64: "a whole number of 64 bits, 0 or more",
    FieldDescriptor.CPPTYPE_DOUBLE: "a number",
    FieldDescriptor.CPPTYPE_FLOAT: "a number",
    FieldDescriptor.CPPTYPE_BOOL: "true or false",
    FieldDescriptor.CPPTYPE_STRING: "text",
}
_OF_WELL_KNOWN = {
    "google.protobuf.Timestamp": "a time like 2026-01-31T12:00:00Z",
    "google.protobuf.Duration": "a duration in seconds like 1.5s",
    "google.protobuf.FieldMask": "names of fields with commas between them, like displayName,labels",
    "google.protobuf.Struct": "an object",
}
