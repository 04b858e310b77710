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
_IMAGE: Schema = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
_SESSION_ANSWER = {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}}}

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

SCHEMAS: dict[str, Schema] = {
    "Session": {
        "type": "object",
        "description": "Who is signed in.",
        "properties": {
            "workspace": {"type": "string", "description": "Workspace of the token, `workspaces/{workspace}`."},
            "role": {"$ref": "#/components/schemas/Role", "description": "Role of the token."},
            "subject": {"type": "string", "description": "Resource name of the token."},
            "expireTime": {
                "type": "string",
                "format": "date-time",
                "description": "When the token stops working; left out if it never does.",
            },
        },
    },
}

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
                    "description": (
                        "How to make it: `w_200` (width in pixels), `h_100` (height), `p_50` (percent), "
                        "`m_pad,w_200,h_100,color_FFFFFF` (whole, on a ground of that colour), `m_fill,w_200,h_100` "
                        "(cropped), `m_fixed,w_200,h_100` (stretched)."
                    ),
                    "schema": {"type": "string"},
                    "example": IN_QUERY["getThumbnail"]["mode"],
                },
            ],
            "responses": {
                "200": {
                    "description": "The image.",
                    "headers": {"ETag": {"schema": {"type": "string"}}},
                    "content": {"image/*": _IMAGE},
                },
                "304": {"description": "The image is still the one of `If-None-Match`."},
                "default": PROBLEM,
            },
        }
    },
    f"{_FILE}:content": {
        "get": {
            **_READS_A_FILE,
            "operationId": "getContent",
            "summary": "Returns the original of a file",
            "description": (
                "Returns the original of a file: by a short-lived link to the object storage where that can be signed, "
                "else as a stream, of which `Range` asks for a part.\n\nNeeds the role VIEWER."
            ),
            "parameters": [
                *_FILE_PARAMETERS,
                {
                    "name": "stream",
                    "in": "query",
                    "description": "`1` sends the bytes through the gateway, where a link cannot be followed.",
                    "schema": {"type": "string", "enum": ["0", "1"]},
                },
                {
                    "name": "Range",
                    "in": "header",
                    "description": "The part to send (RFC 9110, section 14).",
                    "schema": {"type": "string"},
                    "example": "bytes=0-1023",
                },
            ],
            "responses": {
                "200": {"description": "The bytes.", "content": {"*/*": _IMAGE}},
                "206": {"description": "The part that was asked for.", "content": {"*/*": _IMAGE}},
                "302": {
                    "description": "Where the bytes are.",
                    "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
                },
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
                            "properties": {"token": {"type": "string", "description": "A token of this suite."}},
                        },
                        "example": BODIES["signIn"],
                    }
                },
            },
            "responses": {
                "200": {"description": "The session.", "content": _SESSION_ANSWER},
                "default": PROBLEM,
            },
        },
        "get": {
            "tags": ["Session"],
            "operationId": "getSession",
            "summary": "Returns who is signed in",
            "description": "Returns who is signed in. UNAUTHENTICATED if nobody is.",
            "security": [{"session": []}],
            "responses": {
                "200": {"description": "The session.", "content": _SESSION_ANSWER},
                "default": PROBLEM,
            },
        },
        "delete": {
            "tags": ["Session"],
            "operationId": "signOut",
            "summary": "Ends the session",
            "description": "Ends the session of this browser.",
            "security": [{"session": []}],
            "responses": {"204": {"description": "It has ended."}, "default": PROBLEM},
        },
    },
}
