"""Answers in gzip, and answers to HEAD: the same as others, with fewer bytes or none."""

import asyncio
import gzip

import aiohttp
import pytest

from bowerbird.type.v1.role_pb2 import Role
from services.console.rest.compression import LARGE_BYTES, takes_gzip
from tests.services.console.asked import Asked
from tests.services.console.scene import Console
from tests.suite import WORKSPACE

DATASETS = f"/v1/{WORKSPACE}/datasets"


async def as_sent(console: Console, path: str, accepts: str) -> tuple[aiohttp.ClientResponse, bytes]:
    """The answer with its body as it was sent."""
    headers = console.headers(Role.ROLE_VIEWER) | {"Accept-Encoding": accepts}
    async with (
        aiohttp.ClientSession(auto_decompress=False) as http,
        http.get(console.url + path, headers=headers) as answer,
    ):
        return answer, await answer.read()


@pytest.mark.parametrize("description", ["x" * 1000, "x" * 4096])
async def test_a_large_answer_comes_in_gzip_to_who_takes_it(console: Console, description: str) -> None:
    for number in range(20):
        dataset = {"kind": "KIND_LOGICAL", "description": description}
        await console.ask("POST", f"{DATASETS}?datasetId=zip-{len(description)}-{number}", json=dataset)
    plain, body = await as_sent(console, f"{DATASETS}?pageSize=1000", "identity")
    assert "Content-Encoding" not in plain.headers
    assert len(description) < 4096 or len(body) > LARGE_BYTES
    zipped, fewer = await as_sent(console, f"{DATASETS}?pageSize=1000", "br;q=1.0, gzip;q=0.8")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Content-Type"] == plain.headers["Content-Type"] == "application/json"
    assert int(zipped.headers["Content-Length"]) == len(fewer) < len(body) / 5
    assert gzip.decompress(fewer) == body
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


async def test_a_small_answer_stays_as_it_is(console: Console) -> None:
    answer, body = await as_sent(console, "/v1/caller", "gzip")
    assert "Content-Encoding" not in answer.headers
    assert body.startswith(b'{"caller"')


async def test_thumbnails_and_streams_stay_as_they_are(asked: Asked) -> None:
    version = f"/v1/workspaces/{asked.ids['workspace']}/datasets/{asked.ids['dataset']}/versions/{asked.ids['version']}"
    job = f"/v1/workspaces/{asked.ids['workspace']}/jobs/{asked.ids['job']}"
    for path in (f"{version}/files/{asked.ids['file']}:thumbnail?mode=w_200", f"{job}:watch"):
        answer, body = await as_sent(asked.console, path, "gzip")
        assert (answer.status, bool(body)) == (200, True)
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("x-gzipped", False),
    ],
)
def test_who_takes_gzip_says_so(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes


async def test_head_answers_as_get_does_without_the_body(console: Console) -> None:
    for path, status in (("/v1/caller", 200), (f"{DATASETS}/missing", 404)):
        got = await console.ask("GET", path)
        head = await console.ask("HEAD", path)
        assert (head.status, head.body) == (got.status, b"")
        assert got.status == status
        assert head.headers["Content-Length"] == str(len(got.body))
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert (await console.ask("HEAD", "/v1/caller", role=None)).status == 401
    assert (await console.ask("HEAD", "/v1/nowhere")).status == 404


async def test_head_of_what_only_a_post_answers_is_refused(console: Console) -> None:
    answer = await console.ask("HEAD", f"{DATASETS}/d/versions/v1:search")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_head_of_a_stream_without_an_end_ends(asked: Asked) -> None:
    job = f"/v1/workspaces/{asked.ids['workspace']}/jobs/{asked.ids['job']}"
    async with asyncio.timeout(30):
        for path, accept, kind in (
            (f"{job}:watch", "*/*", "application/x-ndjson"),
            (f"{job}:watch", "text/event-stream", "text/event-stream"),
        ):
            answer = await asked.console.ask("HEAD", path, headers={"Accept": accept})
            assert (answer.status, answer.body) == (200, b"")
            assert answer.headers["Content-Type"] == kind
        # The connection goes on to serve.
        assert (await asked.console.ask("GET", "/v1/caller")).status == 200
        assert (await asked.console.ask("HEAD", f"{job}none:watch")).status == 404
