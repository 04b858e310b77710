"""Takes apart what a query says at its top level: conditions, similarity and directives."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.search.errors import QueryTooLarge
from services.search.language.checker import checked_field
from services.search.language.declarations import Declaration, Directive, Type, declared
from services.search.language.errors import QueryInvalid
from services.search.language.syntax import Conjunction, Disjunction, Negation, Node, Operator, Term
from services.search.query import MAX_EXAMPLES


@dataclass(frozen=True)
class Clauses:
    """What AND joins at the top level. `like` and `unlike` are the terms with Content; a directive has its term."""

    conditions: list[Node] = field(default_factory=list)
    like: list[Term] = field(default_factory=list)
    unlike: list[Term] = field(default_factory=list)
    directives: dict[Directive, Term] = field(default_factory=dict)


def clauses(query: Node | None) -> Clauses:
    """The clauses of a query.

    Raises QueryInvalid for similarity or a directive elsewhere than at the top level, a directive that is given twice,
    and one that needs Content without it; QueryTooLarge for too many examples.
    """
    found = Clauses()
    for part in _conjuncts(query):
        _add(found, part)
    _check_similarity(found)
    return found


def _conjuncts(node: Node | None) -> Iterator[Node]:
    """The parts that AND joins, through any parentheses around ANDs alone."""
    if isinstance(node, Conjunction):
        for part in node.parts:
            yield from _conjuncts(part)
    elif node is not None:
        yield node


def _add(found: Clauses, part: Node) -> None:
    match part:
        case Term() if _is_clause(declaration := declared(part.name)):
            checked_field(part)
            _add_clause(found, part, declaration)
        case Negation(Term() as term) if declared(term.name).type is Type.CONTENT:
            checked_field(term)
            found.unlike.append(term)
        case _:
            _refuse_clauses_within(part, "")
            found.conditions.append(part)


def _add_clause(found: Clauses, term: Term, declaration: Declaration) -> None:
    directive = declaration.target
    if not isinstance(directive, Directive):
        found.like.append(term)
    elif directive in found.directives:
        name = term.name.place.shown
        raise QueryInvalid(term.name.place, found=f"a second {name}", expected=f"{name} once")
    else:
        found.directives[directive] = term


def _refuse_clauses_within(node: Node, under: str) -> None:
    match node:
        case Term():
            if _is_clause(declared(node.name)):
                place = node.name.place
                expected = f"{place.shown} at the top level, joined to the rest by AND"
                raise QueryInvalid(place, found=f"{place.found} under {under}", expected=expected)
        case Negation(part):
            _refuse_clauses_within(part, under or "NOT")
        case Conjunction(parts):
            for part in parts:
                _refuse_clauses_within(part, under)
        case Disjunction(parts):
            for part in parts:
                _refuse_clauses_within(part, under or "OR")


def _is_clause(declaration: Declaration) -> bool:
    return declaration.type in (Type.CONTENT, Type.DIRECTIVE)


def _check_similarity(found: Clauses) -> None:
    for terms in (found.like, found.unlike):
        if len(terms) > MAX_EXAMPLES:
            raise QueryTooLarge(value=f"{len(terms)} examples", limit=MAX_EXAMPLES)
    if found.like:
        return
    needy = [found.directives.get(Directive.TOP_K), found.directives.get(Directive.SCORE_THRESHOLD), *found.unlike]
    for term in needy:
        if term is not None:
            place = term.name.place
            is_not = term.operator is Operator.WORDS
            name = f"{'NOT ' if is_not else ''}{place.shown}"
            raise QueryInvalid(place, found=f"{name} without an example", expected='Content:"..." beside it')
