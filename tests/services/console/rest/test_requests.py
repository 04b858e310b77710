"""Requests of RPCs from path, query and body. A search by GET stands for what has every kind of field."""

from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import UpdateDatasetRequest
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.search.v1.search_pb2 import Query, QueryType, Sort, TagFilter
from bowerbird.search.v1.search_service_pb2 import SearchRequest
from libs.rpc.errors import FieldInvalid
from services.console.rest.contract import contract_services
from services.console.rest.requests import build_request
from services.console.rest.routes import routes_of

ROUTES = {route.rpc.rpartition("/")[2]: route for route in routes_of(contract_services())}
SEARCH = replace(ROUTES["Search"], http_method="GET", body="")
VERSION = {"version": "workspaces/w/datasets/d/versions/v1"}


def searched(*query: tuple[str, str]) -> Any:
    return build_request(SEARCH, VERSION, query, b"")


def test_a_query_gives_fields_of_every_kind() -> None:
    wanted = SearchRequest(
        version=VERSION["version"],
        query=Query(
            image=b"\xff\xd8",
            tags=TagFilter(any_of=["a", "b"]),
            content_types=["image/png"],
            top_k=5,
            score_threshold=0.25,
            status=File.STATUS_DELETED,
            query_type=QueryType.QUERY_TYPE_MIX,
        ),
        sort=Sort(field=Sort.FIELD_SIZE, ascending=True),
        page_size=10,
    )
    wanted.query.modified_after.FromJsonString("2026-01-31T12:00:00.5Z")
    given = searched(
        ("query.image", "/9g="),
        ("query.tags.anyOf", "a"),
        ("query.tags.anyOf", "b"),
        ("query.contentTypes", "image/png"),
        ("query.top_k", "5"),
        ("query.scoreThreshold", "0.25"),
        ("query.status", "STATUS_DELETED"),
        ("query.queryType", "1"),
        ("query.modifiedAfter", "2026-01-31T12:00:00.5Z"),
        ("sort.field", "FIELD_SIZE"),
        ("sort.ascending", "true"),
        ("pageSize", "10"),
    )
    assert given == wanted


@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ([("query", "owl")], "query", "one field of it"),
        ([("query.texts", "owl")], "query.texts", "text"),
        ([("query.text.more", "owl")], "query.text.more", "none below it"),
        ([("query.topK", "1.5")], "query.topK", "a whole number of 32 bits"),
        ([("query.topK", "1"), ("query.topK", "2")], "query.topK", "one value"),
        ([("query.status", "STATUS_GONE")], "query.status", "one of STATUS_UNSPECIFIED"),
        ([("query.modifiedAfter", "now")], "query.modifiedAfter", "a time like"),
        ([("query.text", "a"), ("query.imageUri", "b")], "query.imageUri", "it or text alone"),
        ([("query.examples.like", "a")], "query.examples.like", "one field of it"),
        ([("", "a")], "", "pageSize"),
        ([("version", "another")], "version", "in the path"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_by_name(
    query: list[tuple[str, str]], field: str, expected: str
) -> None:
    with pytest.raises(FieldInvalid) as refused:
        searched(*query)
    assert refused.value.details["field"] == field
    assert expected in refused.value.details["expected"]


def test_of_two_that_exclude_each_other_in_a_body_the_second_is_named() -> None:
    with pytest.raises(FieldInvalid) as refused:
        build_request(ROUTES["Search"], VERSION, [], b'{"query": {"text": "owl", "imageUri": "s3://b/owl.jpg"}}')
    assert refused.value.details["field"] == "query.imageUri"
    assert refused.value.details["expected"] == "it or text alone"


def test_the_path_goes_before_the_body() -> None:
    given = build_request(ROUTES["Search"], VERSION, [], b'{"version": "workspaces/w/datasets/other/versions/v1"}')
    assert given == SearchRequest(version=VERSION["version"])


@pytest.mark.parametrize(
    ("query", "body", "paths"),
    [
        ([], b'{"displayName": "a", "labels": {}, "name": "x", "etag": "y"}', ["display_name", "labels"]),
        ([], b'{"display_name": null}', ["display_name"]),
        ([], b"", []),
        ([("updateMask", "mountPath,labels")], b'{"displayName": "a"}', ["mount_path", "labels"]),
        ([("update_mask", "")], b'{"displayName": "a"}', []),
    ],
)
def test_a_mask_is_the_given_one_or_the_fields_of_the_body(
    query: list[tuple[str, str]], body: bytes, paths: list[str]
) -> None:
    name = "workspaces/w/datasets/d"
    request = build_request(ROUTES["UpdateDataset"], {"dataset.name": name}, query, body)
    assert isinstance(request, UpdateDatasetRequest)
    assert request.update_mask == FieldMask(paths=paths)
    assert request.dataset.name == name


def test_a_body_may_be_a_field_and_the_rest_the_query() -> None:
    given = build_request(
        ROUTES["CreateDataset"], {"parent": "workspaces/w"}, [("datasetId", "d")], b'{"rootUri": "s3://b/p"}'
    )
    assert given.dataset == Dataset(root_uri="s3://b/p")  # type: ignore[attr-defined]  # a CreateDatasetRequest
