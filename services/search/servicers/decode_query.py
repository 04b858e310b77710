"""The message Query, expression and all, as a query. All functions raise FieldInvalid, NameInvalid, NotFound,
QueryTooLarge or QueryInvalid for what is wrong.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.search.v1 import search_pb2
from bowerbird.search.v1.search_service_pb2 import SearchRequest
from libs.rpc.errors import FieldInvalid
from libs.rpc.names import INDEX_SET
from services.search.conditions import (
    EVERY_FILE,
    And,
    Condition,
    FileIn,
    KeywordField,
    KeywordIn,
    Not,
    Or,
    TagIs,
    TagKind,
    TextContains,
    TextField,
    TimeField,
    TimeIn,
)
from services.search.errors import QueryTooLarge
from services.search.file_names import file_of
from services.search.language.expression import Expression, QueryType, compiled
from services.search.query import BY_RELEVANCE, DEFAULT_TOP_K, MAX_TERMS, MAX_TOP_K, Query, Similarity, Sort, Status
from services.search.servicers.decode import number
from services.search.servicers.decode_examples import examples_of, text_of

MAX_FILES = 10_000

QUERY_TYPES = {
    search_pb2.QUERY_TYPE_UNSPECIFIED: QueryType.MIX,
    search_pb2.QUERY_TYPE_MIX: QueryType.MIX,
    search_pb2.QUERY_TYPE_TAG: QueryType.TAG,
    search_pb2.QUERY_TYPE_VECTOR: QueryType.VECTOR,
}
STATUSES = {
    File.STATUS_UNSPECIFIED: Status.ACTIVE,
    File.STATUS_ACTIVE: Status.ACTIVE,
    File.STATUS_DELETED: Status.DELETED,
}
Value = TypeVar("Value")
Bound = Literal["modified_after", "modified_before", "tagged_after", "tagged_before"]


@dataclass(frozen=True)
class DecodedQuery:
    """A query, and what its expression says about the answer: 0 and "" where it says nothing."""

    query: Query
    page_size: int
    page_token: str
    thumbnail_mode: str


def decoded_query(
    message: search_pb2.Query, version: str, sort: Sort = BY_RELEVANCE, *, most_top_k: int = MAX_TOP_K
) -> DecodedQuery:
    """A query of that version."""
    said = compiled(message.expression, now=datetime.now(UTC), version=version)
    query = Query(
        condition=And((*_conditions(message, version), said.condition)),
        similar=_similarity(message, said, version, most_top_k),
        status=_status(message, said),
        sort=_one("sort", None if sort == BY_RELEVANCE else sort, said.sort) or BY_RELEVANCE,
    )
    return DecodedQuery(
        _of_type(query, _one("query.query_type", _given_type(message), said.query_type) or QueryType.MIX),
        page_size=said.page_size or 0,
        page_token=said.page_token or "",
        thumbnail_mode=said.thumbnail_mode or "",
    )


def paged_request(request: SearchRequest, asked: DecodedQuery, version: str) -> SearchRequest:
    """The request as page tokens look at it: with the page's size and token where they belong, said by the expression
    or not, and with an expression that is the same for all pages.
    """
    paged = SearchRequest()
    paged.CopyFrom(request)
    paged.query.expression = _canonical(request.query.expression, version)
    paged.page_size = _one("page_size", request.page_size or None, asked.page_size or None) or 0
    paged.page_token = _one("page_token", request.page_token or None, asked.page_token or None) or ""
    return paged


def _of_type(query: Query, query_type: QueryType) -> Query:
    if query_type is QueryType.TAG:
        return replace(query, similar=None)
    if query_type is QueryType.VECTOR:
        if query.similar is None:
            expected = "a text, an image or other examples with it"
            raise FieldInvalid(field="query.query_type", value=query_type.name, expected=expected)
        return replace(query, condition=EVERY_FILE)
    return query


def _canonical(expression: str, version: str) -> str:
    """What an expression says, without the page that it asks for and with `now` as one moment."""
    if not expression:
        return ""
    said = compiled(expression, now=datetime.fromtimestamp(0, UTC), version=version)
    return repr(replace(said, page_size=None, page_token=None))


def _given_type(message: search_pb2.Query) -> QueryType | None:
    if message.query_type not in QUERY_TYPES:
        names = ", ".join(map(search_pb2.QueryType.Name, QUERY_TYPES))
        raise FieldInvalid(field="query.query_type", value=message.query_type, expected=f"one of {names}")
    return QUERY_TYPES[message.query_type] if message.query_type else None


def _status(message: search_pb2.Query, said: Expression) -> Status:
    if message.status not in STATUSES:
        names = ", ".join(map(File.Status.Name, STATUSES))
        raise FieldInvalid(field="query.status", value=message.status, expected=f"one of {names}")
    return _one("query.status", STATUSES[message.status] if message.status else None, said.status) or Status.ACTIVE


def _one(field: str, given: Value | None, said: Value | None) -> Value | None:
    """What a field or the expression says; both only where they agree."""
    if given is not None and said is not None and given != said:
        raise FieldInvalid(field=field, value=given, expected="what the expression says, or nothing")
    return said if given is None else given


def _conditions(message: search_pb2.Query, version: str) -> Iterator[Condition]:
    tags = message.tags
    words = len(message.content_types) + len(message.file_types)
    terms = len(tags.any_of) + len(tags.all_of) + len(tags.none_of) + words
    if terms > MAX_TERMS:
        raise QueryTooLarge(value=f"{terms} tags and types", limit=MAX_TERMS)
    if tags.any_of:
        yield Or(_tags("any_of", tags.any_of))
    if tags.all_of:
        yield And(_tags("all_of", tags.all_of))
    if tags.none_of:
        yield Not(Or(_tags("none_of", tags.none_of)))
    if message.file_name:
        yield TextContains(TextField.NAME, text_of("query.file_name", message.file_name))
    if message.directory:
        yield TextContains(TextField.DIRECTORY, text_of("query.directory", message.directory))
    yield from _times(message)
    if message.content_types:
        yield KeywordIn(KeywordField.CONTENT_TYPE, tuple(map(str.lower, message.content_types)))
    if message.file_types:
        yield KeywordIn(KeywordField.FILE_TYPE, tuple(map(str.lower, message.file_types)))
    if message.files:
        yield _files(message.files, version)


def _tags(field: str, names: Iterable[str]) -> tuple[TagIs, ...]:
    """Names in the form in which catalog keeps them."""
    normal = [unicodedata.normalize("NFC", name).strip() for name in names]
    if "" in normal:
        raise FieldInvalid(field=f"query.tags.{field}", value="", expected="names of tags")
    return tuple(TagIs(TagKind.ALL, name) for name in normal)


def _times(message: search_pb2.Query) -> Iterator[TimeIn]:
    modified = _between(message, "modified_after", "modified_before")
    tagged = _between(message, "tagged_after", "tagged_before")
    for field, (start, end) in ((TimeField.MODIFY, modified), (TimeField.TAG, tagged)):
        if start is not None or end is not None:
            yield TimeIn(field, start, end)


def _between(message: search_pb2.Query, after: Bound, before: Bound) -> tuple[int | None, int | None]:
    start, end = (
        _time_us(f"query.{bound}", getattr(message, bound)) if message.HasField(bound) else None
        for bound in (after, before)
    )
    return start, end


def _time_us(field: str, time: Timestamp) -> int:
    """Rounded up to a whole microsecond, as files' times are whole ones: so both bounds stay exact."""
    try:
        return time.ToMicroseconds() + (1 if time.nanos % 1000 else 0)
    except ValueError:
        value = f"{time.seconds} s, {time.nanos} ns"
        raise FieldInvalid(field=field, value=value, expected="a time in the years 1 to 9999") from None


