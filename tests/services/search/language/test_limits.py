"""The limits of the language, and the time that a query within them takes."""

import contextlib
import time

import pytest

from services.search.conditions import And, Condition, Not, Or
from services.search.errors import QueryTooLarge
from services.search.language.errors import QueryInvalid
from services.search.language.parser import MAX_BYTES, MAX_DEPTH
from services.search.query import MAX_TERMS
from tests.services.search.language.reading import read


def test_eight_kibibytes_are_read_and_one_byte_more_is_not() -> None:
    query = f"FileName ='{'é' * 4090}'"
    assert len(query.encode()) == MAX_BYTES
    read(query)
    with pytest.raises(QueryTooLarge) as refused:
        read(query + " ")
    assert refused.value.details == {"value": "8,193 bytes of UTF-8", "limit": "8,192"}


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("NOT ", ""), ("NOT(", ")")])
def test_the_depth_of_nesting_is_limited(opening: str, closing: str) -> None:
    levels = MAX_DEPTH // (2 if opening == "NOT(" else 1)
    read(opening * levels + "tags=a" + closing * levels)
    with pytest.raises(QueryTooLarge) as refused:
        read(opening * (levels + 1) + "tags=a" + closing * (levels + 1))
    assert refused.value.details["limit"] == "32"


def test_nesting_to_the_limit_with_or_inside_keeps_its_shape() -> None:
    text = "(tags=x OR NOT " * 16 + "tags=a" + ")" * 16
    assert depth(read(text).condition) == 33


@pytest.mark.parametrize("joint", [" AND ", " OR "])
def test_the_number_of_terms_is_limited(joint: str) -> None:
    read(joint.join(["HAS tags"] * MAX_TERMS))
    read(joint.join(["tags=a"] * MAX_TERMS))
    with pytest.raises(QueryTooLarge) as refused:
        read(joint.join(["tags=a"] * (MAX_TERMS + 1)))
    assert refused.value.details == {"value": "257 terms or more", "limit": "256"}


def test_each_value_of_an_in_is_a_term() -> None:
    read(f"tags=a AND tags IN ({','.join(['b'] * (MAX_TERMS - 1))})")
    with pytest.raises(QueryTooLarge):
        read(f"tags=a AND tags IN ({','.join(['b'] * MAX_TERMS)})")


SLOW = {
    "parentheses": "(" * MAX_BYTES,
    "nots": "NOT " * 2048,
    "closing": "tags=a" + ")" * 8000,
    "quotes": "'" * MAX_BYTES,
    "backslashes": "tags='" + "\\" * 8000,
    "escapes": "tags='" + r"\ud83d\ude00" * 680 + "'",
    "unclosed escapes": "tags='" + r"\ud83d" * 1300,
    "dots": "meta" + ".a" * 4000 + "=1",
    "quoted segments": "meta" + ".'a'" * 2000 + "=1",
    "segments alone": "meta.'a'." * 900,
    "a long name": "x" * 8000 + "=1",
    "a long operator": "=" * 8000,
    "a long choice": "SortBy=" + "a" * 8000,
    "digits": "DataSize>" + "1" * 8000,
    "digits and a letter": "DataSize>" + "1" * 8000 + "x",
    "a long fraction": "DataSize>0." + "1" * 8000 + "PiB",
    "a large exponent": "DataSize>1e999999999PiB OR DataSize<1e-999999999KB OR DataSize=1e999999999",
    "large exponents of metadata": " OR ".join(["meta.x>1e-999999999"] * 256),
    "a long second": "SyncTime>2025-01-01T00:00:00." + "1" * 8000 + "Z",
    "now and spaces": "SyncTime > now" + " " * 8000 + "-7d",
    "nows": "now " * 2000,
    "spaces": " " * MAX_BYTES,
    "combining marks": "tags=" + "\u0301" * 4000 + " x",
    "tags to normalise": "tags='" + "\u0301\u0323" * 2000 + "'",
    "wide characters": "tags='" + "猫" * 2700 + "' x",
    "words": "FileName:'" + "a " * 4000 + "'",
    "values": f"meta.x IN ({','.join(['1e3'] * 256)})",
    "times": " OR ".join(["meta.x>now-1d"] * 256),
    "unknown words": "Aa " * 2700,
    "terms": " OR ".join(["NOT meta.x='a'"] * 256),
    "nested": "(tags=a OR (tags=b AND " * 16 + "tags=c" + "))" * 16,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_no_query_within_the_limits_takes_long(text: str) -> None:
    start = time.monotonic()
    with contextlib.suppress(QueryInvalid, QueryTooLarge):
        read(text)
    assert time.monotonic() - start < 5


def depth(condition: Condition) -> int:
    match condition:
        case And(parts) | Or(parts):
            return 1 + max(map(depth, parts), default=0)
        case Not(part):
            return 1 + depth(part)
        case _:
            return 1
