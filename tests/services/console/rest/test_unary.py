"""RPCs over HTTP: resources, requests, limits."""

import base64
import itertools
from typing import Any

import aiohttp
import pytest

from bowerbird.catalog.v1.dataset_service_pb2 import ListDatasetsRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.type.v1.role_pb2 import Role
from tests.services.console.scene import Console
from tests.suite import WORKSPACE

DATASETS = f"/v1/{WORKSPACE}/datasets"
CONNECTIONS = f"/v1/{WORKSPACE}/connections"
numbers = itertools.count(1)


async def make_dataset(console: Console, **fields: Any) -> dict[str, Any]:
    """A new dataset; returns it as it was answered."""
    dataset = {"kind": "KIND_LOGICAL", **fields}
    answer = await console.ask("POST", DATASETS, params={"datasetId": f"d-{next(numbers)}"}, json=dataset)
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.json["dataset"]
    return made


async def test_a_resource_is_made_read_changed_listed_and_deleted(console: Console) -> None:
    made = await make_dataset(console, displayName="Birds", labels={"site": "north"})
    path = f"/v1/{made['name']}"

    read = await console.ask("GET", path)
    assert read.json["dataset"]["labels"] == {"site": "north"}
    assert read.headers["Content-Type"] == "application/json"
    assert read.headers["Cache-Control"] == "no-store"

    changed = await console.ask("PATCH", path, json={"description": "of the marsh"})
    assert changed.json["dataset"]["description"] == "of the marsh"
    assert changed.json["dataset"]["displayName"] == "Birds"

    listed = await console.ask("GET", DATASETS, params={"pageSize": "1000"})
    assert made["name"] in [dataset["name"] for dataset in listed.json["datasets"]]

    assert (await console.ask("DELETE", path)).json == {}
    assert (await console.ask("GET", path)).status == 404


async def test_a_patch_changes_what_its_mask_names_or_else_what_its_body_has(console: Console) -> None:
    made = await make_dataset(console, displayName="Birds", description="of the marsh")
    path = f"/v1/{made['name']}"
    both = {"displayName": "Owls", "description": "of the wood"}

    masked = await console.ask("PATCH", path, params={"updateMask": "displayName"}, json=both)
    assert (masked.json["dataset"]["displayName"], masked.json["dataset"]["description"]) == ("Owls", "of the marsh")

    emptied = await console.ask("PATCH", path, json={"description": "", "name": "another", "etag": masked_etag(masked)})
    assert "description" not in emptied.json["dataset"]
    assert emptied.json["dataset"]["name"] == made["name"]

    nothing = await console.ask("PATCH", path, json={})
    assert (nothing.status, nothing.json["metadata"]["field"]) == (400, "updateMask")

    stale = await console.ask("PATCH", path, json={"description": "late", "etag": made["etag"]})
    assert stale.status == 409


def masked_etag(answer: Any) -> str:
    etag: str = answer.json["dataset"]["etag"]
    return etag


async def test_both_spellings_of_a_name_are_read_and_the_first_of_the_standard_is_written(console: Console) -> None:
    made = await make_dataset(console, display_name="snake")
    assert made["displayName"] == "snake"
    for spelling in ("page_size", "pageSize"):
        assert len((await console.ask("GET", DATASETS, params={spelling: "1"})).json["datasets"]) == 1
    both = await console.ask("GET", DATASETS, params={"page_size": "1", "pageSize": "1"})
    assert (both.status, both.json["metadata"]["field"]) == (400, "pageSize")


