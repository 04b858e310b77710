"""The syntax tree: what was written, with its places. Two trees are equal if they say the same, wherever it stands."""

from dataclasses import dataclass, field
from enum import Enum

from services.search.language.place import Place


class Operator(Enum):
    """What is asked of a field, as it is written."""

    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    WORDS = ":"
    CONTAINS = "CONTAINS"
    IN = "IN"
    NOT_IN = "NOT IN"
    HAS = "HAS"


@dataclass(frozen=True)
class Name:
    """A field: `Tags.ai` has two segments. None is empty."""

    segments: tuple[str, ...]
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True)
class Value:
    """What a field is compared with; escapes are resolved."""

    text: str
    is_quoted: bool
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True)
class Term:
    """One question to one field: HAS takes no value, IN and NOT_IN one or more, all others one."""

    name: Name
    operator: Operator
    values: tuple[Value, ...]
    operator_place: Place = field(compare=False, repr=False)


@dataclass(frozen=True)
class Negation:
    """NOT part."""

    part: "Node"


@dataclass(frozen=True)
class Conjunction:
    """Two or more parts with AND between them. A part that is a conjunction itself stood in parentheses."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Disjunction:
    """Two or more parts with OR between them."""

    parts: tuple["Node", ...]


Node = Term | Negation | Conjunction | Disjunction
