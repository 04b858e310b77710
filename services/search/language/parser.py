"""Reads tokens as a syntax tree, by recursive descent: a method a production, which stands above it.

    query       = [ disjunction ]
    disjunction = conjunction { "OR" conjunction }
    conjunction = negation { "AND" negation }
    negation    = "NOT" negation | group
    group       = "(" disjunction ")" | term
    term        = "HAS" name | name comparison
    comparison  = operator value | "CONTAINS" value | [ "NOT" ] "IN" "(" value { "," value } ")"
    operator    = "=" | "!=" | ">" | ">=" | "<" | "<=" | ":"
    name        = segment { "." segment }
    segment     = word | text
    value       = word | text

`word` and `text` are in lexer.py. A name begins with a word, and has no space before or behind its dots.
"""

import difflib
from collections.abc import Callable

from services.search.errors import QueryTooLarge
from services.search.language.errors import QueryInvalid
from services.search.language.lexer import KEYWORDS, Kind, Token, tokens
from services.search.language.place import Place
from services.search.language.syntax import Conjunction, Disjunction, Name, Negation, Node, Operator, Term, Value
from services.search.query import MAX_TERMS

MAX_BYTES = 8_192
MAX_DEPTH = 32

_VALUE = "a value: a word, a number or a text in quotes"


