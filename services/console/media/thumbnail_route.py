"""`GET /v1/{file}:thumbnail?mode=MODE`: a small picture of a file, as JPEG.

`{file}` is the resource name of a file; whoever may look at it gets the picture, and to anyone else it does not exist.
The modes are those of `mode`. The picture is made of the first frame, upright, on white, in sRGB, without anything of
the original's metadata; it is never the original itself.

| Status | When |
|---|---|
| 200 | the picture, with a strong ETag |
| 304 | `If-None-Match` names it |
| 400 `FIELD_INVALID` | `mode` is missing or none of the modes, or there is another parameter |
| 401, 404 `NOT_FOUND`, 404 `OBJECT_NOT_FOUND` | no token; no such file here; its object is gone |
| 409 `OBJECT_CHANGED` | the object is not the one that the last scan saw |
| 413 `OBJECT_TOO_LARGE`, `IMAGE_TOO_LARGE` | too many bytes or pixels |
| 422 `IMAGE_...` | it is no image that can be opened; the reason says why |
| 502, 503 | object storage refuses the connection, or does not answer; too many thumbnails are waited for |

`etag`, the etag of the file as catalog gives it, may be a parameter too: then the address stands for this content, and
the browser need not ask again. Without it, it asks again after five minutes.
"""

from aiohttp import web

from libs.rpc.errors import FieldInvalid
from services.console.media.files import Files
from services.console.media.mode import EXPECTED, parse_mode
from services.console.media.thumbnails import MEDIA_TYPE, Thumbnails
from services.console.rest.errors import TokenMissing
from services.console.rest.keys import REQUEST_ID
from services.console.tokens import TokenSource

PARAMETERS = frozenset(("mode", "etag"))
# Kept by this browser, for this session alone.
CACHED = "private, max-age=300"
CACHED_FOR_GOOD = "private, max-age=31536000, immutable"
VARY = "Cookie, Authorization"


class ThumbnailRoute:
    """The handler."""

    def __init__(self, files: Files, thumbnails: Thumbnails, token_of: TokenSource) -> None:
        self._files = files
        self._thumbnails = thumbnails
        self._token_of = token_of

    async def handle(self, request: web.Request) -> web.Response:
        """A request whose client hangs up is dropped from the queue. Raises BowerbirdError."""
        token = self._token_of(request)
        if token is None:
            raise TokenMissing
        for name in request.query.keys() - PARAMETERS:
            raise FieldInvalid(field=name, value=request.query[name], expected="mode and etag, and nothing else")
        if "mode" not in request.query:
            raise FieldInvalid(field="mode", value="", expected=EXPECTED)
        shape = parse_mode(request.query["mode"])
        file = await self._files.get(request.match_info["name"], token, request[REQUEST_ID])
        thumbnail = await self._thumbnails.get(file, shape)
        is_named = request.query.get("etag") == file.etag
        headers = {"Cache-Control": CACHED_FOR_GOOD if is_named else CACHED, "Vary": VARY}
        asked = request.if_none_match or ()
        if any(tag.value in (thumbnail.etag, "*") for tag in asked):
            answer = web.Response(status=304, headers=headers)
        else:
            answer = web.Response(body=thumbnail.content, content_type=MEDIA_TYPE, headers=headers)
        answer.etag = thumbnail.etag
        return answer
