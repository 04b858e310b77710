"""Tag definitions as people write them: JSON in the form of `TagDefinition.definition_json`, parsed strictly.

{"tags": {"Bird": "Any bird", "Lock": {"description": "A parking lock", "values": ["raised", "lowered"]}}}
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError

MOST_BYTES = 64 * 1024
MOST_TAGS = 500
MOST_CHARACTERS = 100


class TagDefinitionInvalid(BowerbirdError):
    """The tag definition is wrong: {problem}."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_TAG_DEFINITION_INVALID


@dataclass(frozen=True)
class DefinedTag:
    """A tag; one with values (name -> description) is given as `name/value`. Names are NFC and trimmed."""

    name: str
    description: str
    values: Mapping[str, str] = field(default_factory=dict)


def parse_definition(text: str) -> tuple[DefinedTag, ...]:
    """The tags in their order. Raises TagDefinitionInvalid, which says where and what."""
    if len(text.encode()) > MOST_BYTES:
        raise TagDefinitionInvalid(problem=f"it has {len(text.encode()):,} bytes, more than {MOST_BYTES:,}")
    if not text.strip():
        raise TagDefinitionInvalid(problem='it is empty; write {"tags": {"NAME": "DESCRIPTION"}}')
    try:
        document = json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        problem = f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise TagDefinitionInvalid(problem=problem) from error
    except RecursionError as error:
        raise TagDefinitionInvalid(problem="it is nested too deeply") from error
    tags = _parse_tags(_only(document, "the document", ("tags",)).get("tags"))
    count = sum(len(tag.values) or 1 for tag in tags)
    if count > MOST_TAGS:
        raise TagDefinitionInvalid(problem=f"it has {count:,} tags with their values, more than {MOST_TAGS}")
    return tags


def format_definition(tags: tuple[DefinedTag, ...]) -> str:
    """The normal form: values as an object, the order kept."""
    document = {
        tag.name: {"description": tag.description, "values": dict(tag.values)} if tag.values else tag.description
        for tag in tags
    }
    return json.dumps({"tags": document}, ensure_ascii=False)


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON that still has its duplicates."""


def _parse_tags(tags: Any) -> tuple[DefinedTag, ...]:
    where = "tags"
    if not isinstance(tags, _Pairs):
        raise TagDefinitionInvalid(problem=f'{where} is {_kind(tags)}, expected an object {{"NAME": "DESCRIPTION"}}')
    if not tags:
        raise TagDefinitionInvalid(problem=f"{where} is empty; expected at least one tag")
    named = _named(tags, where)
    return tuple(_parse_tag(name, value, f"{where}.{name}") for name, value in named.items())


def _parse_tag(name: str, value: Any, where: str) -> DefinedTag:
    if isinstance(value, str):
        return DefinedTag(name, _text(value, where))
    if not isinstance(value, _Pairs):
        expected = 'a description or {"description": "...", "values": [...]}'
        raise TagDefinitionInvalid(problem=f"{where} is {_kind(value)}, expected {expected}")
    parts = _only(value, where, ("description", "values"))
    description = _text(parts.get("description", ""), f"{where}.description")
    return DefinedTag(name, description, _parse_values(parts["values"], f"{where}.values") if "values" in parts else {})


def _parse_values(values: Any, where: str) -> dict[str, str]:
    if isinstance(values, list) and not isinstance(values, _Pairs):
        values = _Pairs((_text(value, f"{where}[{index}]"), "") for index, value in enumerate(values))
    elif not isinstance(values, _Pairs):
        expected = '["NAME", ...] or {"NAME": "DESCRIPTION", ...}'
        raise TagDefinitionInvalid(problem=f"{where} is {_kind(values)}, expected {expected}")
    if not values:
        raise TagDefinitionInvalid(problem=f"{where} is empty; leave it out for a tag without values")
    return {name: _text(description, f"{where}.{name}") for name, description in _named(values, where).items()}


def _named(pairs: _Pairs, where: str) -> dict[str, Any]:
    """By checked name, no name twice."""
    named: dict[str, Any] = {}
    for written, value in pairs:
        name = unicodedata.normalize("NFC", written).strip()
        if not 1 <= len(name) <= MOST_CHARACTERS:
            problem = f"{where} has a name of {len(name)} characters ({name[:20]!r}), expected 1 to {MOST_CHARACTERS}"
            raise TagDefinitionInvalid(problem=problem)
        if "/" in name or not name.isprintable():
            problem = f"{where} has the name {name!r}; a name holds no '/' and no control characters"
            raise TagDefinitionInvalid(problem=problem)
        if name in named:
            raise TagDefinitionInvalid(problem=f"{where} has the name {name!r} twice")
        named[name] = value
    return named


def _only(value: Any, where: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    """An object with no other keys than these, none of them twice."""
    if not isinstance(value, _Pairs):
        raise TagDefinitionInvalid(problem=f"{where} is {_kind(value)}, expected an object with {', '.join(allowed)}")
    found: dict[str, Any] = {}
    for key, part in value:
        if key not in allowed or key in found:
            again = "twice" if key in found else f"which is none of {', '.join(allowed)}"
            raise TagDefinitionInvalid(problem=f"{where} has {key!r}, {again}")
        found[key] = part
    return found


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise TagDefinitionInvalid(problem=f"{where} is {_kind(value)}, expected text")
    if "\0" in value or any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise TagDefinitionInvalid(problem=f"{where} holds a character that is no text")
    return value.strip()


def _kind(value: Any) -> str:
    """What JSON calls it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case _Pairs():
            return "an object"
        case _:
            return "an array"
