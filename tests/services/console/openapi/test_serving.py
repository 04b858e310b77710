"""The document and the page about the API come over HTTP, to anybody."""

import asyncio
import gzip
import json
import os
import shlex
from html.parser import HTMLParser

import pytest

from bowerbird.type.v1.role_pb2 import Role
from services.console.openapi.document import document
from services.console.openapi.page import page
from tests.services.console.scene import Console
from tests.suite import WORKSPACE


class Page(HTMLParser):
    """Collects what the page has: ids, links, the names of elements and of their attributes, and preformatted text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.used: set[str] = set()
        self.examples: list[str] = []
        self._in_example = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.used |= {tag, *(name for name, _ in attrs)}
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if tag == "pre":
            self.examples.append("")
        self._in_example = tag in ("pre", "code") and (self._in_example or tag == "pre")

    def handle_endtag(self, tag: str) -> None:
        self._in_example = self._in_example and tag not in ("pre", "code")

    def handle_data(self, data: str) -> None:
        if self._in_example:
            self.examples[-1] += data


@pytest.fixture(scope="module")
def shown() -> Page:
    return Page(page(document()))


async def test_the_document_needs_no_token(console: Console) -> None:
    answer = await console.ask("GET", "/openapi.json", role=None)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json == document()


async def test_the_document_comes_compressed_to_who_takes_it_so(console: Console) -> None:
    async with console.http.get(
        f"{console.url}/openapi.json", headers={"Accept-Encoding": "gzip"}, auto_decompress=False
    ) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
        body = await answer.read()
    assert json.loads(gzip.decompress(body)) == document()
    plain = await console.ask("GET", "/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert len(plain.body) > 5 * len(body)


async def test_who_has_the_document_does_not_get_it_again(console: Console) -> None:
    etag = (await console.ask("GET", "/openapi.json")).headers["ETag"]
    again = await console.ask("GET", "/openapi.json", headers={"If-None-Match": etag})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    other = await console.ask("GET", "/openapi.json", headers={"If-None-Match": '"other"'})
    assert other.status == 200


async def test_the_page_needs_no_token_and_nothing_from_elsewhere(console: Console) -> None:
    answer = await console.ask("GET", "/docs", role=None)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!doctype html>")
    css = await console.ask("GET", "/docs/page.css", role=None)
    assert (css.status, css.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert b"url(" not in css.body
    assert b"@import" not in css.body


async def test_the_page_obeys_a_strict_policy(console: Console, shown: Page) -> None:
    policy = (await console.ask("GET", "/docs", role=None)).headers["Content-Security-Policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert not {"script", "style", "onclick", "onload"} & shown.used
    assert {link for link in shown.links if not link.startswith("#")} == {"/docs/page.css", "/", "/openapi.json"}


def test_every_route_and_schema_has_a_link_of_its_own(shown: Page) -> None:
    made = document()
    operations = [operation["operationId"] for verbs in made["paths"].values() for operation in verbs.values()]
    assert len(shown.ids) == len(set(shown.ids))
    assert set(operations) <= set(shown.ids)
    assert {f"schema-{name}" for name in made["components"]["schemas"]} <= set(shown.ids)
    assert {link[1:] for link in shown.links if link.startswith("#")} <= set(shown.ids)


def test_the_words_of_the_contracts_are_text_and_never_html() -> None:
    made = document()
    made["info"]["description"] = "<script>alert(1)</script>"
    made["components"]["schemas"]["Job"]["description"] = '<img src=x onerror="alert(1)"> [x](javascript:alert(1))'
    hostile = Page(page(made))
    assert not {"script", "img", "onerror"} & hostile.used
    assert not [link for link in hostile.links if link.startswith("javascript")]


def test_every_route_has_a_call_that_a_shell_understands(shown: Page) -> None:
    calls = [shlex.split(example) for example in shown.examples if example.startswith("curl ")]
    assert len(calls) == sum(len(verbs) for verbs in document()["paths"].values())
    for words in calls:
        (address,) = [word for word in words if word.startswith("$CONSOLE/")]
        assert "{" not in address
        if "--json" in words:
            json.loads(words[words.index("--json") + 1])


async def test_a_call_of_the_page_works_as_it_stands(console: Console, shown: Page) -> None:
    begins = 'curl "$CONSOLE/v1/workspaces/default/jobs"'
    (call,) = [example for example in shown.examples if example.startswith(begins) and "--json" not in example]
    token = console.headers(Role.ROLE_VIEWER)["Authorization"].removeprefix("Bearer ")
    process = await asyncio.create_subprocess_shell(
        call.replace("workspaces/default", WORKSPACE),
        env=os.environ | {"CONSOLE": console.url, "TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert json.loads(said) == {}