def parsed(text: str) -> Node | None:
    """The syntax tree of a query; None for one that says nothing.

    Raises QueryInvalid, and QueryTooLarge beyond 8 KiB of UTF-8, 32 levels of NOT and parentheses, or 256 terms, where
    each value of an IN is one.
    """
    size_bytes = len(text.encode(errors="surrogatepass"))
    if size_bytes > MAX_BYTES:
        raise QueryTooLarge(value=f"{size_bytes:,} bytes of UTF-8", limit=f"{MAX_BYTES:,}")
    return _Parser(tokens(text)).query()


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0
        self._terms = 0

    # query = [ disjunction ]
    def query(self) -> Node | None:
        if self._token.kind is Kind.END:
            return None
        node, expected = self._disjunction(), "AND, OR or the end of the query"
        if self._takes(Kind.END):
            return node
        if self._token.kind is Kind.CLOSE:
            raise QueryInvalid(self._token.place, found="a ) without its (", expected=expected)
        raise self._wrong(expected, self._meant())

    # disjunction = conjunction { "OR" conjunction }
    def _disjunction(self) -> Node:
        parts = self._joined(Kind.OR, self._conjunction)
        return parts[0] if len(parts) == 1 else Disjunction(parts)

    # conjunction = negation { "AND" negation }
    def _conjunction(self) -> Node:
        parts = self._joined(Kind.AND, self._negation)
        return parts[0] if len(parts) == 1 else Conjunction(parts)

    # negation = "NOT" negation | group
    def _negation(self) -> Node:
        if not self._takes(Kind.NOT):
            return self._group()
        self._descend()
        part = self._negation()
        self._depth -= 1
        return Negation(part)

    # group = "(" disjunction ")" | term
    def _group(self) -> Node:
        opening = self._takes(Kind.OPEN)
        if not opening:
            return self._term()
        self._descend()
        node = self._disjunction()
        self._close(opening, "AND, OR or )")
        self._depth -= 1
        return node

    # term = "HAS" name | name comparison
    def _term(self) -> Term:
        if has := self._takes(Kind.HAS):
            self._count_term()
            return Term(self._name("a field after HAS"), Operator.HAS, (), has.place)
        name = self._name("a field, NOT, HAS or (")
        return self._comparison(name)

    # comparison = operator value | "CONTAINS" value | [ "NOT" ] "IN" "(" value { "," value } ")"
    def _comparison(self, name: Name) -> Term:
        token = self._token
        if self._takes(Kind.OPERATOR) or self._takes(Kind.CONTAINS):
            return Term(name, Operator(token.value.upper()), (self._value(),), token.place)
        is_not = self._takes(Kind.NOT)
        if is_not and self._token.kind is not Kind.IN:
            raise self._wrong("IN after NOT; to deny a condition, NOT stands before its field")
        if in_token := self._takes(Kind.IN):
            place = Place(token.place.text, token.place.start, in_token.place.end)
            return Term(name, Operator.NOT_IN if is_not else Operator.IN, self._list(), place)
        expected = f"an operator after {name.place.found}: =, !=, >, >=, <, <=, :, CONTAINS, IN or NOT IN"
        raise self._wrong(expected, self._free_text_meant())

    def _list(self) -> tuple[Value, ...]:
        opening = self._takes(Kind.OPEN)
        if not opening:
            raise self._wrong("( with the values after IN")
        values = [self._value()]
        while self._takes(Kind.COMMA):
            values.append(self._value())
        self._close(opening, ", or )")
        return tuple(values)

    # value = word | text
    def _value(self) -> Value:
        self._count_term()
        token = self._takes(Kind.WORD) or self._takes(Kind.TEXT)
        if not token:
            is_keyword = self._token.value.upper() in KEYWORDS
            raise self._wrong(_VALUE, f'"{self._token.value}"' if is_keyword else None)
        return Value(token.value, token.kind is Kind.TEXT, token.place)

    # name = segment { "." segment }, where a word may be several segments with their dots: `meta.` `"my key"` `.x`
    def _name(self, expected: str) -> Name:
        token = self._takes(Kind.WORD)
        if not token:
            if self._token.kind is Kind.TEXT:
                expected += '; a text needs a field, such as FileName:"car" or Content:"car"'
            raise self._wrong(expected)
        segments, place = token.value.split("."), token.place
        while segments[-1] == "" and (text := self._takes_behind(place, Kind.TEXT)):
            segments[-1] = text.value
            place = Place(place.text, place.start, text.place.end)
            if word := self._takes_behind(place, Kind.WORD):
                before, *behind = word.value.split(".")
                if before:
                    raise QueryInvalid(word.place, expected="a dot or an operator after the field")
                segments += behind
                place = Place(place.text, place.start, word.place.end)
        if "" in segments:
            raise QueryInvalid(place, expected="a field without an empty part between its dots")
        return Name(tuple(segments), place)

    def _joined(self, joint: Kind, part: Callable[[], Node]) -> tuple[Node, ...]:
        parts = [part()]
        while self._takes(joint):
            parts.append(part())
        return tuple(parts)

    def _close(self, opening: Token, expected: str) -> None:
        if self._takes(Kind.CLOSE):
            return
        if self._token.kind is Kind.END:
            raise QueryInvalid(opening.place, found="a ( without its )", expected=f"{expected} before the end")
        raise self._wrong(expected, self._meant())

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryTooLarge(value=f"{self._depth} levels of NOT and parentheses or more", limit=MAX_DEPTH)

    def _count_term(self) -> None:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise QueryTooLarge(value=f"{self._terms} terms or more", limit=MAX_TERMS)

    def _meant(self) -> str | None:
        """What may be meant by a word that follows a whole condition or value."""
        before, token = self._tokens[self._at - 1], self._token
        if token.kind is not Kind.WORD:
            return None
        if near := difflib.get_close_matches(token.value[:8].upper(), ("AND", "OR"), n=1):
            return near[0]
        return f'"{before.value} {token.value}"' if before.kind is Kind.WORD else None

    def _free_text_meant(self) -> str | None:
        """What may be meant by a query of bare words."""
        words = [token.value for token in self._tokens[:-1] if token.kind is Kind.WORD]
        are_all = len(words) == len(self._tokens) - 1
        return f'Content:"{" ".join(words)}"' if are_all else None

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _takes(self, kind: Kind) -> Token | None:
        """The next token if it is one of this kind: then it is read."""
        token = self._token
        if token.kind is not kind:
            return None
        self._at += 1
        return token

    def _takes_behind(self, place: Place, kind: Kind) -> Token | None:
        """The same, if it follows without a space."""
        return self._takes(kind) if self._token.place.start == place.end else None

    def _wrong(self, expected: str, suggestion: str | None = None) -> QueryInvalid:
        """The error at the next token."""
        return QueryInvalid(self._token.place, expected=expected, suggestion=suggestion)
