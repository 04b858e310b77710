"""`GET /v1/{file}:content`: the original of a file, as a download.

It is streamed through the console, so that one policy holds for every store, one that only the suite can reach works
too, and a browser never runs what a bucket holds: it is an attachment, of a type that is no document, in a sandbox.
With `?link=1` the answer is a redirect to a signed link of the object storage that works for five minutes, where the
store has such links; the file is then downloaded from there, for instance by a training job. `?stream=1` says that it
must be the console, which it is without it too.

| Status | When |
|---|---|
| 200, 206 | the file, or the one range that `Range` names (`If-Range` holds it to an ETag or Last-Modified) |
| 302 | `link=1`, and the store has links |
| 304 | `If-None-Match` names it |
| 400 `FIELD_INVALID` | another parameter, or another value than 0 or 1 |
| 401, 404 `NOT_FOUND`, 404 `OBJECT_NOT_FOUND` | no token; no such file here; its object is gone |
| 409 `OBJECT_CHANGED` | the object is not the one that the last scan saw |
| 416 `FIELD_INVALID` | the range lies outside the file |
| 502, 503 | object storage refuses the connection, or does not answer |
"""

import re
from contextlib import aclosing
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from urllib.parse import quote

import aiohttp
import structlog
from aiohttp import web

from libs.objects.store import ObjectStore
from libs.rpc.errors import BowerbirdError, FieldInvalid
from services.console.media.errors import RangeInvalid, pictured
from services.console.media.files import Files, MediaFile
from services.console.media.ranges import Span, parse_range
from services.console.media.storage import Storage
from services.console.rest.errors import TokenMissing
from services.console.rest.keys import REQUEST_ID
from services.console.rest.problems import problem_response
from services.console.tokens import TokenSource

LINK_SECONDS = 300
# Types that a browser shows without taking orders from the content. SVG is not among them.
SHOWN = re.compile(r"(image/(?!svg)|video/|audio/)[\w.+-]+", re.ASCII)
OTHER = "application/octet-stream"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie, Authorization",
    "Accept-Ranges": "bytes",
}

log = structlog.get_logger(__name__)


class ContentRoute:
    """The handler."""

    def __init__(self, files: Files, storage: Storage, token_of: TokenSource) -> None:
        self._files = files
        self._storage = storage
        self._token_of = token_of

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Raises BowerbirdError."""
        token = self._token_of(request)
        if token is None:
            raise TokenMissing
        for name, value in request.query.items():
            if name not in ("link", "stream") or value not in ("0", "1"):
                raise FieldInvalid(field=name, value=value, expected="link=1 for a link, stream=1 for none, or nothing")
        file = await self._files.get(request.match_info["name"], token, request[REQUEST_ID])
        place = await self._storage.place(file)
        with pictured():
            async with self._storage.opened(place) as store:
                if request.query.get("link") == "1" and request.query.get("stream") != "1":
                    link = await store.link(file.path, LINK_SECONDS, disposition=_disposition(file))
                    if link is not None:
                        return web.Response(status=302, headers={"Location": link})
                return await _streamed(request, file, store)


async def _streamed(request: web.Request, file: MediaFile, store: ObjectStore) -> web.StreamResponse:
    headers = HEADERS | {
        "ETag": etag_of(file),
        "Last-Modified": format_datetime(file.modified, usegmt=True),
        "Content-Type": file.content_type if SHOWN.fullmatch(file.content_type) else OTHER,
        "Content-Disposition": _disposition(file),
    }
    if any(
        f'"{tag.value}"' == etag_of(file).removeprefix("W/") or tag.value == "*" for tag in request.if_none_match or ()
    ):
        del headers["Content-Type"]
        return web.Response(status=304, headers=headers)
    try:
        span = _asked(request, file)
    except RangeInvalid as error:
        refusal = problem_response(error)
        refusal.headers["Content-Range"] = f"bytes */{file.size_bytes}"
        return refusal
    if span is not None:
        last = span.start + span.size_bytes - 1
        headers["Content-Range"] = f"bytes {span.start}-{last}/{file.size_bytes}"
    response = web.StreamResponse(status=200 if span is None else 206, headers=headers)
    response.content_length = file.size_bytes if span is None else span.size_bytes
    await _send(request, response, file, store, span)
    return response


async def _send(
    request: web.Request, response: web.StreamResponse, file: MediaFile, store: ObjectStore, span: Span | None
) -> None:
    """What goes wrong before the first piece is raised; after it, the client sees a connection that broke off."""
    start, size_bytes = (span.start, span.size_bytes) if span is not None else (0, None)
    async with aclosing(store.content(file.path, start, size_bytes, etag=file.etag)) as pieces:
        piece = await anext(pieces, b"") if request.method != "HEAD" else b""
        await response.prepare(request)
        sent = 0
        try:
            while piece:
                await response.write(piece)
                sent += len(piece)
                piece = await anext(pieces, b"")
        except (BowerbirdError, aiohttp.ClientError) as error:
            if not isinstance(error, ConnectionError):  # the client is still there
                log.warning("an original broke off", uri=file.uri, sent_bytes=sent, problem=str(error))
        if sent != response.content_length and request.method != "HEAD" and request.transport is not None:
            request.transport.abort()


def _asked(request: web.Request, file: MediaFile) -> Span | None:
    text = request.headers.get("Range")
    if text is None or request.method != "GET":
        return None
    condition = request.headers.get("If-Range")
    if condition is not None and not _holds(condition, file):
        return None
    return parse_range(text, file.size_bytes)


def _holds(condition: str, file: MediaFile) -> bool:
    """Whether what a client has is of the same bytes: by a strong ETag, or by the second of the last change."""
    if condition.startswith(('"', "W/")):
        return condition == etag_of(file) and not condition.startswith("W/")
    try:
        return parsedate_to_datetime(condition) == file.modified.replace(microsecond=0)
    except (ValueError, TypeError):
        return False


def etag_of(file: MediaFile) -> str:
    """A hash, for what a store calls an etag may have any letters; weak where the store's is."""
    digest = sha256(f"{file.uri}\0{file.etag}".encode()).hexdigest()[:32]
    return f'W/"{digest}"' if file.etag.startswith("W/") else f'"{digest}"'


def _disposition(file: MediaFile) -> str:
    """An attachment under the file's own name (RFC 6266), for old clients in plain letters."""
    name = file.path.rpartition("/")[2]
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
