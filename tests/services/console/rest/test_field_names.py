"""Fields in the errors of services, by the names that the user of REST wrote them with."""

import grpc
import pytest

from bowerbird.catalog.v1.connection_service_pb2 import UpdateConnectionRequest
from bowerbird.catalog.v1.dataset_service_pb2 import UpdateDatasetRequest
from bowerbird.catalog.v1.job_service_pb2 import CreateJobRequest
from bowerbird.search.v1.search_service_pb2 import SearchRequest
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, FieldInvalid, NotFound
from libs.rpc.status import RemoteError
from services.console.rest.field_names import in_json_names
from tests.services.console.scene import Console
from tests.suite import WORKSPACE

DATASETS = f"/v1/{WORKSPACE}/datasets"
CONNECTIONS = f"/v1/{WORKSPACE}/connections"


@pytest.mark.parametrize(
    ("request_type", "field", "told"),
    [
        (SearchRequest, "page_size", "pageSize"),
        (SearchRequest, "query.score_threshold", "query.scoreThreshold"),
        (SearchRequest, "query.tags.any_of", "query.tags.anyOf"),
        (SearchRequest, "query.content_types[2]", "query.contentTypes[2]"),
        (SearchRequest, "query.examples.like[10].text", "query.examples.like[10].text"),
        (CreateJobRequest, "job.export.selection.ordinals", "job.export.selection.ordinals"),
        (CreateJobRequest, "job.tag.max_concurrency", "job.tag.maxConcurrency"),
        # Keys of maps are what users wrote.
        (UpdateDatasetRequest, "dataset.labels.display_name", "dataset.labels.display_name"),
        (UpdateDatasetRequest, "dataset.labels.a.mount_path", "dataset.labels.a.mount_path"),
        # Fields of a request that this one became.
        (SearchRequest, "score_threshold", "scoreThreshold"),
        (SearchRequest, "other_thing.top_k", "other_thing.topK"),
    ],
)
def test_each_word_of_a_path_has_its_name_in_json(request_type: type, field: str, told: str) -> None:
    error = in_json_names(FieldInvalid(field=field, value="a_b", expected="c"), request_type.DESCRIPTOR)  # type: ignore[attr-defined]
    assert error.details == {"field": told, "value": "a_b", "expected": "c"}
    assert str(error) == f"{told} is 'a_b'; expected c."
    assert (error.status, error.reason_name) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")


def test_what_would_be_right_is_named_so_too_and_nothing_that_is_no_field() -> None:
    expected = "one of model_service, s3, or an id like my_own_thing"
    error = FieldInvalid(field="connection.config", value="model_service", expected=expected)
    told = in_json_names(error, UpdateConnectionRequest.DESCRIPTOR)
    assert str(told) == (
        "connection.config is 'modelService'; expected one of modelService, s3, or an id like my_own_thing."
    )


def test_a_message_of_its_own_stays_and_its_field_is_told() -> None:
    said = {"field": "page_size", "value": "-1", "expected": "more"}
    error = RemoteError(grpc.StatusCode.INVALID_ARGUMENT, FieldInvalid.reason, "The page_size is odd.", **said)
    told = in_json_names(error, SearchRequest.DESCRIPTOR)
    assert (str(told), told.details["field"]) == ("The page_size is odd.", "pageSize")


@pytest.mark.parametrize(
    "error",
    [
        NotFound(resource="index_set", name="page_size"),
        RemoteError(grpc.StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_FIELD_INVALID, "It is wrong."),
    ],
)
def test_an_error_that_names_no_field_is_not_touched(error: BowerbirdError) -> None:
    assert in_json_names(error, SearchRequest.DESCRIPTOR) is error


@pytest.mark.parametrize(
    ("route", "body", "field", "detail"),
    [
        (
            f"POST {DATASETS}?datasetId=names",
            {"kind": "KIND_LOGICAL", "displayName": "x" * 128},
            "dataset.displayName",
            "expected 0 to 127 characters",
        ),
        (f"POST {DATASETS}?datasetId=a%20b", {"kind": "KIND_LOGICAL"}, "datasetId", "datasetId is 'a b'; expected"),
        (
            f"PATCH {DATASETS}/names",
            {"rootUri": "s3://b"},
            "updateMask",
            "updateMask is 'rootUri'; expected at least one of displayName, mountPath, description, labels.",
        ),
        (
            f"POST {CONNECTIONS}?connectionId=names",
            {"modelService": {"baseUrl": "nowhere", "models": [{"model": "m"}]}},
            "connection.modelService.baseUrl",
            "connection.modelService.baseUrl is 'nowhere'; expected http(s)://host[:port]/path.",
        ),
        (
            f"POST {CONNECTIONS}?connectionId=names",
            {},
            "connection.config",
            "modelService",
        ),
        (
            f"POST {DATASETS}/names/versions/latest:search",
            {"query": {"text": "a", "scoreThreshold": "NaN"}},
            "query.scoreThreshold",
            "query.scoreThreshold is 'nan'; expected a finite number.",
        ),
        (
            f"POST {DATASETS}/names/versions/latest:search",
            {"query": {"tags": {"anyOf": [""]}}},
            "query.tags.anyOf",
            "expected names of tags",
        ),
    ],
)
async def test_a_service_that_refuses_a_field_is_understood_by_the_user_of_rest(
    console: Console, route: str, body: object, field: str, detail: str
) -> None:
    answer = await console.ask(*route.split(" ", 1), json=body)
    assert (answer.status, answer.json["reason"]) == (400, "FIELD_INVALID")
    assert detail in answer.json["detail"]
    assert answer.json["metadata"]["field"] == field
    assert answer.json["violations"] == [{"field": field, "description": answer.json["detail"]}]