def _files(names: Sequence[str], version: str) -> FileIn:
    if len(names) > MAX_FILES:
        raise QueryTooLarge(value=f"{len(names):,} files", limit=f"{MAX_FILES:,}")
    uids, ordinals = set(), []
    for name in names:
        if (found := file_of(version, name)) is None:
            raise FieldInvalid(field="query.files", value=name, expected=f"files of {version}")
        uids.add(found[0])
        ordinals.append(found[1])
    if len(uids) > 1:
        raise FieldInvalid(field="query.files", value=f"files of {len(uids)} versions", expected=f"files of {version}")
    return FileIn(uids.pop(), tuple(ordinals))


def _similarity(message: search_pb2.Query, said: Expression, version: str, most_top_k: int) -> Similarity | None:
    given_k = number("query.top_k", message.top_k, most=most_top_k) or None
    given_threshold = message.score_threshold if message.HasField("score_threshold") else None
    if given_threshold is not None and not math.isfinite(given_threshold):
        raise FieldInvalid(field="query.score_threshold", value=given_threshold, expected="a finite number")
    if message.index_set:
        INDEX_SET.parse(message.index_set)
    likes, unlikes = examples_of(message, version)
    if likes and (said.examples or said.counterexamples):
        expected = "an expression without Content, or no other text, image or examples"
        raise FieldInvalid(field="query.expression", value=message.expression, expected=expected)
    likes, unlikes = (likes, unlikes) if likes else (said.examples, said.counterexamples)
    top_k = _one("query.top_k", given_k, said.top_k)
    threshold = _one("query.score_threshold", given_threshold, said.score_threshold)
    if likes:
        return Similarity(likes, unlikes, top_k or DEFAULT_TOP_K, threshold, message.index_set or None)
    given = {"top_k": top_k, "score_threshold": threshold, "index_set": message.index_set or None}
    for field, value in given.items():
        if value is not None:
            raise FieldInvalid(field=f"query.{field}", value=value, expected="a text or an image with it")
    return None
