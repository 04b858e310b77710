"""Requests as queries. All functions raise FieldInvalid, NameInvalid, NotFound or QueryTooLarge for what is wrong."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.search.v1 import search_pb2
from libs.images.errors import ImageTooLarge
from libs.rpc.errors import FieldInvalid
from libs.rpc.identity import current_caller
from libs.rpc.names import FILE, INDEX_SET, LATEST, VERSION, parse_file_id
from services.search.conditions import (
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
from services.search.facets import FacetField
from services.search.query import DEFAULT_TOP_K, MAX_TOP_K, Example, Image, ImageUri, Query, Similarity, Text
from services.search.similarity.example_image import MAX_BYTES

MAX_TEXT = 1_024
MAX_TERMS = 256
MAX_FILES = 10_000
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


def query(message: search_pb2.Query, version: str) -> Query:
    """A query of that version."""
    return Query(And(tuple(_conditions(message, version))), _similarity(message))


def facet_fields(fields: Sequence[search_pb2.Facet.Field.ValueType]) -> list[FacetField]:
    """The fields to count over, at least one."""
    unknown = [field for field in fields if field not in FACET_FIELDS]
    if unknown or not fields:
        expected = "at least one of " + ", ".join(map(search_pb2.Facet.Field.Name, FACET_FIELDS))
        raise FieldInvalid(field="fields", value=", ".join(map(str, unknown)), expected=expected)
    return [FACET_FIELDS[field] for field in fields]


def number(field: str, value: int, *, most: int, default: int = 0) -> int:
    """A number of at least 1, or the default for 0."""
    if not 0 <= value <= most:
        raise FieldInvalid(field=field, value=value, expected=f"0 to {most:,}")
    return value or default


def _conditions(message: search_pb2.Query, version: str) -> Iterator[Condition]:
    tags = message.tags
    terms = len(tags.any_of) + len(tags.all_of) + len(tags.none_of) + len(message.content_types)
    if terms > MAX_TERMS:
        raise QueryTooLarge(value=f"{terms} tags and media types", limit=MAX_TERMS)
    if tags.any_of:
        yield Or(_tags("any_of", tags.any_of))
    if tags.all_of:
        yield And(_tags("all_of", tags.all_of))
    if tags.none_of:
        yield Not(Or(_tags("none_of", tags.none_of)))
    if message.file_name:
        yield TextContains(TextField.NAME, _text("query.file_name", message.file_name))
    if message.directory:
        yield TextContains(TextField.DIRECTORY, _text("query.directory", message.directory))
    if message.HasField("modified_after") or message.HasField("modified_before"):
        yield _modified(message)
    if message.content_types:
        content_types = tuple(content_type.lower() for content_type in message.content_types)
        yield KeywordIn(KeywordField.CONTENT_TYPE, content_types)
    if message.files:
        yield _files(message.files, version)


def _tags(field: str, names: Iterable[str]) -> tuple[TagIs, ...]:
    """Names in the form in which catalog keeps them."""
    normal = [unicodedata.normalize("NFC", name).strip() for name in names]
    if "" in normal:
        raise FieldInvalid(field=f"query.tags.{field}", value="", expected="names of tags")
    return tuple(TagIs(TagKind.ALL, name) for name in normal)


def _text(field: str, text: str) -> str:
    if not text.strip() or len(text) > MAX_TEXT:
        raise FieldInvalid(field=field, value=text, expected=f"1 to {MAX_TEXT:,} characters, not all of them spaces")
    return text


def _modified(message: search_pb2.Query) -> TimeIn:
    after, before = message.modified_after, message.modified_before
    return TimeIn(
        TimeField.MODIFY,
        _time_us("query.modified_after", after) if message.HasField("modified_after") else None,
        _time_us("query.modified_before", before) if message.HasField("modified_before") else None,
    )


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
    place = VERSION.parse(version)
    uids, ordinals = set(), []
    for name in names:
        ids = FILE.parse(name)
        uid, ordinal = parse_file_id(ids.pop("file"))
        if ids | {"version": LATEST} != place and ids != place:
            raise FieldInvalid(field="query.files", value=name, expected=f"files of {version}")
        uids.add(uid)
        ordinals.append(ordinal)
    if len(uids) > 1:
        raise FieldInvalid(field="query.files", value=f"files of {len(uids)} versions", expected=f"files of {version}")
    return FileIn(uids.pop(), tuple(ordinals))


def _similarity(message: search_pb2.Query) -> Similarity | None:
    top_k = number("query.top_k", message.top_k, most=MAX_TOP_K)
    threshold = message.score_threshold if message.HasField("score_threshold") else None
    if threshold is not None and not math.isfinite(threshold):
        raise FieldInvalid(field="query.score_threshold", value=threshold, expected="a finite number")
    if message.index_set:
        INDEX_SET.parse(message.index_set)
    example = _example(message)
    if example is not None:
        return Similarity((example,), (), top_k or DEFAULT_TOP_K, threshold, message.index_set or None)
    given = {"top_k": top_k or None, "score_threshold": threshold, "index_set": message.index_set or None}
    for field, value in given.items():
        if value is not None:
            raise FieldInvalid(field=f"query.{field}", value=value, expected="a text or an image with it")
    return None


def _example(message: search_pb2.Query) -> Example | None:
    match message.WhichOneof("similar_to"):
        case "text":
            return Text(_text("query.text", message.text))
        case "image":
            if not message.image:
                raise FieldInvalid(field="query.image", value="", expected="the bytes of an image")
            if len(message.image) > MAX_BYTES:
                raise ImageTooLarge(value=f"{len(message.image)} bytes", limit=f"{MAX_BYTES}")
            return Image(message.image)
        case "image_uri":
            return ImageUri(_text("query.image_uri", message.image_uri))
        case _:
            return None
