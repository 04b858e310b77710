"""Checks one term: that its field exists, takes the operator, and has values of its type."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from libs.rpc.errors import NameInvalid
from libs.rpc.names import parse_file_id
from services.search.conditions import KeywordField
from services.search.file_names import file_of
from services.search.language import literals
from services.search.language.declarations import OPERATORS, Declaration, Type, declared
from services.search.language.errors import QueryInvalid
from services.search.language.literals import Instant, Words
from services.search.language.syntax import Operator, Term, Value


@dataclass(frozen=True)
class Scope:
    """What a query is read against: the time that `now` stands for, and the resource name of the version searched."""

    now: datetime
    version: str


@dataclass(frozen=True)
class FileRef:
    """A file by the uid of its version and its ordinal."""

    version_uid: int
    ordinal: int


Literal = str | bool | float | Decimal | Instant | Words | FileRef


@dataclass(frozen=True)
class Checked:
    """A term of a field that takes the operator, with values of the field's type: ids as FileRef, sizes and numbers as
    Decimal, times as Instant, what `:` takes as Words, an attribute as str, bool, float or Instant, all else as str.
    """

    declaration: Declaration
    operator: Operator
    values: tuple[Literal, ...]


_RANGES = (Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST)
_BOOLEANS = {"true": True, "false": False}


def checked(term: Term, scope: Scope) -> Checked:
    """A condition's term with typed values. Raises QueryInvalid."""
    declaration = checked_field(term)
    question = _Question(declaration, term.operator, scope)
    values = tuple(_literal(value, question) for value in term.values)
    return Checked(declaration, term.operator, values)


def checked_field(term: Term) -> Declaration:
    """The field of a term, which takes its operator. Raises QueryInvalid."""
    declaration = declared(term.name)
    operators = OPERATORS[declaration.type]
    if term.operator not in operators:
        name = term.name.place.shown
        raise QueryInvalid(
            term.operator_place,
            found=f"{term.operator_place.found} after {name}" if term.values else "HAS",
            expected=f"{_alternatives(operators)} with {name}, which is {declaration.type.value}",
            suggestion=operators[0].value if declaration.type in _ONE_MEANT.get(term.operator, ()) else None,
        )
    return declaration


# Operators that people take for the one that a type of field has.
_ONE_MEANT = {
    Operator.WORDS: (Type.FILE, Type.TAG, Type.KEYWORD, Type.DIRECTIVE),
    Operator.CONTAINS: (Type.FILE, Type.TAG, Type.KEYWORD, Type.ATTRIBUTE, Type.CONTENT),
    Operator.EQUAL: (Type.CONTENT,),
}


def _alternatives(operators: tuple[Operator, ...]) -> str:
    *others, last = (operator.value for operator in operators)
    return f"{', '.join(others)} or {last}" if others else last


@dataclass(frozen=True)
class _Question:
    """What the value is for."""

    declaration: Declaration
    operator: Operator
    scope: Scope


def _literal(value: Value, question: _Question) -> Literal:
    if question.operator is Operator.WORDS:
        return literals.words(value)
    return _READERS[question.declaration.type](value, question)


def _file(value: Value, question: _Question) -> FileRef:
    """A file by its id, or by its whole name, which must be one of the version."""
    version = question.scope.version
    try:
        found = file_of(version, value.text) if "/" in value.text else parse_file_id(value.text)
    except NameInvalid:
        found = None
    if found is None:
        raise QueryInvalid(value.place, expected=f"the id of a file, or its name below {version}/files/")
    return FileRef(*found)


def _tag(value: Value, _: _Question) -> str:
    """A name in the form in which catalog keeps it."""
    name = unicodedata.normalize("NFC", value.text).strip()
    if not name:
        raise QueryInvalid(value.place, expected="the name of a tag; files without any are found by NOT HAS")
    return name


def _keyword(value: Value, question: _Question) -> str:
    """Media types are lower-case everywhere."""
    word = literals.filled(value)
    return word if question.declaration.target is KeywordField.INDEX_JOB else word.lower()


def _time(value: Value, question: _Question) -> Instant:
    """A day is the moment when it begins, and nobody who asks for equality means that."""
    time = literals.instant(value, question.scope.now)
    if time.is_day and question.operator not in _RANGES:
        name = question.declaration.names[0]
        expected = f"a time of that day, or a range: {name} >= the day AND {name} < the next one"
        raise QueryInvalid(value.place, found=f"the day {value.place.found}", expected=expected)
    return time


def _attribute(value: Value, question: _Question) -> str | bool | float | Instant:
    """In quotes a text; a bare number, `true` or `false` is what it says, and any other word is a text."""
    if question.operator in _RANGES:
        return _attribute_bound(value, question.scope.now)
    if value.is_quoted:
        return value.text
    if value.text.lower() in _BOOLEANS:
        return _BOOLEANS[value.text.lower()]
    return literals.finite(value) if literals.looks_like_number(value) else value.text


def _attribute_bound(value: Value, now: datetime) -> float | Instant:
    """A bare number, or a time in quotes or not."""
    if not literals.looks_like_number(value):
        return literals.instant(value, now)
    if value.is_quoted:
        text = value.text.strip()
        raise QueryInvalid(value.place, expected="a number without quotes, or a time in quotes", suggestion=text)
    return literals.finite(value)


_READERS: dict[Type, Callable[[Value, _Question], Literal]] = {
    Type.FILE: _file,
    Type.TAG: _tag,
    Type.KEYWORD: _keyword,
    Type.TEXT: lambda value, _: literals.filled(value),
    Type.SIZE: lambda value, _: literals.size(value),
    Type.NUMBER: lambda value, _: literals.number(value),
    Type.TIME: _time,
    Type.ATTRIBUTE: _attribute,
}
