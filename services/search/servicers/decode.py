"""Requests in the terms of search. All functions raise FieldInvalid, NameInvalid, NotFound or QueryTooLarge for what is
wrong.
"""

from collections.abc import Mapping, Sequence

from bowerbird.search.v1 import search_pb2
from bowerbird.search.v1.search_service_pb2 import SearchRequest
from libs.rpc.errors import FieldInvalid
from libs.rpc.identity import current_caller
from libs.rpc.names import VERSION
from services.search.conditions import AttributeField
from services.search.errors import QueryTooLarge
from services.search.facets import FacetField
from services.search.histograms import HistogramField
from services.search.query import BY_RELEVANCE, Query, Sort, SortField

MAX_FACET_VALUES = 10_000
DEFAULT_FACET_VALUES = 100
MAX_RANGES = 1_000
DEFAULT_RANGES = 20
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
    search_pb2.Facet.FIELD_FILE_TYPE: FacetField.FILE_TYPE,
}
# Scores are no field of files: the engine counts them, None here.
HISTOGRAM_FIELDS: Mapping[search_pb2.Histogram.Field.ValueType, HistogramField | None] = {
    search_pb2.Histogram.FIELD_SIZE: HistogramField.SIZE,
    search_pb2.Histogram.FIELD_WIDTH: HistogramField.WIDTH,
    search_pb2.Histogram.FIELD_HEIGHT: HistogramField.HEIGHT,
    search_pb2.Histogram.FIELD_MODIFY_TIME: HistogramField.MODIFY_TIME,
    search_pb2.Histogram.FIELD_CREATE_TIME: HistogramField.CREATE_TIME,
    search_pb2.Histogram.FIELD_TAG_TIME: HistogramField.TAG_TIME,
    search_pb2.Histogram.FIELD_SCORE: None,
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


def histogram_fields(
    fields: Sequence[search_pb2.Histogram.Field.ValueType], query: Query
) -> list[HistogramField | None]:
    """The fields to measure, at least one; None is the score."""
    unknown = [field for field in fields if field not in HISTOGRAM_FIELDS]
    if unknown or not fields:
        names = ", ".join(map(search_pb2.Histogram.Field.Name, HISTOGRAM_FIELDS))
        raise FieldInvalid(field="fields", value=_listed(unknown), expected=f"at least one of {names}")
    if search_pb2.Histogram.FIELD_SCORE in fields and query.similar is None:
        raise FieldInvalid(field="fields", value="FIELD_SCORE", expected="a text or an image in the query with it")
    return [HISTOGRAM_FIELDS[field] for field in fields]


def ranges(value: int) -> int:
    """How many ranges a histogram may have."""
    if value and not 2 <= value <= MAX_RANGES:
        raise FieldInvalid(field="max_ranges", value=value, expected=f"2 to {MAX_RANGES:,}, or 0")
    return value or DEFAULT_RANGES


def near_duplicate_similarity(request: SearchRequest, query: Query) -> float | None:
    """From which cosine on files are grouped; None where they are not."""
    if not request.HasField("near_duplicate_similarity"):
        return None
    value = request.near_duplicate_similarity
    if not 0.5 <= value <= 1:
        raise FieldInvalid(field="near_duplicate_similarity", value=value, expected="0.5 to 1")
    if query.similar is None:
        expected = "a text or an image in the query with it"
        raise FieldInvalid(field="near_duplicate_similarity", value=value, expected=expected)
    return value


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
