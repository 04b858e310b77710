"""The document and the page about the API come over HTTP, to anybody."""

import gzip
import json

from services.console.openapi.document import document
from tests.services.console.scene import Console


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
