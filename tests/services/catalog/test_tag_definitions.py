"""Tag definitions through a real server, and the parser alone."""

import json
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1.tag_definition_pb2 import TagDefinition
from bowerbird.catalog.v1.tag_definition_service_pb2 import (
    CreateTagDefinitionRequest,
    DeleteTagDefinitionRequest,
    GetTagDefinitionRequest,
    ListTagDefinitionsRequest,
    UpdateTagDefinitionRequest,
)
from bowerbird.catalog.v1.tag_definition_service_pb2_grpc import TagDefinitionServiceStub
from services.catalog.definition import TagDefinitionInvalid, format_definition, parse_definition
from tests.suite import WORKSPACE, Catalog, refusal

DRIVING = json.dumps(
    {
        "tags": {
            "Parking locks": {"description": "A lock on a parking space.", "values": ["raised", "lowered"]},
            **{f"Scene {number}": f"Description of scene {number}." for number in range(24)},
        }
    }
)


async def create(catalog: Catalog, slug: str, **fields: Any) -> TagDefinition:
    request = CreateTagDefinitionRequest(
        parent=WORKSPACE, tag_definition_id=slug, tag_definition=TagDefinition(**fields)
    )
    return (await TagDefinitionServiceStub(catalog.editor).CreateTagDefinition(request)).tag_definition


async def test_a_definition_of_25_driving_tags_comes_back_in_its_order(catalog: Catalog) -> None:
    made = await create(catalog, "driving", definition_json=DRIVING, guide_prompt="You look at streets.")
    assert (made.name, made.display_name, made.revision) == (f"{WORKSPACE}/tagDefinitions/driving", "driving", 1)
    tags = json.loads(made.definition_json)["tags"]
    assert list(tags) == list(json.loads(DRIVING)["tags"])
    assert tags["Parking locks"]["values"] == {"raised": "", "lowered": ""}
    stub = TagDefinitionServiceStub(catalog.viewer)
    assert (await stub.GetTagDefinition(GetTagDefinitionRequest(name=made.name))).tag_definition == made


async def test_the_revision_rises_with_the_tags_and_the_prompt_alone(catalog: Catalog) -> None:
    made = await create(catalog, "changes", definition_json='{"tags": {"a": ""}}')
    stub = TagDefinitionServiceStub(catalog.editor)

    async def change(**fields: Any) -> TagDefinition:
        new = TagDefinition(name=made.name, **fields)
        request = UpdateTagDefinitionRequest(tag_definition=new, update_mask=FieldMask(paths=fields))
        return (await stub.UpdateTagDefinition(request)).tag_definition

    assert (await change(display_name="Other")).revision == 1
    assert (await change(definition_json='{ "tags" : {"a":""} }')).revision == 1  # the same tags
    assert (await change(definition_json='{"tags": {"a": "", "b": ""}}')).revision == 2
    changed = await change(guide_prompt="Look.")
    assert (changed.revision, changed.display_name) == (3, "Other")
    stale = TagDefinition(name=made.name, etag=made.etag)
    request = UpdateTagDefinitionRequest(tag_definition=stale, update_mask=FieldMask(paths=["display_name"]))
    assert (await refusal(stub.UpdateTagDefinition(request))).reason_name == "STATE_CONFLICT"


async def test_definitions_are_listed_and_deleted(catalog: Catalog) -> None:
    made = await create(catalog, "goes", definition_json='{"tags": {"a": ""}}')
    stub = TagDefinitionServiceStub(catalog.editor)
    listed = await stub.ListTagDefinitions(ListTagDefinitionsRequest(parent=WORKSPACE))
    assert made in listed.tag_definitions
    again = DeleteTagDefinitionRequest(name=made.name)
    await stub.DeleteTagDefinition(again)
    assert (await refusal(stub.GetTagDefinition(GetTagDefinitionRequest(name=made.name)))).reason_name == "NOT_FOUND"
    assert (await refusal(stub.DeleteTagDefinition(again))).reason_name == "NOT_FOUND"
    other = GetTagDefinitionRequest(name="workspaces/other/tagDefinitions/driving")
    assert (await refusal(stub.GetTagDefinition(other))).reason_name == "NOT_FOUND"


