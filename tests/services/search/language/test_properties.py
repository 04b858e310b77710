"""What holds for any text and any tree."""

# ruff: noqa: RUF001 - signs that look like others are what people paste

import contextlib
import operator
import string
import unicodedata
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.search.conditions import Condition, Has, Not, NumberField, NumberIn, Or, TimeField, TimeIn
from services.search.errors import QueryTooLarge
from services.search.language.errors import QueryInvalid
from services.search.language.lexer import KEYWORDS
from services.search.language.parser import parsed
from services.search.language.place import Place
from services.search.language.syntax import Conjunction, Disjunction, Name, Negation, Node, Operator, Term, Value
from tests.services.search.language.printer import printed
from tests.services.search.language.reading import read
from tests.services.search.language.refusals import REFUSALS
from tests.services.search.language.trees import TREES

QUERIES = [*TREES, *(marked.replace("‸", "") for marked, *_ in REFUSALS), "Content:bird AND TopK=3 AND SortBy=DataSize"]
PIECES = [
    *KEYWORDS,
    *"()=<>!:,.'\"\\-+*“”‘’（）：＝，≥ \n\t",
    "\\u12",
    "now-7d",
    "1e999",
    "meta.",
    "NOT (",
    "Content:'x'",
    "猫",
]

# A shared machine may stop for longer than a test that is to be quick; test_limits measures.
UNHURRIED = settings(deadline=None)

NOWHERE = Place("", 0, 0)
WORDS = st.from_regex(r"[A-Za-z0-9_猫][A-Za-z0-9_./@猫-]{0,8}", fullmatch=True).filter(
    lambda word: word.upper() not in KEYWORDS
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.builds(
    lambda first, others: Name((first, *others), NOWHERE),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True).filter(lambda word: word.upper() not in KEYWORDS),
    st.lists(TEXTS.filter(bool), max_size=3),
)
VALUES = st.one_of(
    WORDS.map(lambda word: Value(word, False, NOWHERE)), TEXTS.map(lambda text: Value(text, True, NOWHERE))
)
LISTS = (Operator.IN, Operator.NOT_IN)
TERMS = st.one_of(
    st.builds(lambda name: Term(name, Operator.HAS, (), NOWHERE), NAMES),
    st.builds(
        lambda name, of, value: Term(name, of, (value,), NOWHERE),
        NAMES,
        st.sampled_from([of for of in Operator if of not in (*LISTS, Operator.HAS)]),
        VALUES,
    ),
    st.builds(
        lambda name, of, values: Term(name, of, tuple(values), NOWHERE),
        NAMES,
        st.sampled_from(LISTS),
        st.lists(VALUES, min_size=1, max_size=4),
    ),
)
TREE: st.SearchStrategy[Node] = st.recursive(
    TERMS,
    lambda nodes: st.one_of(
        nodes.map(Negation),
        st.lists(nodes, min_size=2, max_size=4).map(lambda parts: Conjunction(tuple(parts))),
        st.lists(nodes, min_size=2, max_size=4).map(lambda parts: Disjunction(tuple(parts))),
    ),
    max_leaves=12,
)


@UNHURRIED
@given(TREE)
def test_a_tree_that_is_written_and_read_is_the_same_tree(tree: Node) -> None:
    assert parsed(printed(tree)) == tree


@UNHURRIED
@given(st.one_of(st.text(max_size=200), st.text(string.printable, max_size=200)))
def test_any_text_is_read_or_refused_at_one_of_its_columns(text: str) -> None:
    check(text)


@UNHURRIED
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(QUERIES), WORDS), max_size=12))
def test_any_row_of_pieces_is_read_or_refused_at_one_of_its_columns(pieces: list[str]) -> None:
    check("".join(pieces))
    check(" ".join(pieces))


@UNHURRIED
@given(st.sampled_from(QUERIES), st.data())
def test_a_query_with_changes_is_read_or_refused_at_one_of_its_columns(query: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(query)))
        end = data.draw(st.integers(start, min(len(query), start + 8)))
        put = data.draw(st.one_of(st.just(""), st.sampled_from(PIECES), st.characters(), st.just(query[start:end] * 2)))
        query = query[:start] + put + query[end:]
    check(query)


def check(text: str) -> None:
    """Fails with any other error than those two."""
    with contextlib.suppress(QueryTooLarge):
        try:
            read(text)
        except QueryInvalid as error:
            check_error(error, text)


def check_error(error: QueryInvalid, text: str) -> None:
    assert 1 <= int(error.details["column"]) <= len(text) + 1
    message, line, caret = str(error).split("\n")
    assert message.startswith("The query is wrong at column ")
    assert caret.strip(" ") == "^"
    assert len(caret) < 120
    assert sum(unicodedata.category(char) not in ("Mn", "Me") for char in line) < 120


COMPARISONS = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
INT64 = st.integers(-(2**63), 2**63 - 1)


@UNHURRIED
@given(
    st.sampled_from(list(COMPARISONS)), st.decimals(allow_nan=False, allow_infinity=False), INT64, st.integers(-2, 2)
)
def test_a_number_is_compared_exactly(sign: str, literal: object, number: int, step: int) -> None:
    exact = Fraction(str(literal))
    near = min(max(int(exact) + step, -(2**63)), 2**63 - 1)
    condition = read(f"size_bytes {sign} {literal:f}").condition
    for value in (number, near):
        assert holds(condition, value) == COMPARISONS[sign](Fraction(value), exact)


@UNHURRIED
@given(
    st.sampled_from(list(COMPARISONS)),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 - the zone comes with the offset
    st.integers(-1439, 1439),
    st.integers(0, 999),
    st.integers(-2, 2),
)
def test_a_time_is_compared_exactly(sign: str, local: datetime, offset: int, nanoseconds: int, step: int) -> None:
    hours, minutes = divmod(abs(offset), 60)
    zone = f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"
    text = f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond:06}{nanoseconds:03}{zone}"
    whole = (local.replace(tzinfo=UTC) - timedelta(minutes=offset) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    condition = read(f"sync_time {sign} {text}").condition
    exact = Fraction(whole * 1000 + nanoseconds, 1000)
    assert holds(condition, whole + step) == COMPARISONS[sign](Fraction(whole + step), exact)


def holds(condition: Condition, value: int) -> bool:
    """Whether a file with that size, or synced at that time, meets the condition."""
    match condition:
        case NumberIn(NumberField.SIZE_BYTES, at_least, at_most):
            return (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        case TimeIn(TimeField.SYNC, from_us, until_us):
            return (from_us is None or value >= from_us) and (until_us is None or value < until_us)
        case Has():
            return True
        case Or(()):
            return False
        case Not(part):
            return not holds(part, value)
        case _:
            pytest.fail(f"unexpected {condition}")
