"""Compiles a syntax tree to conditions."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import cast

from services.search.conditions import (
    EVERY_FILE,
    And,
    AttributeField,
    AttributeHasWords,
    AttributeIs,
    AttributeNumberIn,
    AttributeTimeIn,
    Condition,
    Field,
    FileIn,
    Has,
    KeywordField,
    KeywordIn,
    Not,
    NumberField,
    NumberIn,
    Or,
    TagIs,
    TagKind,
    TextContains,
    TextField,
    TextHasWords,
    TextIs,
    TimeField,
    TimeIn,
)
from services.search.language.checker import Checked, FileRef, Literal, Scope, checked
from services.search.language.literals import Instant, Words
from services.search.language.syntax import Conjunction, Disjunction, Negation, Node, Operator, Term

NO_FILE = Or(())

_LEAST, _MOST = -(2**63), 2**63 - 1
_DENIED = {Operator.NOT_EQUAL: Operator.EQUAL, Operator.NOT_IN: Operator.IN}


def condition(node: Node, scope: Scope) -> Condition:
    """What the tree says. Raises QueryInvalid at the first term that is wrong."""
    match node:
        case Conjunction(parts):
            return And(tuple(condition(part, scope) for part in parts))
        case Disjunction(parts):
            return Or(tuple(condition(part, scope) for part in parts))
        case Negation(part):
            return Not(condition(part, scope))
        case Term():
            return _of_term(checked(node, scope))


def _of_term(term: Checked) -> Condition:
    if term.operator is Operator.HAS:
        return _existence(term)
    operator = _DENIED.get(term.operator, term.operator)
    positive = _of_values(term, operator)
    return positive if operator is term.operator else Not(positive)


def _existence(term: Checked) -> Condition:
    """Every file has an id."""
    target = term.declaration.target
    return EVERY_FILE if target is None else Has(cast("Field", target))


def _of_values(term: Checked, operator: Operator) -> Condition:
    match term.declaration.target:
        case None:
            return _files(cast("tuple[FileRef, ...]", term.values))
        case KeywordField() as field:
            return KeywordIn(field, tuple(dict.fromkeys(cast("tuple[str, ...]", term.values))))
        case _:
            return _any(_of_value(term, operator, value) for value in _distinct(term.values))


def _distinct(values: tuple[Literal, ...]) -> Iterable[Literal]:
    """For Python, True and 1.0 are equal; for a query they are not."""
    return {(type(value), value): value for value in values}.values()


def _of_value(term: Checked, operator: Operator, value: Literal) -> Condition:
    match term.declaration.target, value:
        case TagKind() as kind, str():
            return TagIs(kind, value)
        case TextField() as field, Words(words):
            return TextHasWords(field, words)
        case TextField() as field, str():
            return TextContains(field, value) if operator is Operator.CONTAINS else TextIs(field, value)
        case NumberField() as field, Decimal():
            return _number(field, *_whole_range(operator, value))
        case TimeField() as field, Instant(time):
            return _time(field, *_whole_range(operator, time))
        case AttributeField() as field, str() | bool() | float() | Words() | Instant():
            return _attribute(field, operator, value)
        case target, _:
            raise TypeError(f"the checker let {value!r} of {target!r} through")


def _any(parts: Iterable[Condition]) -> Condition:
    found = tuple(parts)
    return found[0] if len(found) == 1 else Or(found)


def _files(files: tuple[FileRef, ...]) -> Condition:
    ordinals: dict[int, dict[int, None]] = {}
    for file in files:
        ordinals.setdefault(file.version_uid, {})[file.ordinal] = None
    return _any(FileIn(uid, tuple(of_version)) for uid, of_version in ordinals.items())


def _whole_range(operator: Operator, value: Decimal) -> tuple[int | None, int | None]:
    """The least and the greatest whole number that compares so with the value; None is open. The least is greater than
    the greatest if there is none.
    """
    within = min(max(value, Decimal(2 * _LEAST)), Decimal(2 * _MOST))
    floor, ceiling = int(within.to_integral_value(ROUND_FLOOR)), int(within.to_integral_value(ROUND_CEILING))
    match operator:
        case Operator.GREATER:
            return floor + 1, None
        case Operator.AT_LEAST:
            return ceiling, None
        case Operator.LESS:
            return None, ceiling - 1
        case Operator.AT_MOST:
            return None, floor
        case _:
            return ceiling, floor


def _number(field: NumberField, at_least: int | None, at_most: int | None) -> Condition:
    """Within the range of 64 bits, in which all numbers of files are."""
    low, high = _LEAST if at_least is None else at_least, _MOST if at_most is None else at_most
    if low > high or low > _MOST or high < _LEAST:
        return NO_FILE
    if low <= _LEAST and high >= _MOST:
        return Has(field)
    return NumberIn(field, low if low > _LEAST else None, high if high < _MOST else None)


def _time(field: TimeField, at_least: int | None, at_most: int | None) -> Condition:
    if at_least is not None and at_most is not None and at_least > at_most:
        return NO_FILE
    return TimeIn(field, at_least, None if at_most is None else at_most + 1)


def _attribute(
    field: AttributeField, operator: Operator, value: str | bool | float | Words | Instant
) -> AttributeIs | AttributeHasWords | AttributeTimeIn | AttributeNumberIn:
    match value:
        case Words(words):
            return AttributeHasWords(field, words)
        case Instant(time):
            at_least, at_most = _whole_range(operator, time)
            return AttributeTimeIn(field, at_least, None if at_most is None else at_most + 1)
        case float() if operator not in (Operator.EQUAL, Operator.IN):
            is_low = operator in (Operator.GREATER, Operator.AT_LEAST)
            low, high = (value, None) if is_low else (None, value)
            return AttributeNumberIn(field, low, high, operator is Operator.AT_LEAST, operator is Operator.AT_MOST)
        case _:
            return AttributeIs(field, value)
