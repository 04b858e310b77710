"""The built front end: its files, and one page for every path that is a screen of it."""

import hashlib
from pathlib import Path

import structlog
from aiohttp import web

from services.console.rest.errors import RouteUnknown

BUILT = Path(__file__).parent / "web" / "dist"
# Vite puts a hash of the content into the names of what it writes here.
_HASHED = "/assets/"
_FOR_A_YEAR = "public, max-age=31536000, immutable"
# Those of other files are asked for again each time, and sent if they have changed.
_CHECKED = "no-cache"
_COMPRESSED = (".br", ".gz")
_NOT_BUILT = """The pages of the console are not built. In the repository, run

    make setup

and start the console again. The API at /v1/ answers without them.
"""

log = structlog.get_logger(__name__)


class Pages:
    """Serves a folder as it was at the start. Nothing outside it can be named: only what was found is looked up."""

    def __init__(self, folder: Path = BUILT) -> None:
        index = folder / "index.html"
        self._index = index.read_bytes() if index.is_file() else None
        self._etag = hashlib.sha256(self._index or b"").hexdigest()[:32]
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": path
            for path in folder.rglob("*")
            if path.is_file() and path != index and path.suffix not in _COMPRESSED
        }
        if self._index is None:
            log.warning("the pages are not built", folder=str(folder))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file, or the page for a path that a browser asks for as a page. Raises RouteUnknown."""
        if (file := self._files.get(request.path)) is not None:
            # It sends the compressed form beside the file to who takes it, and the parts that are asked for.
            caching = _FOR_A_YEAR if request.path.startswith(_HASHED) else _CHECKED
            return web.FileResponse(file, headers={"Cache-Control": caching})
        if not _asks_for_page(request):
            raise RouteUnknown(request.method, request.path)
        if self._index is None:
            return web.Response(status=503, text=_NOT_BUILT)
        return self._page(request)

    def _page(self, request: web.Request) -> web.Response:
        # By its content: the time of an installed file says nothing, and its size stays when names in it change.
        known = any(tag.value in (self._etag, "*") for tag in request.if_none_match or ())
        answer = web.Response(status=304) if known else web.Response(body=self._index, content_type="text/html")
        if not known:
            answer.charset = "utf-8"
        answer.etag = self._etag
        answer.headers["Cache-Control"] = _CHECKED
        return answer


def _asks_for_page(request: web.Request) -> bool:
    if request.path == "/":
        return True
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith(_HASHED)
