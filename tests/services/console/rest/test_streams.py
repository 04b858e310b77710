"""Streams over HTTP: NDJSON and events, failures on the way, hang-ups, silence, slow readers."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import grpc
import pytest

from bowerbird.type.v1.role_pb2 import Role
from tests.deadline import until
from tests.services.catalog.jobs_scene import scene
from tests.services.console.rest.odd_search import OddSearch, failing, odd_search, silence
from tests.services.console.scene import Answer, Console, consoling
from tests.suite import WORKSPACE, Catalog

VERSION = f"/v1/{WORKSPACE}/datasets/d/versions/v1"
AS_EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
async def odd() -> AsyncIterator[OddSearch]:
    async with odd_search() as search:
        yield search


@pytest.fixture
async def odd_console(catalog: Catalog, odd: OddSearch) -> AsyncIterator[Console]:
    async with consoling(catalog, odd.address, HEARTBEAT_SECONDS="0.2", SHUTDOWN_SECONDS="5") as console:
        yield console


def lines(answer: Answer) -> list[Any]:
    """What an answer of NDJSON holds."""
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.body.splitlines()]


def events(answer: Answer) -> list[tuple[str, Any]]:
    """The events of an answer, by name; comments are left out."""
    assert answer.headers["Content-Type"] == "text/event-stream"
    found = []
    for block in answer.body.decode().removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields.get("event", "message"), json.loads(fields["data"])))
    return found


async def test_hits_of_a_real_search_are_streamed_in_both_forms(console: Console, catalog: Catalog) -> None:
    async with scene(catalog, files=2500) as photos:
        path = f"/v1/{photos.version}:streamHits"
        as_lines = lines(await console.ask("POST", path, json={}, role=Role.ROLE_VIEWER))
        as_events = events(await console.ask("POST", path, json={}, role=Role.ROLE_VIEWER, headers=AS_EVENTS))
    paths = [hit["file"]["path"] for message in as_lines for hit in message["hits"]]
    assert sorted(paths) == sorted(f"photo-{number}.jpg" for number in range(2500))
    assert len(as_lines) > 1
    assert as_events == [*(("message", line) for line in as_lines), ("end", {})]


async def test_a_job_is_watched_and_its_log_followed_to_the_end(console: Console, catalog: Catalog) -> None:
    async with scene(catalog, files=100) as photos, asyncio.timeout(20):
        job = await photos.tag()
        watching, following = (
            asyncio.create_task(console.ask("GET", f"/v1/{job.name}{verb}", headers=AS_EVENTS))
            for verb in (":watch", ":readLog?follow=true")
        )
        await photos.finish(job, "bird")
        watched, log = events(await watching), events(await following)
        short = lines(await console.ask("GET", f"/v1/{job.name}:readLog"))
    assert watched[-2][1]["job"]["state"] == "STATE_SUCCEEDED"
    assert watched[-1] == log[-1] == ("end", {})
    messages = [line["message"] for _, page in log[:-1] for line in page["lines"]]
    assert messages[0] == "100 files to work on."
    assert [line["message"] for page in short for line in page["lines"]] == messages


async def test_an_error_before_the_first_message_is_a_problem_with_its_status(console: Console) -> None:
    for headers in ({}, AS_EVENTS):
        answer = await console.ask("GET", f"/v1/{WORKSPACE}/jobs/404:watch", headers=headers)
        assert (answer.status, answer.json["reason"]) == (404, "NOT_FOUND")
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_stream_without_messages_is_empty(odd_console: Console) -> None:
    assert lines(await odd_console.ask("POST", f"{VERSION}:streamHits", json={})) == []
    assert events(await odd_console.ask("POST", f"{VERSION}:streamHits", json={}, headers=AS_EVENTS)) == [("end", {})]


async def test_an_error_behind_the_first_message_ends_the_stream_and_tells_nothing_internal(
    odd_console: Console, odd: OddSearch
) -> None:
    odd.messages, odd.then = 2, failing(grpc.StatusCode.INTERNAL, "the password is swordfish")
    answer = await odd_console.ask("POST", f"{VERSION}:streamHits", json={}, headers={"X-Request-Id": "abc"})
    *messages, last = lines(answer)
    assert [list(message) for message in messages] == [["hits"]] * 2
    assert (last["error"]["status"], last["error"]["metadata"]) == (500, {"request_id": "abc"})
    assert b"swordfish" not in answer.body

    odd.sent, odd.then = 0, failing(grpc.StatusCode.UNAVAILABLE, "10.0.0.7 is away")
    answer = await odd_console.ask("POST", f"{VERSION}:streamHits", json={}, headers=AS_EVENTS)
    name, problem = events(answer)[-1]
    assert (name, problem["reason"], problem["metadata"]) == ("error", "SERVICE_UNAVAILABLE", {"service": "search"})
    assert b"10.0.0.7" not in answer.body


async def test_a_silent_stream_of_events_has_a_heartbeat(odd_console: Console, odd: OddSearch) -> None:
    odd.then = silence
    headers = odd_console.headers(Role.ROLE_VIEWER) | AS_EVENTS
    async with (
        asyncio.timeout(10),
        odd_console.http.post(f"{odd_console.url}{VERSION}:streamHits", json={}, headers=headers) as answer,
    ):
        assert answer.status == 200
        assert await answer.content.readexactly(12) == b":\n\n" * 4


async def test_a_client_that_hangs_up_ends_the_stream_behind(odd_console: Console, odd: OddSearch) -> None:
    odd.messages, odd.then = 1, silence
    headers = odd_console.headers(Role.ROLE_VIEWER)
    async with odd_console.http.post(f"{odd_console.url}{VERSION}:streamHits", json={}, headers=headers) as answer:
        await answer.content.readline()
        assert odd.cancelled == 0
        answer.close()
    await until(lambda: odd.cancelled == 1)


async def test_a_client_that_hangs_up_ends_the_unary_call_behind(odd_console: Console, odd: OddSearch) -> None:
    odd.then = silence
    asking = asyncio.create_task(odd_console.ask("POST", f"{VERSION}:count", json={}))
    await until(lambda: odd.started)
    asking.cancel()
    await until(lambda: odd.cancelled == 1)


async def test_a_deadline_ends_the_call_behind(odd_console: Console, odd: OddSearch) -> None:
    odd.messages, odd.then = 1, silence
    *_, last = lines(
        await odd_console.ask("POST", f"{VERSION}:streamHits", json={}, headers={"X-Request-Timeout": "0.5"})
    )
    assert last["error"]["status"] == 504
    assert "0.5 s" in last["error"]["detail"]
    await until(lambda: odd.cancelled == 1)


async def test_a_reader_that_stops_stops_the_service_too(odd_console: Console, odd: OddSearch) -> None:
    odd.messages, odd.hits_a_message = None, 100
    headers = odd_console.headers(Role.ROLE_VIEWER)
    async with odd_console.http.post(f"{odd_console.url}{VERSION}:streamHits", json={}, headers=headers) as answer:
        await answer.content.readline()
        before = -1
        while odd.sent != before:  # until it sends no more
            before = odd.sent
            await asyncio.sleep(0.5)
        stopped_at = odd.sent
        for _ in range(stopped_at):
            await answer.content.readuntil(b"\n")
        await until(lambda: odd.sent > stopped_at)
        answer.close()
    # Between the two lie buffers of sockets and flow control, which hold megabytes, and no more.
    assert stopped_at * 100_000 < 64_000_000
    await until(lambda: odd.cancelled == 1)


async def test_the_token_and_the_id_of_the_request_go_on_to_the_service(odd_console: Console, odd: OddSearch) -> None:
    await odd_console.ask("POST", f"{VERSION}:count", json={}, role=Role.ROLE_VIEWER, headers={"X-Request-Id": "abc"})
    assert odd.metadata["authorization"] == f"Bearer {odd_console.catalog.tokens[Role.ROLE_VIEWER]}"
    assert odd.metadata["x-request-id"] == "abc"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (grpc.StatusCode.INTERNAL, 500),
        (grpc.StatusCode.UNKNOWN, 500),
        (grpc.StatusCode.UNIMPLEMENTED, 500),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 500),
        (grpc.StatusCode.CANCELLED, 503),
    ],
)
async def test_words_of_grpc_alone_are_for_the_log(
    odd_console: Console, odd: OddSearch, code: grpc.StatusCode, status: int
) -> None:
    odd.then = failing(code, "Traceback: swordfish")
    answer = await odd_console.ask("POST", f"{VERSION}:count", json={})
    assert answer.status == status
    assert b"swordfish" not in answer.body


async def test_a_stop_ends_streams_and_says_so(catalog: Catalog, odd: OddSearch) -> None:
    odd.messages, odd.then = 1, silence
    async with asyncio.timeout(10), aiohttp.ClientSession() as http:
        async with consoling(catalog, odd.address, SHUTDOWN_SECONDS="8") as console:
            headers = console.headers(Role.ROLE_VIEWER) | AS_EVENTS
            answer = await http.post(f"{console.url}{VERSION}:streamHits", json={}, headers=headers)
            await answer.content.readuntil(b"\n\n")
            reading = asyncio.create_task(answer.content.read())
        last = await reading
    assert last.startswith(b"event: error\n")
    assert json.loads(last.partition(b"data: ")[2])["status"] == 503
    await until(lambda: odd.cancelled == 1)
