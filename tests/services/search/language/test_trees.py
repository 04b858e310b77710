"""A query is the conditions that the table says, and the product's own examples run as they stand."""

# ruff: noqa: RUF001 - signs that look like others are what people paste

import pytest

from libs.rpc.names import file_id
from services.search.conditions import (
    And,
    Condition,
    FileIn,
    Has,
    KeywordField,
    KeywordIn,
    Not,
    Or,
    TagIs,
    TagKind,
    TextField,
    TextHasWords,
    TextIs,
    TimeField,
    TimeIn,
)
from services.search.language.declarations import FIELDS, OPERATORS, Type
from services.search.language.errors import QueryInvalid
from services.search.language.expression import Expression, compiled
from services.search.language.syntax import Operator
from services.search.query import Text
from tests.services.search.language.reading import NOW, VERSION, read, us
from tests.services.search.language.trees import TREES


@pytest.mark.parametrize(("text", "condition"), TREES.items())
def test_a_query_is_its_tree(text: str, condition: Condition) -> None:
    assert read(text) == Expression(condition)


def test_the_first_official_example_runs() -> None:
    text = (
        """(FileType = "image" OR ContentType = "application/json") AND ThumbnailMode = "h_200" AND MaxResults = 50"""
    )
    types = (
        KeywordIn(KeywordField.FILE_TYPE, ("image",)),
        KeywordIn(KeywordField.CONTENT_TYPE, ("application/json",)),
    )
    assert read(text) == Expression(Or(types), thumbnail_mode="h_200", page_size=50)


@pytest.mark.parametrize("quotes", [("''", '""'), ("‘’", "“”"), ("''", "“”"), ("＇＇", "＂＂")])
def test_the_second_official_example_runs_with_any_quotes(quotes: tuple[str, str]) -> None:
    text = """
(FileUpdateTime > '2025-02-28T00:00:00Z' AND FileUpdateTime < '2025-05-30T09:27:29Z') AND FileDir:'blue_car'
  AND NOT FileName="toyota.jpg" AND ((Tags.all='lane line' AND Tags.all='barrier gate') OR NOT Tags.user='rainy days')
  AND HAS SemanticIndexJobId AND Content:'a fallen water horse' AND TopK=100
    """
    for straight, pair in zip("'\"", quotes, strict=True):
        first, *others = text.split(straight)
        text = first + "".join(pair[index % 2] + part for index, part in enumerate(others))
    assert read(text) == Expression(
        And(
            (
                TimeIn(TimeField.MODIFY, us("2025-02-28T00:00:00+00:00") + 1, None),
                TimeIn(TimeField.MODIFY, None, us("2025-05-30T09:27:29+00:00")),
                TextHasWords(TextField.DIRECTORY, ("blue", "car")),
                Not(TextIs(TextField.NAME, "toyota.jpg")),
                Or(
                    (
                        And((TagIs(TagKind.ALL, "lane line"), TagIs(TagKind.ALL, "barrier gate"))),
                        Not(TagIs(TagKind.USER, "rainy days")),
                    )
                ),
                Has(KeywordField.INDEX_JOB),
            )
        ),
        examples=(Text("a fallen water horse"),),
        top_k=100,
    )


def test_a_file_of_a_version_is_found_by_its_name_where_the_newest_is_searched() -> None:
    name = f"{VERSION}/files/{file_id(7, 42)}"
    newest = VERSION.replace("/v3", "/latest")
    assert compiled(f"file_id = '{name}'", now=NOW, version=newest).condition == FileIn(7, (42,))
    elsewhere = newest.replace("datasets/d", "datasets/e")
    with pytest.raises(QueryInvalid):
        compiled(f"file_id = '{name}'", now=NOW, version=elsewhere)


def test_every_field_has_names_that_differ_and_takes_an_operator() -> None:
    names = [name.lower() for declaration in FIELDS for name in dict.fromkeys(map(str.lower, declaration.names))]
    assert len(set(names)) == len(names)
    assert all(OPERATORS[kind] for kind in Type)
    assert {operator for operators in OPERATORS.values() for operator in operators} == set(Operator)


def test_what_is_true_is_not_what_is_one() -> None:
    """In Python they are equal, and what was remembered of one would be answered for the other."""
    one, truth = (compiled(f"meta.x = {value}", now=NOW, version=VERSION).condition for value in ("1", "true"))
    assert one != truth
    assert len({one, truth}) == 2
