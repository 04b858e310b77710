"""The OpenAPI 3.1 document of the gateway (spec.openapis.org/oas/v3.1.0)."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from services.console.openapi.by_hand import PATHS, TAGS
from services.console.openapi.comments import Comments
from services.console.openapi.paths import paths_of, tag_of
from services.console.openapi.schemas import Schema, Schemas
from services.console.rest.contract import contract_services
from services.console.rest.routes import Route, routes_of

_DESCRIPTION = """\
Every call of Bowerbird over HTTP: resources and JSON as proto3 defines it.

- Names are resource names, like `workspaces/default/datasets/photos`; the path holds them.
- A field without a value is left out of an answer, and may be left out of a request: it then has its default.
- Whole numbers of 64 bits are strings, bytes are base64, times are RFC 3339 in UTC.
- A list comes in pages: pass `nextPageToken` as `pageToken` until it is left out.
- A `PATCH` without `updateMask` changes the fields that its body has.
- A failure is `application/problem+json` (RFC 9457) with a stable `reason` for programs and a `detail` for people.
- `X-Request-Timeout` says in seconds how long a call may take; the answer's `X-Request-Id` is the one to ask about.
- New fields and new values of enums may come; ignore those you do not know.
"""
_SECURITY: dict[str, Schema] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of this suite."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "bowerbird_session",
        "description": (
            "The cookie that `POST /session` sets. With it, every call but GET and HEAD needs the header "
            "`X-Bowerbird-CSRF: 1`."
        ),
    },
}


def document() -> dict[str, Any]:
    """The document, made anew from the contracts; the same for the same contracts, down to the order.

    Raises ValueError for contracts of which none can be made: `routes_of`, `Schemas.of` and `paths_of` say which.
    """
    comments = Comments.of_contracts()
    schemas = Schemas(comments)
    services = contract_services()
    routes = _in_order(routes_of(services), services)
    paths = paths_of(routes, comments, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bowerbird",
            "version": version("bowerbird-suite"),
            "description": _DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"session": []}],
        "tags": [
            *(
                {"name": tag_of(name), "description": comments[name]}
                for name in dict.fromkeys(r.service for r in routes)
            ),
            *TAGS,
        ],
        "paths": paths | PATHS,
        "components": {
            "schemas": schemas.components | _problem(schemas),
            "responses": {
                "Problem": {
                    "description": "It failed.",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
            "securitySchemes": _SECURITY,
        },
    }


def _in_order(routes: Sequence[Route], services: Sequence[ServiceDescriptor]) -> list[Route]:
    """As the contracts have them, where a reader finds one beside its likes; not in the order of matching."""
    methods = [method.full_name for service in services for method in service.methods]
    return sorted(routes, key=lambda route: methods.index(route.method.full_name))


def _problem(schemas: Schemas) -> dict[str, Schema]:
    return {
        "Problem": {
            "type": "object",
            "description": "Why a call failed (RFC 9457).",
            "required": ["type", "title", "status", "detail", "reason"],
            "properties": {
                "type": {"type": "string", "format": "uri", "description": "The reason as a URI that names it."},
                "title": {"type": "string", "description": "The status of HTTP in words."},
                "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The status of HTTP."},
                "detail": {"type": "string", "description": "What went wrong, for people."},
                "reason": {"$ref": "#/components/schemas/ProblemReason"},
                "metadata": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": "What went into `detail`, by the keys that are named at the reason.",
                },
                "violations": {
                    "type": "array",
                    "description": "The fields at fault; left out where none is.",
                    "items": {
                        "type": "object",
                        "required": ["field", "description"],
                        "properties": {
                            "field": {
                                "type": "string",
                                "description": "Its place, like `query.examples.like[0]`.",
                            },
                            "description": {"type": "string", "description": "What is wrong with it, for people."},
                        },
                    },
                },
            },
        },
        "ProblemReason": schemas.of_reasons(ErrorReason.DESCRIPTOR),
    }
