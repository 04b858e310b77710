"""The console as its users meet it: over HTTP, with a real catalog and a real search behind it."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bowerbird.type.v1.role_pb2 import Role
from deploy.local.ports import LOOPBACK
from services.console.server import served
from services.console.settings import ConsoleSettings
from tests.suite import WORKSPACE, Catalog


@dataclass(frozen=True)
class Answer:
    """An answer that was read to its end."""

    status: int
    headers: Any
    body: bytes
    json: Any


@dataclass(frozen=True)
class Console:
    """A console that serves at `url`, and what asks it."""

    url: str
    catalog: Catalog
    http: aiohttp.ClientSession = field(repr=False)

    @property
    def v1(self) -> str:
        return f"{self.url}/v1"

    @property
    def workspace(self) -> str:
        return f"{self.v1}/{WORKSPACE}"

    def headers(self, role: Role.ValueType | None) -> dict[str, str]:
        """What a holder of a token of the role sends; without one nothing."""
        return {} if role is None else {"Authorization": f"Bearer {self.catalog.tokens[role]}"}

    async def ask(
        self,
        method: str,
        path: str,
        *,
        role: Role.ValueType | None = Role.ROLE_ADMIN,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """One request; `path` begins with `/`, options are those of aiohttp, like `json` and `params`."""
        sent = {**self.headers(role), **(headers or {})}
        async with self.http.request(method, self.url + path, headers=sent, allow_redirects=False, **options) as answer:
            is_json = answer.content_type.endswith("json") and "ndjson" not in answer.content_type
            body = await answer.read()
            return Answer(
                answer.status, answer.headers, body, await answer.json(content_type=None) if is_json else None
            )


def console_settings(catalog: Catalog, search_address: str, **changed: str) -> ConsoleSettings:
    """Settings of a console for tests."""
    values = {
        "LISTEN_ADDRESS": f"{LOOPBACK}:0",
        "CATALOG_ADDRESS": catalog.address,
        "SEARCH_ADDRESS": search_address,
        "SERVICE_TOKEN": catalog.tokens[Role.ROLE_SERVICE],
        "SESSION_KEY": base64.b64encode(bytes(range(32))).decode(),
        "ALLOWED_ADDRESSES": '["127.0.0.0/8", "::1"]',
        "LOG_FORMAT": "text",
        **changed,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(f"BOWERBIRD_CONSOLE_{name}", value)
        return ConsoleSettings()


@asynccontextmanager
async def consoling(catalog: Catalog, search_address: str, **changed: str) -> AsyncIterator[Console]:
    """A console in this process, in front of the two services."""
    settings = console_settings(catalog, search_address, **changed)
    async with served(settings) as port, aiohttp.ClientSession() as http:
        yield Console(f"http://{LOOPBACK}:{port}", catalog, http)