async def test_pages_go_on_by_their_token(console: Console) -> None:
    names = {(await make_dataset(console))["name"] for _ in range(3)}
    found, token = [], ""
    while True:
        page = (await console.ask("GET", DATASETS, params={"pageSize": "2", "pageToken": token})).json
        found += [dataset["name"] for dataset in page.get("datasets", [])]
        if not (token := page.get("nextPageToken", "")):
            break
    assert names <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ({"pgeSize": "1"}, "pgeSize", "pageSize"),
        ({"pageSize": "many"}, "pageSize", "a whole number of 32 bits"),
        ({"pageSize": "99999999999"}, "pageSize", "a whole number of 32 bits"),
        ({"pageSize": "-1"}, "pageSize", "0 to 1,000"),
        ({"parent": "workspaces/other"}, "parent", "path"),
        ({"pageSize.value": "1"}, "pageSize.value", "none below it"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_named(
    console: Console, query: dict[str, str], field: str, expected: str
) -> None:
    answer = await console.ask("GET", DATASETS, params=query)
    assert answer.status == 400
    assert answer.json["reason"] == "FIELD_INVALID"
    assert answer.json["metadata"]["field"] == field
    assert expected in answer.json["metadata"]["expected"]
    assert answer.json["violations"][0]["field"] == field


@pytest.mark.parametrize("value", ["1", "True", "yes", ""])
async def test_a_truth_value_is_true_or_false(console: Console, value: str) -> None:
    made = await make_dataset(console)
    path = f"/v1/{made['name']}/versions/latest"
    assert (await console.ask("GET", path, params={"includeIndexSet": "false"})).status == 200
    answer = await console.ask("GET", path, params={"includeIndexSet": value})
    assert (answer.status, answer.json["metadata"]["expected"]) == (400, "true or false")


@pytest.mark.parametrize(
    ("body", "field", "expected"),
    [
        ({"displayNmae": "x"}, "dataset.displayNmae", "displayName"),
        ({"displayName": 5}, "dataset.displayName", "text"),
        ({"kind": "KIND_PREMIUMM"}, "dataset.kind", "one of KIND_UNSPECIFIED, KIND_PREMIUM, KIND_LOGICAL"),
        ({"labels": {"a": 1}}, "dataset.labels", "an object whose values are text"),
        ({"labels": ["a"]}, "dataset.labels", "an object whose values are text"),
        ({"createTime": "yesterday"}, "dataset.createTime", "a time like 2026-01-31T12:00:00Z"),
        (["displayName"], "dataset", "an object with fields of name"),
        ("displayName", "dataset", "an object with fields of name"),
    ],
)
async def test_a_field_of_the_body_that_does_not_fit_is_named(
    console: Console, body: Any, field: str, expected: str
) -> None:
    answer = await console.ask("POST", DATASETS, params={"datasetId": "bad"}, json=body)
    assert answer.status == 400
    assert answer.json["metadata"]["field"] == field
    assert expected in answer.json["metadata"]["expected"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": {"tags": {"anyOf": ["a", 5]}}}, "query.tags.anyOf[1]"),
        ({"query": {"topK": 1.5}}, "query.topK"),
        ({"query": {"image": 5}}, "query.image"),
        ({"query": {"image": "!"}}, "query.image"),
        ({"fields": "FIELD_TAGS"}, "fields"),
        ({"fields": ["FIELD_TAG"]}, "fields[0]"),
        ({"version": None, "nothing": 1}, "nothing"),
    ],
)
async def test_a_field_deep_in_a_body_is_named(console: Console, body: Any, field: str) -> None:
    made = await make_dataset(console)
    answer = await console.ask("POST", f"/v1/{made['name']}/versions/v1:countFacets", json=body)
    assert (answer.status, answer.json["metadata"]["field"]) == (400, field)


async def test_a_body_that_is_no_json_is_told_where(console: Console) -> None:
    answer = await console.ask(
        "POST", DATASETS, data=b'{"displayName": oops}', headers={"Content-Type": "application/json"}
    )
    assert (answer.status, answer.json["metadata"]["field"]) == (400, "body")
    assert "oops" in answer.json["metadata"]["value"]


async def test_a_body_of_another_kind_is_not_read(console: Console) -> None:
    form = await console.ask("POST", DATASETS, data={"displayName": "x"})
    assert form.status == 415
    extended = await console.ask(
        "POST", DATASETS, params={"datasetId": "plus"}, data=b"{}", headers={"Content-Type": "application/merge+json"}
    )
    assert "premium" in str(extended.json).lower() or extended.status in (200, 400)
    assert extended.status != 415


async def test_a_call_without_a_body_takes_none(console: Console) -> None:
    made = await make_dataset(console)
    answer = await console.ask("GET", f"/v1/{made['name']}", json={"name": "other"})
    assert (answer.status, answer.json["metadata"]["field"]) == (400, "body")
    answer = await console.ask("POST", f"/v1/{made['name']}/versions/v1:count", params={"query.text": "owl"}, json={})
    assert (answer.status, answer.json["metadata"]["field"]) == (400, "query.text")


