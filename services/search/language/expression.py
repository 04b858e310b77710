"""What an expression of the query language says."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from services.search.conditions import EVERY_FILE, And, Condition
from services.search.language import literals
from services.search.language.checker import Scope
from services.search.language.clauses import Clauses, clauses
from services.search.language.compiler import condition
from services.search.language.declarations import Directive
from services.search.language.errors import QueryInvalid
from services.search.language.parser import parsed
from services.search.language.syntax import Term, Value
from services.search.query import MAX_TEXT, UNLIMITED_TOP_K, Example, ImageUri, Sort, SortField, Status, Text

MAX_PAGE_SIZE = 1_000


class QueryType(Enum):
    """Which parts of a query count: all, the conditions, or the similarity."""

    MIX = "MIX"
    TAG = "TAG"
    VECTOR = "VECTOR"


@dataclass(frozen=True)
class Expression:
    """A query that was written in the language; what it does not say is None.

    Without examples there are no counterexamples, `top_k` and `score_threshold`. `page_token` is not checked.
    """

    condition: Condition = EVERY_FILE
    examples: tuple[Example, ...] = ()
    counterexamples: tuple[Example, ...] = ()
    top_k: int | None = None
    score_threshold: float | None = None
    status: Status | None = None
    sort: Sort | None = None
    page_size: int | None = None
    page_token: str | None = None
    query_type: QueryType | None = None
    thumbnail_mode: str | None = None


def compiled(text: str, *, now: datetime, version: str) -> Expression:
    """What the text says of the version of that resource name; a blank one means every file. Relative times refer to
    `now`, which has a zone.

    Raises QueryInvalid, and QueryTooLarge beyond the limits of the language.
    """
    if not text:
        return Expression()
    found = clauses(parsed(text))
    scope = Scope(now, version)
    given = found.directives
    return Expression(
        condition=_joined([condition(node, scope) for node in found.conditions]),
        examples=tuple(_example(term.values[0]) for term in found.like),
        counterexamples=tuple(_example(term.values[0]) for term in found.unlike),
        top_k=_read(given.get(Directive.TOP_K), lambda value: literals.whole(value, least=1, most=UNLIMITED_TOP_K)),
        score_threshold=_read(given.get(Directive.SCORE_THRESHOLD), literals.finite),
        status=_read(given.get(Directive.STATUS), lambda value: literals.choice(value, Status.__members__)),
        sort=_sort(found),
        page_size=_read(
            given.get(Directive.MAX_RESULTS), lambda value: literals.whole(value, least=1, most=MAX_PAGE_SIZE)
        ),
        page_token=_read(given.get(Directive.NEXT_TOKEN), literals.filled),
        query_type=_read(given.get(Directive.QUERY_TYPE), lambda value: literals.choice(value, QueryType.__members__)),
        thumbnail_mode=_read(given.get(Directive.THUMBNAIL_MODE), _thumbnail_mode),
    )


def _joined(conditions: list[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else And(tuple(conditions))


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE | re.ASCII)


def _example(value: Value) -> Example:
    """An image by its uri, or else a text."""
    if not value.text.strip() or len(value.text) > MAX_TEXT:
        expected = f"a text or the uri of an image, 1 to {MAX_TEXT:,} characters, not all of them spaces"
        raise QueryInvalid(value.place, expected=expected)
    return ImageUri(value.text) if _SCHEME.match(value.text) else Text(value.text)


_Read = TypeVar("_Read")


def _read(term: Term | None, reader: Callable[[Value], _Read]) -> _Read | None:
    return None if term is None else reader(term.values[0])


_SORT_FIELDS: Mapping[str, SortField] = {
    "Relevance": SortField.RELEVANCE,
    "FileName": SortField.FILE_NAME,
    "DataSize": SortField.SIZE,
    "FileUpdateTime": SortField.MODIFY_TIME,
    "FileCreateTime": SortField.CREATE_TIME,
    "TagUpdateTime": SortField.TAG_TIME,
} | {field.value: field for field in SortField if field is not SortField.RELEVANCE}


def _sort(found: Clauses) -> Sort | None:
    """By relevance unless it is said, and falling unless it is said."""
    sort_by, order = found.directives.get(Directive.SORT_BY), found.directives.get(Directive.ORDER)
    if sort_by is None and order is None:
        return None
    field = _read(sort_by, lambda value: literals.choice(value, _SORT_FIELDS)) or SortField.RELEVANCE
    is_ascending = _read(order, lambda value: literals.choice(value, {"ASC": True, "DESC": False})) or False
    if is_ascending and order and field is SortField.RELEVANCE:
        raise QueryInvalid(
            order.values[0].place,
            found="ASC without SortBy" if sort_by is None else "ASC by relevance",
            expected="DESC, or SortBy with another field",
        )
    return Sort(field, not is_ascending)


# A percentage, a width, a height, or a way to fit both, as the product writes them.
_SIDE = "[1-9][0-9]{0,3}"
_THUMBNAIL = re.compile(
    rf"p_(?:1000|[1-9][0-9]{{0,2}})|[wh]_{_SIDE}"
    rf"|m_(?:fill|fixed|pad),w_{_SIDE},h_{_SIDE}|m_pad,w_{_SIDE},h_{_SIDE},color_[0-9A-Fa-f]{{6}}"
)


def _thumbnail_mode(value: Value) -> str:
    if not _THUMBNAIL.fullmatch(value.text):
        expected = (
            "p_50 (percent, to 1000), w_200 or h_100 (pixels, to 9999), "
            "m_pad,w_200,h_100,color_FFFFFF, m_fill,w_200,h_100 or m_fixed,w_200,h_100"
        )
        raise QueryInvalid(value.place, expected=expected)
    return value.text
