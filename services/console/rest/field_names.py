"""Fields in the errors of services, by the names that JSON has for them: a service speaks of `display_name`."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor, OneofDescriptor

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, FieldInvalid
from libs.rpc.status import RemoteError

_MASK = "google.protobuf.FieldMask"
_WORD_OF_SEVERAL = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
_LETTER_AFTER_BAR = re.compile(r"_([a-z0-9])")


def in_json_names(error: BowerbirdError, request: Descriptor) -> BowerbirdError:
    """What a service said of a field of that request, by its names in JSON; any other error as it is.

    The message is said anew where it has the words of FieldInvalid, and stays where it has its own.
    """
    said = error.details
    if error.reason != ErrorReason.ERROR_REASON_FIELD_INVALID or not {"field", "value", "expected"} <= said.keys():
        return error
    path, last = _resolved(said["field"], request)
    told = said | {
        "field": path,
        "value": _value_in_json(said["value"], last),
        "expected": _WORD_OF_SEVERAL.sub(lambda word: _names(request).get(word[0], word[0]), said["expected"]),
    }
    message = str(error)
    if message == str(FieldInvalid(**said)):
        message = str(FieldInvalid(**told))
    return RemoteError(error.status, error.reason, message, **told)


def _resolved(path: str, request: Descriptor) -> tuple[str, FieldDescriptor | OneofDescriptor | None]:
    """The path in JSON, and what its last word names. Behind a map or a value stands what a user wrote, which stays."""
    words: list[str] = []
    last: FieldDescriptor | OneofDescriptor | None = None
    here: Descriptor | None = request
    rest = path.split(".")
    while rest:
        name, bracket, index = rest[0].partition("[")
        field = here.fields_by_name.get(name) if here is not None else None
        if field is None:
            break
        rest.pop(0)
        words.append(field.json_name + bracket + index)
        last, here = field, field.message_type
        if here is not None and here.GetOptions().map_entry:
            here = None
    if rest and here is not None:
        last = here.oneofs_by_name.get(rest[0]) if len(rest) == 1 else None
        # Another request than this one had the field: the call was passed on from service to service.
        rest = [_names(request).get(word, word) for word in rest]
    return ".".join([*words, *rest]), last


def _value_in_json(value: str, named: FieldDescriptor | OneofDescriptor | None) -> str:
    if isinstance(named, OneofDescriptor):
        return next((field.json_name for field in named.fields if field.name == value), value)
    if named is not None and named.message_type is not None and named.message_type.full_name == _MASK:
        return _LETTER_AFTER_BAR.sub(lambda found: found[1].upper(), value)
    return value


@cache
def _names(request: Descriptor) -> Mapping[str, str]:
    """All fields that a request can hold, at any depth: their names in JSON by those of the contract."""
    return {field.name: field.json_name for message in _messages(request, set()) for field in message.fields}


def _messages(message: Descriptor, seen: set[str]) -> Iterator[Descriptor]:
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    yield message
    for field in message.fields:
        if field.message_type is not None:
            yield from _messages(field.message_type, seen)