async def test_a_call_whose_body_is_the_request_needs_none(console: Console) -> None:
    made = await make_dataset(console)
    answer = await console.ask("POST", f"/v1/{made['name']}/versions/v1:count")
    assert (answer.status, answer.json) == (200, {})


async def test_a_body_may_be_large_but_not_larger_than_the_limit(console: Console) -> None:
    path = f"/v1/{(await make_dataset(console))['name']}/versions/v1:count"
    limit = 16 * 1024 * 1024
    padded = b'{"query": {"text": "' + b"a" * (limit - 23) + b'"}}'
    assert len(padded) == limit
    headers = {"Content-Type": "application/json"}
    assert (await console.ask("POST", path, data=padded, headers=headers)).status == 400  # too long for a text
    refused = await console.ask("POST", path, data=padded + b" ", headers=headers)
    assert refused.status == 413
    assert "16,777,216" in refused.json["detail"]


async def test_an_image_to_search_by_may_have_10_mb_and_not_a_byte_more(console: Console) -> None:
    version = f"/v1/{(await make_dataset(console))['name']}/versions/v1"
    for search in (
        lambda image: {"query": {"image": image}},
        lambda image: {"query": {"examples": {"like": [{"image": image}]}}},
    ):
        largest = await console.ask("POST", f"{version}:search", json=search(in_base64(10 * 1024 * 1024)))
        assert (largest.status, largest.json["reason"]) == (400, "INDEX_SET_MISSING")  # it was let in
        larger = await console.ask("POST", f"{version}:search", json=search(in_base64(10 * 1024 * 1024 + 1)))
        assert (larger.status, larger.json["reason"]) == (400, "IMAGE_TOO_LARGE")


def in_base64(size_bytes: int) -> str:
    return base64.b64encode(b"\xff" * size_bytes).decode()


async def test_a_name_may_have_characters_that_a_path_has_not(console: Console) -> None:
    answer = await console.ask("GET", f"/v1/{WORKSPACE}/datasets/a%2Fb%20%E9%B8%9F")
    assert answer.status in (400, 404)
    assert "鸟" in answer.json["detail"]


async def test_secrets_are_sent_and_never_shown(console: Console) -> None:
    connection = {"s3": {"endpoint": "http://127.0.0.1:9", "accessKeyId": "me", "secretAccessKey": "hush-hush"}}
    made = await console.ask("POST", CONNECTIONS, params={"connectionId": "store"}, json=connection)
    assert made.status == 200, made.body
    changed = await console.ask(
        "PATCH", f"{CONNECTIONS}/store", json={"s3": {**connection["s3"], "endpoint": "http://127.0.0.1:8"}}
    )
    assert changed.json["connection"]["s3"]["endpoint"] == "http://127.0.0.1:8"
    for answer in (made, changed, await console.ask("GET", f"{CONNECTIONS}/store")):
        assert b"hush-hush" not in answer.body


async def test_what_is_answered_is_what_grpc_answers(console: Console) -> None:
    await make_dataset(console, displayName="Ünïcode 鸟", labels={"a": "b"})
    over_grpc = await DatasetServiceStub(console.catalog.viewer).ListDatasets(
        ListDatasetsRequest(parent=WORKSPACE, page_size=1000)
    )
    over_http = await console.ask("GET", DATASETS, params={"pageSize": "1000"}, role=Role.ROLE_VIEWER)
    assert [dataset["name"] for dataset in over_http.json["datasets"]] == [
        dataset.name for dataset in over_grpc.datasets
    ]
    assert [int(dataset["createTime"][:4]) for dataset in over_http.json["datasets"]] == [
        dataset.create_time.ToDatetime().year for dataset in over_grpc.datasets
    ]


async def test_many_calls_go_over_one_connection(console: Console) -> None:
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(connector=connector, headers=console.headers(Role.ROLE_VIEWER)) as http:
        for _ in range(20):
            async with http.get(f"{console.v1}/caller") as answer:
                assert (await answer.json())["caller"]["role"] == "ROLE_VIEWER"
