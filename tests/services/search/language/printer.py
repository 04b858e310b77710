"""Writes a syntax tree as a query, with no more parentheses than it needs."""

from services.search.language.syntax import Conjunction, Disjunction, Name, Negation, Node, Operator, Term, Value


def printed(node: Node) -> str:
    """A query with that syntax tree."""
    match node:
        case Term():
            return _term(node)
        case Negation(part):
            return f"NOT {_within(part, (Conjunction, Disjunction))}"
        case Conjunction(parts):
            return " AND ".join(_within(part, (Conjunction, Disjunction)) for part in parts)
        case Disjunction(parts):
            return " OR ".join(_within(part, (Disjunction,)) for part in parts)


def _within(part: Node, kinds: tuple[type, ...]) -> str:
    return f"({printed(part)})" if isinstance(part, kinds) else printed(part)


def _term(term: Term) -> str:
    name = _name(term.name)
    match term.operator:
        case Operator.HAS:
            return f"HAS {name}"
        case Operator.IN | Operator.NOT_IN:
            return f"{name} {term.operator.value} ({', '.join(map(_value, term.values))})"
        case operator:
            return f"{name} {operator.value} {_value(term.values[0])}"


def _name(name: Name) -> str:
    first, *others = name.segments
    return ".".join([first, *(segment if segment.isalnum() else _quoted(segment) for segment in others)])


def _value(value: Value) -> str:
    return _quoted(value.text) if value.is_quoted else value.text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
