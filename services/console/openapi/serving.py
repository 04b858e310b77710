"""The document at `/openapi.json` and the page at `/docs`: for anybody, since they hold nothing that is kept here."""

import gzip
import hashlib
from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from services.console.openapi.document import document

# Asked again each time, and sent if it has changed.
_CHECKED = "no-cache"


def add_documents(router: web.UrlDispatcher) -> None:
    """Serve them; they are made here, once."""
    described = document()
    router.add_get("/openapi.json", _fixed(orjson.dumps(described), "application/json"))


def _fixed(body: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answers with what stays the same: compressed for who takes it so, and not again for who has it."""
    compressed = gzip.compress(body, mtime=0)
    etag = hashlib.sha256(body).hexdigest()[:32]

    async def answer(request: web.Request) -> web.Response:
        # The tag is weak, because it names what is said and not which of the two forms says it.
        headers = {"Cache-Control": _CHECKED, "ETag": f'W/"{etag}"', "Vary": "Accept-Encoding"}
        if any(tag.value in (etag, "*") for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)
        headers["Content-Encoding"] = "gzip"
        return web.Response(body=compressed, content_type=content_type, charset="utf-8", headers=headers)

    return answer
