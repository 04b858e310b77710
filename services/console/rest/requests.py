"""The request of an RPC, from the path, the query and the body of an HTTP request."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from libs.rpc.errors import FieldInvalid
from services.console.rest.decoder import FieldUnknown, decode, expected_of, fields_by_spelling, is_well_known
from services.console.rest.routes import Route

MASK = "update_mask"
# What says which resource, and in which state, is never a change of it.
_NO_CHANGE = ("name", "etag")


def build_request(route: Route, path: Mapping[str, str], query: Iterable[tuple[str, str]], body: bytes) -> Message:
    """Fill the request: first the body, then the query, then what the path says, which goes before both.

    A PATCH without `updateMask` changes the fields that its body has. Raises FieldInvalid, which names the field.
    """
    request = GetMessageClass(route.request)()
    sent = _decode_body(route, request, body)
    named = _decode_query(route, request, query)
    for name, value in path.items():
        _set_text(request, name, value)
    if route.http_method == "PATCH" and MASK in route.request.fields_by_name and MASK not in named:
        request.update_mask.CopyFrom(mask_of(sent, route))  # type: ignore[attr-defined]  # known to be there
    return request


def mask_of(sent: Any, route: Route) -> FieldMask:
    """The fields of a resource that a body has, by the names of the contract."""
    fields = fields_by_spelling(route.request.fields_by_name[route.body].message_type)
    return FieldMask(paths=[fields[name].name for name in sent if fields[name].name not in _NO_CHANGE])


def _decode_body(route: Route, request: Message, body: bytes) -> Any:
    if not route.body:
        if body:
            raise FieldInvalid(field="body", value=f"{len(body)} bytes", expected="none; this call takes its query")
        return {}
    if not body:
        return {}
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        start = body[max(0, error.pos - 20) : error.pos + 20].decode(errors="replace")
        raise FieldInvalid(field="body", value=start, expected=f"JSON; {error}") from error
    if route.body == "*":
        decode(sent, request)
        return sent
    field = route.request.fields_by_name[route.body]
    if field.message_type is not None and not field.is_repeated:
        decode(sent, getattr(request, field.name), path=field.json_name)
        getattr(request, field.name).SetInParent()
    else:
        decode({field.json_name: sent}, request)
    return sent


def _decode_query(route: Route, request: Message, query: Iterable[tuple[str, str]]) -> set[str]:
    """Returns the names of the contract that the query gave, like `page_size` or `query.text`."""
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    named: dict[str, str] = {}
    for spelling, texts in values.items():
        fields = _fields_at(route.request, spelling)
        name = ".".join(field.name for field in fields)
        if route.body == "*":
            raise FieldInvalid(field=spelling, value=texts[0], expected="it in the body, where all of this call is")
        if fields[0].name == route.body or name in (variable.field for variable in route.template.variables):
            raise FieldInvalid(field=spelling, value=texts[0], expected="it in the path or the body, and not again")
        if other := named.get(name):
            raise FieldInvalid(field=spelling, value=texts[0], expected=f"one of {other} and {spelling}")
        named[name] = spelling
        _set_query(request, fields, spelling, texts)
    return set(named)


def _fields_at(message: Descriptor, spelling: str) -> Sequence[FieldDescriptor]:
    """The fields along a name like `query.fileName`; only the last may be repeated."""
    found: list[FieldDescriptor] = []
    here: Descriptor | None = message
    for part in spelling.split("."):
        fields = fields_by_spelling(here) if here is not None else {}
        field = fields.get(part)
        if field is None:
            known = ", ".join(sorted(item.json_name for item in here.fields)) if here is not None else ""
            raise FieldUnknown(field=spelling, value=part, expected=known or "none below it")
        found.append(field)
        here = None if field.is_repeated or _is_value(field) else field.message_type
    if not _is_value(found[-1]):
        raise FieldInvalid(field=spelling, value="an object", expected=f"one field of it, like {spelling}.name")
    return found


def _is_value(field: FieldDescriptor) -> bool:
    """Whether text can give the field: a scalar, or a type that JSON writes as text."""
    if field.message_type is None:
        return True
    return is_well_known(field.message_type) and field.message_type.name not in ("Struct", "Value", "ListValue", "Any")


def _set_query(request: Message, fields: Sequence[FieldDescriptor], spelling: str, texts: list[str]) -> None:
    *parents, field = fields
    for parent in parents:
        request = getattr(request, parent.name)
        request.SetInParent()
    oneof = field.containing_oneof
    other = request.WhichOneof(oneof.name) if oneof is not None else None
    if other not in (None, field.name):
        expected = f"it or {request.DESCRIPTOR.fields_by_name[other].json_name} alone"
        raise FieldInvalid(field=spelling, value=" and ".join(texts), expected=expected)
    values = [_typed(field, spelling, text) for text in texts]
    if not field.is_repeated and len(values) > 1:
        raise FieldInvalid(field=spelling, value=" and ".join(texts), expected="one value")
    try:
        decode({field.json_name: values if field.is_repeated else values[0]}, request)
    except FieldInvalid:
        raise FieldInvalid(field=spelling, value=" and ".join(texts), expected=expected_of(field)) from None


def _typed(field: FieldDescriptor, spelling: str, text: str) -> Any:
    if field.cpp_type != FieldDescriptor.CPPTYPE_BOOL:
        return text
    if text not in ("true", "false"):
        raise FieldInvalid(field=spelling, value=text, expected=expected_of(field))
    return text == "true"


def _set_text(request: Message, name: str, value: str) -> None:
    *parents, last = name.split(".")
    for parent in parents:
        request = getattr(request, parent)
    setattr(request, last, value)
