"""Messages of the contract as hypothesis draws them: any type, any values that JSON has a form for."""

from collections.abc import Iterator
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from services.console.rest.contract import contract_services

_DEPTH = 2
_INT32 = st.integers(-(2**31), 2**31 - 1)
_INT64 = st.integers(-(2**63), 2**63 - 1)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# What Timestamp holds: the years 1 to 9999.
_SECONDS = st.one_of(st.just(0), st.integers(-62135596800, 253402300799))
_NANOS = st.one_of(st.just(0), st.integers(0, 999_999_999), st.integers(0, 999).map(lambda value: value * 1_000_000))
_BY_TYPE: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_STRING: _TEXT,
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=20),
}


def contract_messages() -> list[Descriptor]:
    """Every message of the files that hold services, and of all that they import, but the standard ones."""
    found: dict[str, Descriptor] = {}
    seen: set[str] = set()

    def visit(file: FileDescriptor) -> None:
        if file.name in seen or not file.name.startswith("bowerbird/"):
            return
        seen.add(file.name)
        for message in _nested(file.message_types_by_name.values()):
            found[message.full_name] = message
        for imported in file.dependencies:
            visit(imported)

    for service in contract_services():
        visit(service.file)
    return list(found.values())


@st.composite
def messages(draw: st.DrawFn, message: Descriptor, depth: int = _DEPTH) -> Message:
    """A message of the type."""
    return _fill(draw, GetMessageClass(message)(), depth)


def _nested(messages: Any) -> Iterator[Descriptor]:
    for message in messages:
        if not message.GetOptions().map_entry:
            yield message
            yield from _nested(message.nested_types)


def _fill(draw: st.DrawFn, message: Message, depth: int) -> Message:
    descriptor = cast("Descriptor", message.DESCRIPTOR)
    special = _WELL_KNOWN.get(descriptor.full_name)
    if special is not None:
        special(draw, message)
        return message
    for field in descriptor.fields:
        if draw(st.booleans()):
            _fill_field(draw, message, field, depth)
    return message


def _fill_field(draw: st.DrawFn, message: Any, field: FieldDescriptor, depth: int) -> None:
    entry = field.message_type
    if entry is not None and depth == 0:
        return
    if entry is not None and entry.GetOptions().map_entry:
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        for name in draw(st.lists(_scalar(key), max_size=3)):
            if value.message_type is None:
                getattr(message, field.name)[name] = draw(_scalar(value))
            else:
                _fill(draw, getattr(message, field.name)[name], depth - 1)
    elif field.is_repeated and entry is not None:
        for _ in range(draw(st.integers(0, 3))):
            _fill(draw, getattr(message, field.name).add(), depth - 1)
    elif field.is_repeated:
        getattr(message, field.name).extend(draw(st.lists(_scalar(field), max_size=3)))
    elif entry is not None:
        getattr(message, field.name).SetInParent()
        _fill(draw, getattr(message, field.name), depth - 1)
    else:
        setattr(message, field.name, draw(_scalar(field)))


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        # A newer service may send one that this one does not know.
        return st.one_of(st.sampled_from(sorted(field.enum_type.values_by_number)), st.integers(1000, 2000))
    return _BY_TYPE[field.type]


def _timestamp(draw: st.DrawFn, message: Any) -> None:
    message.seconds, message.nanos = draw(_SECONDS), draw(_NANOS)


def _mask(draw: st.DrawFn, message: Any) -> None:
    message.paths.extend(draw(st.lists(st.sampled_from(["display_name", "labels", "query.file_name"]), max_size=3)))


def _struct(draw: st.DrawFn, message: Any) -> None:
    finite = st.floats(allow_nan=False, allow_infinity=False)
    leaves = st.one_of(st.none(), st.booleans(), finite, _TEXT)
    values = st.recursive(leaves, lambda inner: st.one_of(st.lists(inner), st.dictionaries(_TEXT, inner)), max_leaves=8)
    message.update(draw(st.dictionaries(_TEXT, values, max_size=4)))


_WELL_KNOWN = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.FieldMask": _mask,
    "google.protobuf.Struct": _struct,
}
