"""What goes wrong, as RFC 9457 tells it: nothing internal, a stable reason, and what would be right."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import grpc
import pytest
import structlog

from bowerbird.type.v1.role_pb2 import Role
from deploy.local.ports import LOOPBACK, free_ports
from tests.services.console.rest.odd_search import Context, OddSearch, Step, odd_search
from tests.services.console.scene import Console, consoling
from tests.suite import WORKSPACE, Catalog

DATASETS = f"/v1/{WORKSPACE}/datasets"


async def test_a_problem_has_the_fields_of_the_standard(console: Console) -> None:
    answer = await console.ask("GET", f"{DATASETS}/missing")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json == {
        "type": "tag:bowerbird.dev,2026:NOT_FOUND",
        "title": "Not Found",
        "status": 404,
        "detail": f"There is no dataset '{WORKSPACE}/datasets/missing' here.",
        "reason": "NOT_FOUND",
        "metadata": {"resource": "dataset", "name": f"{WORKSPACE}/datasets/missing"},
    }


@pytest.mark.parametrize(
    ("path", "near"),
    [
        (f"/v1/{WORKSPACE}/dataset", "GET /v1/workspaces/*/datasets"),
        (f"/v1/{WORKSPACE}/jobs/j:wtach", "GET /v1/workspaces/*/jobs/*:watch"),
        (f"/v1/{WORKSPACE}/datasets/d/version/v1", "GET /v1/workspaces/*/datasets/*/versions/*"),
        ("/v1/callers", "GET /v1/caller"),
        ("/v1/nothing/of/the/kind", "/openapi.json"),
    ],
)
async def test_an_unknown_route_names_the_nearest(console: Console, path: str, near: str) -> None:
    answer = await console.ask("GET", path)
    assert (answer.status, answer.json["reason"]) == (404, "NOT_FOUND")
    assert near in answer.json["detail"]


async def test_a_long_path_is_compared_with_none(console: Console) -> None:
    answer = await console.ask("GET", "/v1/" + "workspaces/*/datasets/" * 300)
    assert answer.status == 404
    assert answer.json["metadata"]["nearest"] == "those of /openapi.json"


async def test_a_method_that_a_route_does_not_take_is_told_those_that_it_does(console: Console) -> None:
    answer = await console.ask("PUT", DATASETS, json={})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert "GET, HEAD, POST" in answer.json["detail"]
    answer = await console.ask("POST", "/healthz")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


async def test_a_name_that_is_taken_is_a_conflict(console: Console) -> None:
    for status in (200, 409):
        answer = await console.ask("POST", DATASETS, params={"datasetId": "taken"}, json={"kind": "KIND_LOGICAL"})
        assert answer.status == status
    assert answer.json["reason"] == "ALREADY_EXISTS"


async def test_the_id_of_a_request_is_the_clients_or_made(console: Console) -> None:
    given = await console.ask("GET", "/v1/caller", headers={"X-Request-Id": "from-the-client.1"})
    assert given.headers["X-Request-Id"] == "from-the-client.1"
    for bad in ("", "a b", "x" * 129, "ü"):
        made = await console.ask("GET", "/v1/nowhere", headers={"X-Request-Id": bad})
        assert re.fullmatch("[0-9a-f]{32}", made.headers["X-Request-Id"])


async def test_a_service_that_is_away_is_told_with_when_to_ask_again(catalog: Catalog) -> None:
    nowhere = f"{LOOPBACK}:{free_ports(1)[0]}"
    async with consoling(catalog, nowhere) as console:
        answer = await console.ask("POST", f"{DATASETS}/d/versions/v1:search", json={})
        assert (answer.status, answer.json["reason"]) == (503, "SERVICE_UNAVAILABLE")
        assert answer.json["metadata"] == {"service": "search"}
        assert int(answer.headers["Retry-After"]) > 0
        assert nowhere not in answer.body.decode()

        assert (await console.ask("GET", "/healthz", role=None)).status == 200
        ready = await console.ask("GET", "/readyz", role=None)
        assert (ready.status, ready.json["catalog"], ready.json["search"]) == (503, "ok", "unavailable")


async def test_a_console_is_ready_once_its_services_serve(console: Console) -> None:
    ready = await console.ask("GET", "/readyz", role=None)
    assert (ready.status, ready.json) == (200, {"status": "ok", "catalog": "ok", "search": "ok"})


async def _accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes a connection and never says a word."""
    try:
        await asyncio.sleep(60)
    finally:
        writer.close()


