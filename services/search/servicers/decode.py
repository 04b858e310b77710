"""Requests in the terms of search. All functions raise FieldInvalid, NameInvalid, NotFound or QueryTooLarge for what is
wrong.
"""

from collections.abc import Sequence

from bowerbird.search.v1 import search_pb2
from libs.rpc.errors import FieldInvalid
from libs.rpc.identity import current_caller
from libs.rpc.names import VERSION
from services.search.conditions import AttributeField
from services.search.errors import QueryTooLarge
from services.search.facets import FacetField
from services.search.query import BY_RELEVANCE, Sort, SortField

MAX_FACET_VALUES = 10_000
DEFAULT_FACET_VALUES = 100
MAX_ATTRIBUTES = 20
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
SORT_FIELDS = {
    search_pb2.Sort.FIELD_UNSPECIFIED: SortField.RELEVANCE,
    search_pb2.Sort.FIELD_RELEVANCE: SortField.RELEVANCE,
    search_pb2.Sort.FIELD_FILE_NAME: SortField.FILE_NAME,
    search_pb2.Sort.FIELD_SIZE: SortField.SIZE,
    search_pb2.Sort.FIELD_MODIFY_TIME: SortField.MODIFY_TIME,
    search_pb2.Sort.FIELD_CREATE_TIME: SortField.CREATE_TIME,
    search_pb2.Sort.FIELD_TAG_TIME: SortField.TAG_TIME,
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


def facet_fields(
    fields: Sequence[search_pb2.Facet.Field.ValueType], attributes: Sequence[str]
) -> list[FacetField | AttributeField]:
    """The fields to count over, at least one; attributes last."""
    if unknown := [field for field in fields if field not in FACET_FIELDS]:
        raise FieldInvalid(field="fields", value=_listed(unknown), expected=_facet_names())
    if not fields and not attributes:
        raise FieldInvalid(field="fields", value="", expected=f"{_facet_names()}, or attributes")
    if len(attributes) > MAX_ATTRIBUTES:
        raise QueryTooLarge(value=f"{len(attributes)} attributes", limit=MAX_ATTRIBUTES)
    if not all(path.strip() for path in attributes):
        raise FieldInvalid(field="attributes", value="", expected="keys of attributes, like `camera` or `gps.city`")
    return [*(FACET_FIELDS[field] for field in fields), *map(AttributeField, attributes)]


def sort(message: search_pb2.Sort) -> Sort:
    """The order of hits."""
    if message.field not in SORT_FIELDS:
        names = ", ".join(map(search_pb2.Sort.Field.Name, SORT_FIELDS))
        raise FieldInvalid(field="sort.field", value=message.field, expected=f"one of {names}")
    field = SORT_FIELDS[message.field]
    if field is not SortField.RELEVANCE:
        return Sort(field, is_descending=not message.ascending)
    if message.ascending:
        raise FieldInvalid(field="sort.ascending", value=True, expected="a field to sort by, other than relevance")
    return BY_RELEVANCE


def _facet_names() -> str:
    return "at least one of " + ", ".join(map(search_pb2.Facet.Field.Name, FACET_FIELDS))


def _listed(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))
