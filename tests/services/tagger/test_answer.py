"""An answer is read strictly."""

import json

import pytest

from services.tagger.answer import TagAnswerMalformed, TagAnswerUnknownTag, parse_answer
from services.tagger.definition import Tag, TagDefinition

LOCKS = Tag("Parking locks", "", {"raised": "", "lowered": ""})
DEFINITION = TagDefinition("", (Tag("Bird", ""), Tag("Café", ""), LOCKS))


def answer(*tags: str) -> str:
    return json.dumps({"tags": tags})


def test_defined_tags_are_taken_in_the_order_of_the_answer_each_once() -> None:
    assert parse_answer(answer("Parking locks/raised", "Bird", "Bird"), DEFINITION) == ("Parking locks/raised", "Bird")


def test_no_tags_are_an_answer() -> None:
    assert parse_answer(answer(), DEFINITION) == ()


def test_a_tag_written_in_another_unicode_form_is_the_same_tag() -> None:
    assert parse_answer(answer(" Cafe\u0301 "), DEFINITION) == ("Café",)


@pytest.mark.parametrize(
    "text",
    [
        "I see a bird.",
        "",
        '{"tags": ["Bir',
        '["Bird"]',
        '{"tags": "Bird"}',
        '{"tags": [1]}',
        '{"tags": [["Bird"]]}',
        '{"labels": ["Bird"]}',
        '{"tags": ["Bird"], "why": "wings"}',
        '```json\n{"tags": ["Bird"]}\n```',
        "null",
        "[" * 100_000,
    ],
)
def test_anything_but_the_object_that_was_asked_for_is_malformed(text: str) -> None:
    with pytest.raises(TagAnswerMalformed) as caught:
        parse_answer(text, DEFINITION)
    assert caught.value.reason_name == "TAG_ANSWER_MALFORMED"


@pytest.mark.parametrize("tag", ["Dragon", "bird", "Parking locks", "Parking locks/open", "Bird/raised", ""])
def test_a_tag_or_value_that_is_not_defined_is_named(tag: str) -> None:
    with pytest.raises(TagAnswerUnknownTag) as caught:
        parse_answer(answer("Bird", tag), DEFINITION)
    assert caught.value.reason_name == "TAG_ANSWER_UNKNOWN_TAG"
    assert caught.value.details["tag"] == tag


def test_the_message_shows_the_answer() -> None:
    with pytest.raises(TagAnswerMalformed, match="I see a bird"):
        parse_answer("I see a bird.", DEFINITION)
