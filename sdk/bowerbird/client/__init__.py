"""The typed asynchronous client of Bowerbird.

    async with Client() as client:
        page = await client.search.page("photos", Query(text="a bird"))
        for hit in page.hits:
            print(hit.score, hit.file.uri)

Calls take ids ("photos") or full resource names, and return the messages of `bowerbird.*.v1`. What fails raises a
`BowerbirdError`.
"""

from bowerbird.client.client import Client
from bowerbird.client.errors import (
    AlreadyExists,
    BowerbirdError,
    Conflict,
    DeadlineExceeded,
    InvalidRequest,
    NotConfigured,
    NotFound,
    PermissionDenied,
    RequestFailed,
    Unauthenticated,
    Unavailable,
)
from bowerbird.client.settings import ClientSettings, find_settings

__all__ = [
    "AlreadyExists",
    "BowerbirdError",
    "Client",
    "ClientSettings",
    "Conflict",
    "DeadlineExceeded",
    "InvalidRequest",
    "NotConfigured",
    "NotFound",
    "PermissionDenied",
    "RequestFailed",
    "Unauthenticated",
    "Unavailable",
    "find_settings",
]
