"""The message is a contract: whoever reads the definition back out of it relies on its form."""

import json

from services.tagger.definition import Tag, TagDefinition
from services.tagger.prompt import DEFAULT_GUIDE, prompt_text
from tests.fakes.answers import definition_in

TAGS = (Tag("Bird", "Any bird"), Tag("Parking locks", "A lock", {"raised": "It is up", "lowered": "It is down"}))


def test_the_definition_stands_on_one_line_below_its_heading() -> None:
    lines = prompt_text(TagDefinition("Look well.\nThen answer.", TAGS)).split("\n")
    assert lines[:2] == ["Look well.", "Then answer."]
    assert json.loads(lines[lines.index("Tag definition (JSON):") + 1]) == {
        "tags": {
            "Bird": "Any bird",
            "Parking locks": {"description": "A lock", "values": {"raised": "It is up", "lowered": "It is down"}},
        }
    }
    assert '{"tags": ["name", "name/value", ...]}' in lines[-1]


def test_equal_definitions_give_equal_texts_and_the_order_is_kept() -> None:
    one, two = (TagDefinition("Guide", TAGS), TagDefinition("Guide", tuple(TAGS)))
    assert prompt_text(one) == prompt_text(two)
    assert list(definition_in(prompt_text(one))["tags"]) == ["Bird", "Parking locks"]


def test_a_general_guide_stands_in_for_a_missing_one() -> None:
    assert prompt_text(TagDefinition("  \n", TAGS)).startswith(DEFAULT_GUIDE)


def test_line_breaks_in_a_description_do_not_break_the_line() -> None:
    text = prompt_text(TagDefinition("", (Tag("Bird", 'two\nlines and "quotes"'), Tag("Ünï", "é"))))
    assert definition_in(text) == {"tags": {"Bird": 'two\nlines and "quotes"', "Ünï": "é"}}


def test_twenty_five_driving_tags_fit() -> None:
    tags = tuple(Tag(f"Driving tag {n}", "what it looks like " * 10, {"on": "", "off": ""}) for n in range(25))
    assert len(definition_in(prompt_text(TagDefinition("", tags)))["tags"]) == 25


def test_a_definition_comes_out_of_a_job_as_it_went_in() -> None:
    locks = {"description": "A lock", "values": {"raised": "", "lowered": ""}}
    definition = {"tags": {"Bird": "Any bird", "Parking locks": locks}}
    parsed = TagDefinition.of("Guide", json.dumps(definition))
    assert definition_in(prompt_text(parsed)) == definition
    assert parsed.answers == {"Bird", "Parking locks/raised", "Parking locks/lowered"}
