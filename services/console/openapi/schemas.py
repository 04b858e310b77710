"""JSON Schemas of messages and enums by the JSON mapping of proto3 (protobuf.dev/programming-guides/json)."""

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, EnumValueDescriptor, FieldDescriptor

from services.console.openapi.comments import Comments

Schema = dict[str, Any]

_INT64: Schema = {"type": "string", "pattern": "^-?[0-9]{1,19}$", "format": "int64"}
_UINT64: Schema = {"type": "string", "pattern": "^[0-9]{1,20}$", "format": "uint64"}
_INT32: Schema = {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
_UINT32: Schema = {"type": "integer", "format": "uint32", "minimum": 0, "maximum": 2**32 - 1}
_SCALARS: Mapping[int, Schema] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "format": "byte", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_SINT32: _INT32,
    FieldDescriptor.TYPE_SFIXED32: _INT32,
    FieldDescriptor.TYPE_UINT32: _UINT32,
    FieldDescriptor.TYPE_FIXED32: _UINT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_SINT64: _INT64,
    FieldDescriptor.TYPE_SFIXED64: _INT64,
    FieldDescriptor.TYPE_UINT64: _UINT64,
    FieldDescriptor.TYPE_FIXED64: _UINT64,
}
_WELL_KNOWN: Mapping[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$", "examples": ["1.5s"]},
    "google.protobuf.FieldMask": {"type": "string", "examples": ["displayName,labels"]},
    "google.protobuf.Struct": {"type": "object", "additionalProperties": True},
    "google.protobuf.ListValue": {"type": "array", "items": {}},
    "google.protobuf.Value": {},
    "google.protobuf.Empty": {"type": "object"},
}
_OUTPUT_ONLY = "Output only."
_INPUT_ONLY = "Input only."


class Schemas:
    """Schemas by reference; `components` holds all that was referred to, so what no route reaches is left out.

    No field is required: in proto3 JSON, an absent one has its default, and values that are the default are left out.
    """

    def __init__(self, comments: Comments) -> None:
        self._comments = comments
        self._components: dict[str, Schema] = {}
        self._owners: dict[str, str] = {}

    @property
    def components(self) -> dict[str, Schema]:
        """All schemas that were referred to, by name."""
        return dict(sorted(self._components.items()))

    def of(self, message: Descriptor, without: Collection[str] = ()) -> Schema:
        """A message, `without` these fields of it: what the path says is not said again in the body.

        Raises ValueError if its name is another's already.
        """
        if message.full_name in _WELL_KNOWN:
            return dict(_WELL_KNOWN[message.full_name])
        return self._referred(message, lambda: self._object(message, without))

    def of_field(self, field: FieldDescriptor) -> Schema:
        """A field with its comment."""
        message = field.message_type
        if message is not None and message.GetOptions().map_entry:
            values = self._of_value(message.fields_by_name["value"])
            schema: Schema = {"type": "object", "additionalProperties": values}
        elif field.is_repeated:
            schema = {"type": "array", "items": self._of_value(field)}
        else:
            schema = self._of_value(field)
        return schema | self._of_comment(field)

    def of_reasons(self, reason: EnumDescriptor) -> Schema:
        """The reasons of errors as problems name them: without the prefix of the enum."""
        values = [value for value in reason.values if not _is_unspecified(value)]
        prefix = _prefix(reason)
        lines = [f"- `{value.name.removeprefix(prefix)}`: {self._of_enum_value(value)}" for value in values]
        return {
            "type": "string",
            "enum": [value.name.removeprefix(prefix) for value in values],
            "description": "\n".join(["A reason never changes its meaning; new ones are added.", "", *lines]),
        }

    def _of_value(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            return self.of(field.message_type)
        if field.enum_type is not None:
            enum: EnumDescriptor = field.enum_type
            return self._referred(enum, lambda: self._enum(enum))
        return dict(_SCALARS[field.type])

    def _referred(self, owner: Descriptor | EnumDescriptor, schema: Any) -> Schema:
        name = _short_name(owner)
        if self._owners.setdefault(name, owner.full_name) != owner.full_name:
            raise ValueError(f"{owner.full_name} and {self._owners[name]} would both be called {name}")
        if name not in self._components:
            self._components[name] = {}  # there before its fields are looked at, which may lead back to it
            self._components[name] = schema()
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, message: Descriptor, without: Collection[str]) -> Schema:
        fields = [field for field in message.fields if field.name not in without]
        return {
            "type": "object",
            "description": self._comments[message.full_name],
            "properties": {field.json_name: self.of_field(field) for field in fields},
        }

    def _enum(self, enum: EnumDescriptor) -> Schema:
        values = [value for value in enum.values if not _is_unspecified(value)]
        lines = [f"- `{value.name}`: {self._of_enum_value(value)}" for value in values]
        unspecified = [self._of_enum_value(value) for value in enum.values if _is_unspecified(value)]
        if any(comment not in ("Never sent.", "Not allowed.") for comment in unspecified):
            lines += [f"- left out: {comment}" for comment in unspecified]
        return {
            "type": "string",
            "enum": [value.name for value in values],
            "description": "\n".join([self._comments[enum.full_name], "", *lines]),
        }

    def _of_enum_value(self, value: EnumValueDescriptor) -> str:
        return self._comments[f"{value.type.full_name}.{value.name}"]

    def _of_comment(self, field: FieldDescriptor) -> Schema:
        comment = self._comments[field.full_name]
        said: Schema = {}
        if comment.startswith(_OUTPUT_ONLY):
            said["readOnly"] = True
        if comment.startswith(_INPUT_ONLY):
            said["writeOnly"] = True
        text = comment.removeprefix(_OUTPUT_ONLY).removeprefix(_INPUT_ONLY).strip()
        if field.containing_oneof is not None and len(field.containing_oneof.fields) > 1:
            others = [f"`{other.json_name}`" for other in field.containing_oneof.fields if other.name != field.name]
            text = f"{text} Not together with {_listed(others)}.".strip()
        return said | ({"description": text} if text else {})


def _is_unspecified(value: EnumValueDescriptor) -> bool:
    """JSON leaves it out, as it leaves out every default."""
    return value.number == 0 and value.name.endswith("_UNSPECIFIED")


def _prefix(enum: EnumDescriptor) -> str:
    return enum.values_by_number[0].name.removesuffix("UNSPECIFIED")


def _short_name(owner: Descriptor | EnumDescriptor) -> str:
    """`Facet.Field` is called FacetField."""
    return owner.full_name.removeprefix(f"{owner.file.package}.").replace(".", "")


def _listed(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