async def test_a_definition_that_is_wrong_is_refused_with_its_problem(catalog: Catalog) -> None:
    error = await refusal(create(catalog, "wrong", definition_json='{"tags": {\n"a": }}'))
    assert (error.status, error.reason_name) == (grpc.StatusCode.INVALID_ARGUMENT, "TAG_DEFINITION_INVALID")
    assert "line 2, column 6" in error.details["problem"]
    assert (await refusal(create(catalog, "wrong"))).reason_name == "TAG_DEFINITION_INVALID"
    await create(catalog, "taken", definition_json='{"tags": {"a": ""}}')
    assert (
        await refusal(create(catalog, "taken", definition_json='{"tags": {"a": ""}}'))
    ).reason_name == "ALREADY_EXISTS"
    long = await refusal(create(catalog, "long", definition_json='{"tags": {"a": ""}}', guide_prompt="x" * 8193))
    assert long.details["field"] == "tag_definition.guide_prompt"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("  \n", "it is empty"),
        ("a red bird", "not JSON: Expecting value at line 1, column 1"),
        ('{"tags": {"a": ""}', "not JSON"),
        ("[" * 100_000, "more than 65,536"),
        ("[" * 60_000, "nested too deeply"),
        ("[]", "the document is an array, expected an object with tags"),
        ("{}", "tags is null"),
        ('{"tags": null}', "tags is null"),
        ('{"tags": ["a"]}', "tags is an array"),
        ('{"tags": {}}', "tags is empty"),
        ('{"tags": {"a": ""}, "extra": 1}', "the document has 'extra', which is none of tags"),
        ('{"tags": {"a": ""}, "tags": {}}', "the document has 'tags', twice"),
        ('{"tags": {"a": 1}}', "tags.a is a number"),
        ('{"tags": {"a": true}}', "tags.a is true or false"),
        ('{"tags": {"a": ""  , " a": ""}}', "tags has the name 'a' twice"),
        ('{"tags": {"e\u0301": "", "\u00e9": ""}}', "twice"),
        ('{"tags": {"": ""}}', "tags has a name of 0 characters"),
        (json.dumps({"tags": {"x" * 101: ""}}), "tags has a name of 101 characters"),
        ('{"tags": {"a/b": ""}}', "tags has the name 'a/b'; a name holds no '/'"),
        ('{"tags": {"a\\nb": ""}}', "control characters"),
        ('{"tags": {"a\\ud800": ""}}', "control characters"),
        ('{"tags": {"a": "\\u0000"}}', "tags.a holds a character that is no text"),
        ('{"tags": {"a": {"values": []}}}', "tags.a.values is empty"),
        ('{"tags": {"a": {"values": [1]}}}', "tags.a.values[0] is a number, expected text"),
        ('{"tags": {"a": {"values": ["b", "b "]}}}', "tags.a.values has the name 'b' twice"),
        ('{"tags": {"a": {"values": {"b": []}}}}', "tags.a.values.b is an array, expected text"),
        ('{"tags": {"a": {"values": "b"}}}', "tags.a.values is text"),
        ('{"tags": {"a": {"description": null}}}', "tags.a.description is null, expected text"),
        ('{"tags": {"a": {"colour": "red"}}}', "tags.a has 'colour', which is none of description, values"),
        (json.dumps({"tags": {str(number): "" for number in range(501)}}), "501 tags"),
        (json.dumps({"tags": {"a": {"values": [str(number) for number in range(501)]}}}), "501 tags"),
    ],
)
def test_the_problem_says_where_and_what(text: str, problem: str) -> None:
    with pytest.raises(TagDefinitionInvalid) as refused:
        parse_definition(text)
    assert problem in refused.value.details["problem"]


def test_names_are_trimmed_and_nfc_and_the_normal_form_stays_as_it_is() -> None:
    text = '{"tags": {" e\\u0301 ": " text ", "b": {"values": {"x": "one", "y": ""}, "description": "d"}}}'
    tags = parse_definition(text)
    assert [tag.name for tag in tags] == ["é", "b"]
    normal = format_definition(tags)
    assert json.loads(normal) == {"tags": {"é": "text", "b": {"description": "d", "values": {"x": "one", "y": ""}}}}
    assert parse_definition(normal) == tags
