"""The OpenAPI document says what the contracts say, and what it says is valid."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from google.api.annotations_pb2 import http
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass
from openapi_spec_validator import OpenAPIV31SpecValidator

import bowerbird.catalog.v1
import bowerbird.search.v1
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from bowerbird.type.v1.role_pb2 import Role, required_role
from services.console.openapi.document import document
from services.console.openapi.examples import BODIES, IN_QUERY
from tests.conformance.roles import methods_of, services_in

METHODS = methods_of([*services_in(bowerbird.catalog.v1), *services_in(bowerbird.search.v1)])
Operations = dict[str, dict[str, Any]]
FOR_USERS = [method for method in METHODS if method.GetOptions().Extensions[required_role] != Role.ROLE_SERVICE]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document()


@pytest.fixture(scope="module")
def operations(made: dict[str, Any]) -> Operations:
    """The operations by RPC, and for routes of none by id; each with its `path` and `verb`."""
    return {
        operation.get("x-rpc", operation["operationId"]): operation | {"path": path, "verb": verb}
        for path, verbs in made["paths"].items()
        for verb, operation in verbs.items()
    }


def rpc(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def schemas_within(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from schemas_within(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from schemas_within(inner)


def test_the_document_is_valid(made: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(made).validate()


def test_it_is_the_same_each_time_and_printed_by_a_command(made: dict[str, Any]) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "services.console.openapi"], capture_output=True, check=True, text=True
    )
    assert json.dumps(json.loads(printed.stdout)) == json.dumps(made)


def test_every_rpc_for_users_has_its_path(operations: Operations) -> None:
    assert len(FOR_USERS) > 40
    for method in FOR_USERS:
        rule = method.GetOptions().Extensions[http]
        operation = operations[rpc(method)]
        assert operation["verb"] == rule.WhichOneof("pattern")
        template = getattr(rule, rule.WhichOneof("pattern"))
        shape = re.sub(r"\{[a-z_.]+=([^}]+)\}", r"\1", template)
        assert re.sub(r"\{[A-Za-z]+\}", "*", operation["path"]) == shape
        named = re.findall(r"\{(\w+)\}", operation["path"])
        assert named == [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]


def test_no_rpc_of_services_is_told(operations: Operations) -> None:
    assert {name for name in operations if name.startswith("/")} == {rpc(method) for method in FOR_USERS}


def test_roles_are_those_of_the_contracts(operations: Operations) -> None:
    for method in FOR_USERS:
        role = Role.Name(method.GetOptions().Extensions[required_role]).removeprefix("ROLE_")
        assert operations[rpc(method)]["x-required-role"] == role
        assert f"Needs the role {role}." in operations[rpc(method)]["description"]


def test_operations_have_names_of_their_own(operations: Operations) -> None:
    counts = Counter(operation["operationId"] for operation in operations.values())
    assert set(counts.values()) == {1}
    assert operations["/bowerbird.search.v1.SearchService/Search"]["operationId"] == "search"


def test_resources_of_the_path_are_parameters_and_not_in_the_body(operations: Operations, made: Any) -> None:
    search = operations["/bowerbird.search.v1.SearchService/Search"]
    assert search["path"] == "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}:search"
    assert "version" not in made["components"]["schemas"]["SearchRequest"]["properties"]
    get = operations["/bowerbird.catalog.v1.TagDefinitionService/GetTagDefinition"]
    assert get["path"] == "/v1/workspaces/{workspace}/tagDefinitions/{tagDefinition}"


def test_what_neither_path_nor_body_holds_is_in_the_query(operations: Operations) -> None:
    def query(name: str) -> list[str]:
        return [parameter["name"] for parameter in operations[name]["parameters"] if parameter["in"] == "query"]

    assert query("/bowerbird.catalog.v1.DatasetService/ListDatasets") == ["pageSize", "pageToken"]
    assert query("/bowerbird.catalog.v1.DatasetService/UpdateDataset") == ["updateMask"]
    assert query("/bowerbird.catalog.v1.DatasetService/CreateDataset") == ["datasetId"]
    assert query("/bowerbird.search.v1.SearchService/Search") == []


def test_streams_are_lines_and_events(operations: Operations) -> None:
    streams = {
        name
        for name, operation in operations.items()
        if "application/x-ndjson" in operation["responses"].get("200", {}).get("content", {})
    }
    assert streams == {rpc(method) for method in FOR_USERS if method.server_streaming}
    content = operations["/bowerbird.catalog.v1.JobService/WatchJob"]["responses"]["200"]["content"]
    assert content["text/event-stream"]["schema"] == {"$ref": "#/components/schemas/WatchJobResponse"}


def test_schemas_are_those_of_proto3_json(made: dict[str, Any]) -> None:
    schemas = made["components"]["schemas"]
    file = schemas["File"]["properties"]
    assert file["sizeBytes"]["type"] == "string"
    assert file["sizeBytes"]["format"] == "int64"
    assert file["widthPx"]["type"] == "integer"
    assert file["modifyTime"]["format"] == "date-time"
    assert file["attributes"] == {
        "type": "object",
        "additionalProperties": True,
        "description": file["attributes"]["description"],
    }
    assert file["name"]["readOnly"] is True
    assert schemas["Query"]["properties"]["image"]["contentEncoding"] == "base64"
    assert (
        "Not together with `text`, `imageUri` or `examples`" in schemas["Query"]["properties"]["image"]["description"]
    )
    assert schemas["Dataset"]["properties"]["labels"]["additionalProperties"] == {"type": "string"}
    assert schemas["S3Config"]["properties"]["secretAccessKey"]["writeOnly"] is True
    assert schemas["JobState"]["enum"][0] == "STATE_PENDING"
    assert "- `STATE_STOPPED`: Stopped by a person. What was done is kept." in schemas["JobState"]["description"]
    assert "- left out: Read as COSINE." in schemas["Metric"]["description"]


def test_every_schema_and_field_of_the_contracts_has_words_of_json(made: dict[str, Any]) -> None:
    schemas = made["components"]["schemas"]
    assert all(schema.get("description") for schema in schemas.values())
    # Fields that say no more than that they are output have no words.
    wordless = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, described in schema.get("properties", {}).items()
        if not described.get("description") and not described.get("readOnly")
    ]
    assert wordless == ["Problem.reason"]
    token = schemas["SearchRequest"]["properties"]["pageToken"]["description"]
    assert token.startswith("`nextPageToken` of the page before.")


def test_only_what_a_route_reaches_is_described(made: dict[str, Any]) -> None:
    told = {part["$ref"].rpartition("/")[2] for part in schemas_within(made) if "$ref" in part}
    assert set(made["components"]["schemas"]) | {"Problem"} == told
    assert "Lease" not in told


def test_failures_are_problems_with_every_reason(operations: Operations, made: dict[str, Any]) -> None:
    assert all(operation["responses"]["default"] for operation in operations.values())
    reasons = [name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()[1:]]
    assert made["components"]["schemas"]["ProblemReason"]["enum"] == reasons
    assert "`required_role`" in made["components"]["schemas"]["ProblemReason"]["description"]


def test_every_call_with_a_body_has_an_example_that_the_contract_takes(operations: Operations) -> None:
    for method in FOR_USERS:
        operation = operations[rpc(method)]
        if "requestBody" in operation:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            rule = method.GetOptions().Extensions[http]
            whole = example if rule.body == "*" else {rule.body: example}
            ParseDict(whole, GetMessageClass(method.input_type)())


def test_examples_are_of_what_there_is_and_fill_every_path(operations: Operations) -> None:
    ids = {operation["operationId"] for operation in operations.values()}
    assert set(BODIES) | set(IN_QUERY) <= ids
    for operation in operations.values():
        parameters = {parameter["name"]: parameter for parameter in operation.get("parameters", ())}
        assert all("example" in each for each in parameters.values() if each["in"] == "path")
        assert set(IN_QUERY.get(operation["operationId"], ())) <= set(parameters)


def test_no_example_breaks_a_reader_that_looks_for_all_of_everywhere(made: dict[str, Any]) -> None:
    # openapi-typescript does, and takes whatever lies in a list of that name for schemas.
    assert not [part for part in schemas_within(made["paths"]) if "allOf" in part]
