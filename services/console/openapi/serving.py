"""The document at `/openapi.json` and the page at `/docs`: for anybody, since they hold nothing that is kept here."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from aiohttp import web

from services.console.openapi.document import document
from services.console.openapi.page import page, style
from services.console.rest.compression import takes_gzip

# Asked again each time, and sent if it has changed.
_CHECKED = "no-cache"


def add_documents(router: web.UrlDispatcher) -> None:
    """Serve them. Each is made when it is first asked for: that takes most of a second, and not every console is."""
    router.add_get("/openapi.json", _Lasting(lambda: orjson.dumps(document()), "application/json").answer)
    router.add_get("/docs", _Lasting(lambda: page(document()).encode(), "text/html").answer)
    router.add_get("/docs/page.css", _Lasting(lambda: style().encode(), "text/css").answer)


@dataclass(frozen=True)
class _Forms:
    """The tag is weak, because it names what is said and not which of the two forms says it."""

    plain: bytes
    compressed: bytes
    etag: str

    @classmethod
    def of(cls, make: Callable[[], bytes]) -> "_Forms":
        body = make()
        return cls(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:32])


class _Lasting:
    """Answers with what stays the same: compressed for who takes it so, and not again for who has it."""

    def __init__(self, make: Callable[[], bytes], content_type: str) -> None:
        self._make = make
        self._content_type = content_type
        self._forms: _Forms | None = None
        self._making = asyncio.Lock()

    async def answer(self, request: web.Request) -> web.Response:
        forms = await self._made()
        headers = {"Cache-Control": _CHECKED, "ETag": f'W/"{forms.etag}"', "Vary": "Accept-Encoding"}
        if any(tag.value in (forms.etag, "*") for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        body = forms.plain
        if takes_gzip(request.headers.get("Accept-Encoding", "")):
            body = forms.compressed
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, content_type=self._content_type, charset="utf-8", headers=headers)

    async def _made(self) -> _Forms:
        async with self._making:
            if self._forms is None:
                self._forms = await asyncio.to_thread(_Forms.of, self._make)
            return self._forms