async def test_a_call_ends_at_its_deadline(catalog: Catalog) -> None:
    silent = await asyncio.start_server(_accept, LOOPBACK, 0)
    address = f"{LOOPBACK}:{silent.sockets[0].getsockname()[1]}"
    async with consoling(catalog, address, TIMEOUT_SECONDS="0.5") as console:
        path = f"{DATASETS}/d/versions/v1:search"
        for headers, seconds in (({}, "0.5"), ({"X-Request-Timeout": "0.2"}, "0.2")):
            answer = await console.ask("POST", path, json={}, headers=headers)
            assert (answer.status, answer.json["reason"]) == (504, "SERVICE_UNAVAILABLE")
            assert f"within {seconds} s" in answer.json["detail"]
    silent.close()


async def test_only_a_call_that_changes_nothing_is_repeated(catalog: Catalog) -> None:
    async with odd_search() as odd, consoling(replace(catalog, address=odd.address), odd.address) as console:
        odd.then = failing_first(odd, grpc.StatusCode.UNAVAILABLE)
        answer = await console.ask("POST", f"{DATASETS}/d/versions/v1:count", json={})
        assert (answer.status, answer.json, odd.started) == (200, {"total": "1"}, 2)

        answer = await console.ask("POST", f"/v1/{WORKSPACE}/jobs", json={})
        assert (answer.status, odd.jobs_asked_for) == (503, 1)


def failing_first(odd: OddSearch, code: grpc.StatusCode) -> Step:
    """The first call fails, the others go well."""

    async def fail(context: Context) -> None:
        if odd.started == 1:
            await context.abort(code, "in a moment")

    return fail


async def test_a_body_that_does_not_come_is_not_waited_for(catalog: Catalog) -> None:
    async def begun() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    headers = {"Content-Type": "application/json"}
    async with asyncio.timeout(10), consoling(catalog, catalog.address, MAX_TIMEOUT_SECONDS="0.3") as console:
        answer = await console.ask("POST", DATASETS, data=begun(), headers=headers)
    assert (answer.status, answer.json["metadata"]["field"]) == (408, "body")


@pytest.mark.parametrize("asked", ["0", "-1", "121", "soon", "nan", "inf"])
async def test_a_deadline_that_cannot_be_is_refused(console: Console, asked: str) -> None:
    answer = await console.ask("GET", "/v1/caller", headers={"X-Request-Timeout": asked})
    assert (answer.status, answer.json["metadata"]["field"]) == (400, "X-Request-Timeout")


async def test_a_fault_is_told_by_its_id_alone(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("services.console.rest.gateway.build_request", fail)
    with structlog.testing.capture_logs() as logged:
        answer = await console.ask("GET", "/v1/caller", headers={"X-Request-Id": "abc"})
    assert (answer.status, answer.json["reason"]) == (500, "INTERNAL")
    assert answer.json["metadata"] == {"request_id": "abc"}
    assert b"swordfish" not in answer.body
    assert [line["request_id"] for line in logged if line["log_level"] == "error"] == ["abc"]


async def test_the_log_has_each_request_and_no_secret(console: Console) -> None:
    with structlog.testing.capture_logs() as logged:
        await console.ask("GET", f"{DATASETS}?pageSize=1", role=Role.ROLE_VIEWER)
        await console.ask("GET", "/healthz")
    (line,) = [line for line in logged if line["event"] == "request"]
    assert (line["method"], line["path"], line["status"]) == ("GET", DATASETS, 200)
    assert line["rpc"] == "/bowerbird.catalog.v1.DatasetService/ListDatasets"
    assert line["milliseconds"] > 0
    assert console.catalog.tokens[Role.ROLE_VIEWER] not in str(logged)
