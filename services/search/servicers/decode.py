"""Requests in the terms of search. All functions raise FieldInvalid, NameInvalid, NotFound or QueryTooLarge for what is
wrong.
"""

from collections.abc import Sequence

from bowerbird.search.v1 import search_pb2
from libs.rpc.errors import FieldInvalid
from libs.rpc.identity import current_caller
from libs.rpc.names import VERSION
from services.search.facets import FacetField

MAX_FACET_VALUES = 10_000
DEFAULT_FACET_VALUES = 100
MAX_COMPLETIONS = 1_000
DEFAULT_COMPLETIONS = 20

FACET_FIELDS = {
    search_pb2.Facet.FIELD_TAGS: FacetField.TAGS,
    search_pb2.Facet.FIELD_TAGS_AI: FacetField.TAGS_AI,
    search_pb2.Facet.FIELD_TAGS_USER: FacetField.TAGS_USER,
    search_pb2.Facet.FIELD_TAGS_REJECTED: FacetField.TAGS_REJECTED,
    search_pb2.Facet.FIELD_DIRECTORY: FacetField.DIRECTORY,
    search_pb2.Facet.FIELD_CONTENT_TYPE: FacetField.CONTENT_TYPE,
}


def version_name(name: str) -> str:
    """The name of a version, perhaps `latest`, of the caller's workspace."""
    ids = VERSION.parse(name)
    current_caller().check_workspace(ids["workspace"], resource="version", name=name)
    return name


def number(field: str, value: int, *, most: int, default: int = 0) -> int:
    """A number of at least 1, or the default for 0."""
    if not 0 <= value <= most:
        raise FieldInvalid(field=field, value=value, expected=f"0 to {most:,}")
    return value or default


def facet_fields(fields: Sequence[search_pb2.Facet.Field.ValueType]) -> list[FacetField]:
    """The fields to count over, at least one."""
    unknown = [field for field in fields if field not in FACET_FIELDS]
    if unknown or not fields:
        expected = "at least one of " + ", ".join(map(search_pb2.Facet.Field.Name, FACET_FIELDS))
        raise FieldInvalid(field="fields", value=", ".join(map(str, unknown)), expected=expected)
    return [FACET_FIELDS[field] for field in fields]
