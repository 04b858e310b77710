"""The built front end as a browser gets it. The folder has the form of what Vite builds."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.console.access import accounted
from services.console.pages import Pages
from tests.services.console.scene import Console

INDEX = b"<!doctype html><title>Bowerbird</title>"
SCRIPT = b"console.log('a script that is long enough to be worth a compressed form')"
AS_PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_bytes(INDEX)
    (dist / "favicon.svg").write_bytes(b"<svg/>")
    (dist / "assets" / "index-4f3a.js").write_bytes(SCRIPT)
    (dist / "assets" / "index-4f3a.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.txt").write_text("not for anybody")
    async with serving(dist) as browser:
        yield browser


@asynccontextmanager
async def serving(dist: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a server that has pages alone."""
    app = web.Application(middlewares=[accounted])
    app.router.add_get("/{path:.*}", Pages(dist).serve)
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as browser:
        yield browser


@pytest.mark.parametrize("path", ["/", "/datasets/birds/view?q=owl", "/jobs"])
async def test_a_page_is_answered_for_each_path_that_a_browser_opens(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path, headers=AS_PAGE) as answer:
        assert (answer.status, await answer.read()) == (200, INDEX)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_page_that_the_browser_has_is_not_sent_again(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/") as answer:
        etag = answer.headers["ETag"]
    async with browser.get("/", headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", etag)
    async with browser.get("/", headers={"If-None-Match": '"other"'}) as answer:
        assert answer.status == 200


async def test_a_hashed_file_is_kept_for_good_and_sent_compressed(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/assets/index-4f3a.js", headers={"Accept-Encoding": "gzip"}) as answer:
        assert await answer.read() == SCRIPT
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"].endswith("immutable")
        assert "javascript" in answer.headers["Content-Type"]
    async with browser.get("/assets/index-4f3a.js", headers={"Accept-Encoding": "identity"}) as answer:
        assert await answer.read() == SCRIPT
        assert "Content-Encoding" not in answer.headers
    async with browser.get("/favicon.svg") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/assets/index-0000.js", "/assets/../../secret.txt", "/..%2fsecret.txt", "/secret.txt", "/favicon.svg/"]
)
async def test_what_is_not_there_is_a_problem_and_no_page(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path) as answer:
        assert answer.status == 404
        assert (await answer.json(content_type="application/problem+json"))["reason"] == "NOT_FOUND"


async def test_without_pages_the_first_one_says_what_to_run(tmp_path: Path) -> None:
    async with serving(tmp_path / "dist") as browser, browser.get("/", headers=AS_PAGE) as answer:
        assert answer.status == 503
        assert "make setup" in await answer.text()


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/caller", "/nowhere", "/assets/none.js"])
async def test_every_answer_has_the_headers_that_bind_a_browser(console: Console, path: str) -> None:
    answer = await console.ask("GET", path, role=None)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Server"] == "bowerbird"
