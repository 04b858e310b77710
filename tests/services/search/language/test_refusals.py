"""What is wrong with a query is said at its column."""

import pytest
from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.status import to_status
from services.search.language.errors import QueryInvalid
from tests.services.search.language.reading import read
from tests.services.search.language.refusals import REFUSALS


@pytest.mark.parametrize(("marked", "found", "expected", "suggestion"), REFUSALS)
def test_a_wrong_query_is_refused_at_its_column(marked: str, found: str, expected: str, suggestion: str | None) -> None:
    before, _ = marked.split("‸")
    with pytest.raises(QueryInvalid) as refused:
        read(marked.replace("‸", ""))
    details = refused.value.details
    assert (details["column"], details["found"]) == (str(len(before) + 1), found)
    assert expected in details["expected"]
    assert details.get("suggestion") == suggestion


def test_a_suggestion_makes_the_query_right() -> None:
    for wrong, place in (
        ("FileNmae = x", "FileNmae"),
        ("tags == a", "=="),
        ("Tags.ai:x", ":"),
        ("FileName = and", "and"),
    ):
        with pytest.raises(QueryInvalid) as refused:
            read(wrong)
        read(wrong.replace(place, refused.value.details["suggestion"]))


def test_an_error_travels_with_its_reason_and_all_that_it_knows() -> None:
    with pytest.raises(QueryInvalid) as refused:
        read("tags == a")
    error = refused.value
    assert (error.status, error.reason) == (StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_QUERY_INVALID)
    assert set(error.details) == {"column", "found", "expected", "suggestion"}
    assert to_status(error).message == str(error)


def test_the_message_ends_with_the_line_and_a_caret() -> None:
    assert message("tags=a ADN tags=b") == [
        "The query is wrong at column 8: found `ADN`, expected AND, OR or the end of the query. Did you mean `AND`?",
        "tags=a ADN tags=b",
        "       ^",
    ]


def test_all_fields_fit_into_the_message() -> None:
    assert "meta.KEY, or a directive such as top_k" in message("camera = 1")[0]


def test_a_caret_stands_under_its_character_behind_wide_ones_marks_and_tabs() -> None:
    assert drawn("tags='红色' ADN x") == ["tags='红色' ADN x", "            ^"]
    assert drawn("tags='e\u0301' ADN x") == ["tags='e\u0301' ADN x", "         ^"]
    assert drawn("tags\t=\ta ADN x") == ["tags = a ADN x", "         ^"]
    assert drawn("tags='😀' ADN x") == ["tags='😀' ADN x", "          ^"]


def test_only_the_line_of_the_error_is_drawn() -> None:
    assert drawn("tags=a AND\r\n  tags=b ADN\ntags=c") == ["  tags=b ADN", "         ^"]
    assert drawn("tags=a\nAND\n\n") == ["AND", "   ^"]


def test_a_long_line_is_cut_around_the_error() -> None:
    line, caret = drawn(f"tags='{'x' * 3000}' ADN tags='{'y' * 3000}'")
    assert line.startswith("...x")
    assert line.endswith("y...")
    assert line[caret.index("^") :].startswith("ADN")
    assert len(line) < 100
    wide, caret = drawn(f"tags='{'红' * 1000}' ADN tags='{'色' * 1000}'")
    assert (len(wide), wide[:4], wide[-4:]) < (100, "...红", "色...")
    assert caret.index("^") == 3 + 2 * wide.count("红") + 2


def test_an_error_cannot_steer_a_terminal() -> None:
    for text in ("tags='\x1b[31m\u202e' ADN", "meta.'\x1b[2J' CONTAINS x", "FileName = \x1b", "tags='a\u2028b' ADN"):
        with pytest.raises(QueryInvalid) as refused:
            read(text)
        first, line, caret = str(refused.value).split("\n")
        assert not {"\x1b", "\u202e", "\u2028"} & set(first + line + caret)


def message(text: str) -> list[str]:
    with pytest.raises(QueryInvalid) as refused:
        read(text)
    return str(refused.value).split("\n")


def drawn(text: str) -> list[str]:
    return message(text)[1:]
