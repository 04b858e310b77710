"""Splits a query into tokens."""

# ruff: noqa: RUF001 - signs that look like others are what people paste

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from services.search.language.errors import QueryInvalid
from services.search.language.place import Place


class Kind(Enum):
    """What a token is."""

    WORD = "a word"
    TEXT = "a text in quotes"
    OPERATOR = "an operator"
    OPEN = "("
    CLOSE = ")"
    COMMA = ","
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    HAS = "HAS"
    IN = "IN"
    CONTAINS = "CONTAINS"
    END = "the end of the query"


@dataclass(frozen=True)
class Token:
    """A word or sign of a query; `value` is what it says, without quotes and escapes."""

    kind: Kind
    value: str
    place: Place


KEYWORDS = {kind.value: kind for kind in (Kind.AND, Kind.OR, Kind.NOT, Kind.HAS, Kind.IN, Kind.CONTAINS)}
SIGNS = {kind.value: kind for kind in (Kind.OPEN, Kind.CLOSE, Kind.COMMA)}

# What closes a text, by what opened it. A pasted query may have typographic quotes, whose pairs differ by language, and
# may mix them with straight ones.
CLOSING = (
    {'"': '"', "'": "'"}
    | dict.fromkeys("“”„‟＂", '“”„‟＂"')
    | dict.fromkeys("‘’‚‛＇", "‘’‚‛＇'")
    | dict.fromkeys("«»", "«»")
)
QUOTES = "".join(CLOSING)
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\"} | {quote: quote for quote in QUOTES}

# Signs as Chinese and Japanese keyboards type them.
_PLAIN = str.maketrans("（）：＝！＞＜，", "():=!><,")
_OPERATORS = {"≥": ">=", "≤": "<=", "≠": "!="}
_OTHER_LANGUAGES = {
    "==": "=", "<>": "!=", "=>": ">=", "=<": "<=", "~": "CONTAINS",
    "&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "NOT",
}  # fmt: skip

_TOKEN = re.compile(
    rf"""
      (?P<blank> [\s\u200b\u2060\ufeff]+ )
    | (?P<foreign> == | <> | => | =< | && | & | \|\| | \| | ~ | !(?!=) )
    | (?P<operator> != | >= | <= | [=><:≥≤≠] )
    | (?P<sign> [(),] )
    | (?P<time> [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[\w:.+/@-]* | now\s*[+-]\s*[0-9]+[a-z]*(?![\w.+/@-]) )
    | (?P<word> [^\s\u200b\u2060\ufeff\x00-\x1f\x7f-\x9f()=!<>:,&|~^;*?\[\]{{}}\\`$\#%≥≤≠{QUOTES}]+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNICODE_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})(?:(?<=\\u[Dd][89ABab]..)\\u([Dd][C-Fc-f][0-9A-Fa-f]{2}))?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_EXPECTED = "a field, an operator, a parenthesis or a value; other signs stand in quotes, and none is a wildcard"


def tokens(text: str) -> list[Token]:
    """The tokens of a query; the last one is END, and its place is behind the one before it. Raises QueryInvalid."""
    if surrogate := _SURROGATE.search(text):
        raise QueryInvalid(Place(text, *surrogate.span()), expected="characters of Unicode")
    found = list(_tokens(text))
    end = found[-1].place.end if found else 0
    return [*found, Token(Kind.END, "", Place(text, end, end))]


def _tokens(text: str) -> Iterator[Token]:
    plain, at = text.translate(_PLAIN), 0
    while at < len(text):
        if text[at] in CLOSING:
            value, end = _quoted(text, at)
            yield Token(Kind.TEXT, value, Place(text, at, end))
        else:
            match = _TOKEN.match(plain, at)
            if match is None:
                raise QueryInvalid(Place(text, at, at + 1), expected=_EXPECTED)
            end = match.end()
            if match.lastgroup != "blank":
                yield _token(match.lastgroup or "", match.group(), Place(text, at, end))
        at = end


def _token(group: str, written: str, place: Place) -> Token:
    match group:
        case "foreign":
            raise QueryInvalid(place, expected=_EXPECTED, suggestion=_OTHER_LANGUAGES[written])
        case "operator":
            return Token(Kind.OPERATOR, _OPERATORS.get(written, written), place)
        case "sign":
            return Token(SIGNS[written], written, place)
        case _:
            is_keyword = written.isascii() and written.upper() in KEYWORDS
            return Token(KEYWORDS[written.upper()] if is_keyword else Kind.WORD, written, place)


def _quoted(text: str, start: int) -> tuple[str, int]:
    """What the quote at `start` opens, and where it has ended.

    text   = quote { character | escape } quote
    escape = "\\" ( "\\" | quote | "n" | "t" | "u" hex hex hex hex )
    """
    special = re.compile(rf"[\\{CLOSING[text[start]]}]")
    parts, at = [], start + 1
    while stop := special.search(text, at):
        parts.append(text[at : stop.start()])
        at = stop.end()
        if stop.group() != "\\":
            return "".join(parts), at
        if at < len(text):
            value, at = _escaped(text, stop.start())
            parts.append(value)
    raise QueryInvalid(
        Place(text, start, start + 1),
        found=f"a text that {text[start]} opens and nothing closes",
        expected=f"{CLOSING[text[start]][-1]} at its end",
    )


def _escaped(text: str, start: int) -> tuple[str, int]:
    """What the backslash at `start` stands for, and where its escape has ended."""
    char = text[start + 1]
    if char in ESCAPES:
        return ESCAPES[char], start + 2
    if code := _UNICODE_ESCAPE.match(text, start):
        units = "".join(chr(int(unit, 16)) for unit in code.groups() if unit)
        value = units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if value != "\ufffd" or units == "\ufffd":
            return value, code.end()
    end = code.end() if code else start + 2
    place = Place(text, start, end)
    suggestion = None if char == "u" else f"\\{place.written}"
    raise QueryInvalid(place, expected=r"""one of \\ \' \" \n \t \uXXXX (a character's code)""", suggestion=suggestion)
