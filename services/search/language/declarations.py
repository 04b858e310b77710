"""The fields of the language, as data: a new field is one line here, and one in docs/query-language.md."""

import difflib
from dataclasses import dataclass
from enum import Enum

from services.search.conditions import AttributeField, Field, KeywordField, NumberField, TagKind, TextField, TimeField
from services.search.language.errors import QueryInvalid
from services.search.language.syntax import Name, Operator


class Type(Enum):
    """What a field holds, for a person to read."""

    FILE = "an id"
    TAG = "tags"
    KEYWORD = "a keyword"
    TEXT = "a text"
    SIZE = "a size"
    NUMBER = "a number"
    TIME = "a time"
    ATTRIBUTE = "metadata"
    CONTENT = "a similarity"
    DIRECTIVE = "a directive"


class Directive(Enum):
    """What the language says beside conditions, in the names of the contract."""

    TOP_K = "top_k"
    SCORE_THRESHOLD = "score_threshold"
    STATUS = "status"
    SORT_BY = "sort_by"
    ORDER = "order"
    MAX_RESULTS = "max_results"
    NEXT_TOKEN = "next_token"  # noqa: S105 - a page's, no secret
    QUERY_TYPE = "query_type"
    THUMBNAIL_MODE = "thumbnail_mode"


@dataclass(frozen=True)
class Declaration:
    """A field by its names, ours first and the product's second; any case of them will do."""

    names: tuple[str, ...]
    type: Type
    target: Field | Directive | None = None


_EXACT = (Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.NOT_IN, Operator.HAS)
_RANGE = (Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST)

OPERATORS: dict[Type, tuple[Operator, ...]] = {
    Type.FILE: _EXACT,
    Type.TAG: _EXACT,
    Type.KEYWORD: _EXACT,
    Type.TEXT: (Operator.WORDS, Operator.CONTAINS, *_EXACT),
    Type.SIZE: (*_RANGE, *_EXACT),
    Type.NUMBER: (*_RANGE, *_EXACT),
    Type.TIME: (*_RANGE, *_EXACT),
    Type.ATTRIBUTE: (Operator.WORDS, *_RANGE, *_EXACT),
    Type.CONTENT: (Operator.WORDS,),
    Type.DIRECTIVE: (Operator.EQUAL,),
}

FIELDS = (
    Declaration(("file_id", "DatasetFileMetaId"), Type.FILE),
    Declaration(("file_type", "FileType"), Type.KEYWORD, KeywordField.FILE_TYPE),
    Declaration(("content_type", "ContentType"), Type.KEYWORD, KeywordField.CONTENT_TYPE),
    Declaration(("tags.all", "Tags.all", "tags"), Type.TAG, TagKind.ALL),
    Declaration(("tags.ai", "Tags.ai"), Type.TAG, TagKind.AI),
    Declaration(("tags.user", "Tags.user"), Type.TAG, TagKind.USER),
    Declaration(("tags.rejected", "Tags.user-delete-ai-tags"), Type.TAG, TagKind.REJECTED),
    Declaration(("index_job", "SemanticIndexJobId"), Type.KEYWORD, KeywordField.INDEX_JOB),
    Declaration(("file_name", "FileName"), Type.TEXT, TextField.NAME),
    Declaration(("directory", "FileDir", "file_dir"), Type.TEXT, TextField.DIRECTORY),
    Declaration(("comment", "Comment"), Type.TEXT, TextField.COMMENT),
    Declaration(("size_bytes", "DataSize"), Type.SIZE, NumberField.SIZE_BYTES),
    Declaration(("width", "ImageWidth", "width_px"), Type.NUMBER, NumberField.WIDTH_PX),
    Declaration(("height", "ImageHeight", "height_px"), Type.NUMBER, NumberField.HEIGHT_PX),
    Declaration(("modify_time", "FileUpdateTime"), Type.TIME, TimeField.MODIFY),
    Declaration(("create_time", "FileCreateTime"), Type.TIME, TimeField.CREATE),
    Declaration(("sync_time", "SyncTime"), Type.TIME, TimeField.SYNC),
    Declaration(("tag_time", "TagUpdateTime"), Type.TIME, TimeField.TAG),
    Declaration(("index_time", "SemanticIndexUpdateTime"), Type.TIME, TimeField.INDEX),
    Declaration(("split", "Split"), Type.ATTRIBUTE, AttributeField("split")),
    Declaration(("content", "Content"), Type.CONTENT),
    Declaration(("top_k", "TopK"), Type.DIRECTIVE, Directive.TOP_K),
    Declaration(("score_threshold", "ScoreThreshold"), Type.DIRECTIVE, Directive.SCORE_THRESHOLD),
    Declaration(("status", "Status"), Type.DIRECTIVE, Directive.STATUS),
    Declaration(("sort_by", "SortBy"), Type.DIRECTIVE, Directive.SORT_BY),
    Declaration(("order", "Order"), Type.DIRECTIVE, Directive.ORDER),
    Declaration(("max_results", "MaxResults"), Type.DIRECTIVE, Directive.MAX_RESULTS),
    Declaration(("next_token", "NextToken"), Type.DIRECTIVE, Directive.NEXT_TOKEN),
    Declaration(("query_type", "QueryType"), Type.DIRECTIVE, Directive.QUERY_TYPE),
    Declaration(("thumbnail_mode", "ThumbnailMode"), Type.DIRECTIVE, Directive.THUMBNAIL_MODE),
)

METADATA = "meta"

_BY_NAME = {name.lower(): declaration for declaration in FIELDS for name in declaration.names}
_SPELLINGS = [name for declaration in FIELDS for name in declaration.names]
_SPELLINGS_BY_LOWER = {name.lower(): name for name in _SPELLINGS}
_CONDITIONS = ", ".join(declaration.names[0] for declaration in FIELDS if declaration.type is not Type.DIRECTIVE)
_EXPECTED = f"one of {_CONDITIONS}, {METADATA}.KEY, or a directive such as top_k"


def declared(name: Name) -> Declaration:
    """The field of that name. Raises QueryInvalid with the nearest name."""
    first, *keys = name.segments
    if first.lower() == METADATA and keys:
        return Declaration((name.place.written,), Type.ATTRIBUTE, AttributeField(".".join(keys)))
    written = ".".join(name.segments)
    if declaration := _BY_NAME.get(written.lower()):
        return declaration
    found = f"the unknown field {name.place.found}"
    raise QueryInvalid(name.place, found=found, expected=_EXPECTED, suggestion=_nearest(written))


def _nearest(written: str) -> str | None:
    """In the user's own style if there is one, or else in ours."""
    if written.lower() == METADATA:
        return f"{METADATA}.KEY"
    near = difflib.get_close_matches(written[:64], _SPELLINGS, n=1)
    near_in_any_case = difflib.get_close_matches(written[:64].lower(), _SPELLINGS_BY_LOWER, n=1)
    return near[0] if near else _SPELLINGS_BY_LOWER[near_in_any_case[0]] if near_in_any_case else None
