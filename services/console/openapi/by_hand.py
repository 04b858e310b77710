"""The routes that no contract has, because they are of HTTP alone: sessions of browsers, thumbnails and originals."""

from typing import Any

from services.console.openapi.examples import BODIES, IN_QUERY
from services.console.openapi.paths import PROBLEM, path_parameter
from services.console.openapi.schemas import Schema

_FILE = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/files/{file}"
_FILE_PARAMETERS = [
    path_parameter(collection, name)
    for collection, name in (
        ("workspaces", "workspace"),
        ("datasets", "dataset"),
        ("versions", "version"),
        ("files", "file"),
    )
]
_BYTES: Schema = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
_ETAG = {"ETag": {"schema": {"type": "string"}}}
_CALLER = {
    "description": "Who is signed in.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Caller"}}},
}

TAGS = [
    {
        "name": "Media",
        "description": "Thumbnails and originals of files. Whoever may read a file may see both.",
    },
    {
        "name": "Session",
        "description": (
            "Sessions of browsers. Programs need none: they send their token as `Authorization: Bearer TOKEN`. With "
            "the cookie of a session, every call but GET and HEAD needs the header `X-Bowerbird-CSRF: 1` and must "
            "come from a page of the same origin."
        ),
    },
]

_READS_A_FILE: dict[str, Any] = {"tags": ["Media"], "x-required-role": "VIEWER"}

PATHS: dict[str, dict[str, Any]] = {
    f"{_FILE}:thumbnail": {
        "get": {
            **_READS_A_FILE,
            "operationId": "getThumbnail",
            "summary": "Returns a small image of a file",
            "description": (
                "Returns a small image of a file, made once and kept. An original is never sent in its place: a file "
                "that cannot be opened is a failure with its reason.\n\nNeeds the role VIEWER."
            ),
            "parameters": [
                *_FILE_PARAMETERS,
                {
                    "name": "mode",
                    "in": "query",
                    "required": True,
                    "description": (
                        "How to make it: `w_200` (width in pixels), `h_100` (height), `p_50` (percent), "
                        "`m_pad,w_200,h_100,color_FFFFFF` (whole, on a ground of that colour), `m_fill,w_200,h_100` "
                        "(cropped), `m_fixed,w_200,h_100` (stretched). Sizes are 1 to 2,048."
                    ),
                    "schema": {"type": "string"},
                    "example": IN_QUERY["getThumbnail"]["mode"],
                },
                {
                    "name": "etag",
                    "in": "query",
                    "description": "The file's `etag`: then the address is that of this content, to be kept for good.",
                    "schema": {"type": "string"},
                },
            ],
            "responses": {
                "200": {"description": "The image.", "headers": _ETAG, "content": {"image/jpeg": _BYTES}},
                "304": {"description": "The image is still the one of `If-None-Match`.", "headers": _ETAG},
                "default": PROBLEM,
            },
        }
    },
    f"{_FILE}:content": {
        "get": {
            **_READS_A_FILE,
            "operationId": "getContent",
            "summary": "Returns the original of a file",
            "description": ("Returns the original of a file, as a download.\n\nNeeds the role VIEWER."),
            "parameters": [
                *_FILE_PARAMETERS,
                {
                    "name": "link",
                    "in": "query",
                    "description": (
                        "`1` redirects to a link of the object storage that works for five minutes, where the storage "
                        "has such links."
                    ),
                    "schema": {"type": "string", "enum": ["0", "1"]},
                },
                {
                    "name": "stream",
                    "in": "query",
                    "description": "`1` has the console send the bytes itself, as it does without a `link` too.",
                    "schema": {"type": "string", "enum": ["0", "1"]},
                },
                {
                    "name": "Range",
                    "in": "header",
                    "description": "The one part to send (RFC 9110, section 14), like `bytes=0-1023`.",
                    "schema": {"type": "string"},
                },
            ],
            "responses": {
                "200": {"description": "The bytes.", "headers": _ETAG, "content": {"*/*": _BYTES}},
                "206": {"description": "The part that was asked for.", "headers": _ETAG, "content": {"*/*": _BYTES}},
                "302": {
                    "description": "Where the bytes are.",
                    "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
                },
                "304": {"description": "The file is still the one of `If-None-Match`.", "headers": _ETAG},
                "default": PROBLEM,
            },
        }
    },
    "/session": {
        "post": {
            "tags": ["Session"],
            "operationId": "signIn",
            "summary": "Begins a session by a token",
            "description": (
                "Begins a session by a token: the answer sets the cookie `bowerbird_session`, which no script can read."
            ),
            "security": [],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["token"],
                            "additionalProperties": False,
                            "properties": {
                                "token": {
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 2048,
                                    "pattern": "^[!-~]+$",
                                    "description": "A token of this suite.",
                                }
                            },
                        },
                        "example": BODIES["signIn"],
                    }
                },
            },
            "responses": {
                "200": _CALLER,
                "default": PROBLEM,
            },
        },
        "get": {
            "tags": ["Session"],
            "operationId": "getSession",
            "summary": "Returns who is signed in",
            "description": "Returns who is signed in, and nothing if nobody is.",
            "security": [{"session": []}, {"bearer": []}, {}],
            "responses": {
                "200": _CALLER,
                "204": {"description": "Nobody is signed in."},
                "default": PROBLEM,
            },
        },
        "delete": {
            "tags": ["Session"],
            "operationId": "signOut",
            "summary": "Ends the session",
            "description": "Ends the session of this browser, if it has one.",
            "security": [{"session": []}],
            "responses": {"204": {"description": "It has ended."}, "default": PROBLEM},
        },
    },
}
