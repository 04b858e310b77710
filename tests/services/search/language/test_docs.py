"""docs/query-language.md says what is so."""

import re
from pathlib import Path

import pytest

from services.search.language import parser
from services.search.language.declarations import FIELDS
from services.search.language.errors import QueryInvalid
from tests.services.search.language.reading import read

PAGE = (Path(__file__).parents[4] / "docs" / "query-language.md").read_text()


@pytest.mark.parametrize("query", re.findall(r"```query\n(.*?)\n```", PAGE, re.DOTALL))
def test_every_example_runs(query: str) -> None:
    read(query)


@pytest.mark.parametrize(("query", "shown"), re.findall(r"```error\n(.*?)\n```\n\n((?:    .*\n)+)", PAGE))
def test_every_error_is_as_shown(query: str, shown: str) -> None:
    with pytest.raises(QueryInvalid) as refused:
        read(query)
    *message, line, caret = [line.removeprefix("    ") for line in shown.splitlines()]
    found, *drawn = str(refused.value).split("\n")
    assert drawn == [line, caret]
    start, _, end = " ".join(message).partition("... ")
    assert found.startswith(start)
    assert found.endswith(end)


def test_every_field_is_in_its_table_under_all_its_names() -> None:
    rows = [
        [name for cell in row.split("|")[1:3] for name in re.findall(r"`([^`]+)`", cell)]
        for row in PAGE.splitlines()
        if row.startswith("| `") and not row.startswith("| `meta.")
    ]
    documented = {frozenset(names) for names in rows}
    missing = [declaration.names for declaration in FIELDS if frozenset(declaration.names) not in documented]
    assert not missing


def test_the_grammar_is_the_parsers() -> None:
    for production in re.findall(r"^    \w+ += .*$", parser.__doc__ or "", re.MULTILINE):
        assert production in PAGE
