"""Catalog as the tests of every service use it: real, on a database of its own, with a token of each role."""

import base64
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bowerbird.catalog.v1.identity_pb2 import Token
from bowerbird.catalog.v1.identity_service_pb2 import CreateTokenRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.program import Program, RunningProgram, start
from libs.rpc.channel import open_channel
from libs.rpc.errors import BowerbirdError
from libs.rpc.status import from_rpc_error
from services.catalog.assembly import assembled
from services.catalog.settings import CatalogSettings

WORKSPACE = "workspaces/test"


@dataclass(frozen=True)
class Catalog:
    """A catalog that serves at `address`, and channels to it with a token of each role in the workspace WORKSPACE."""

    address: str
    database_url: str
    admin: grpc.aio.Channel
    editor: grpc.aio.Channel
    viewer: grpc.aio.Channel
    service: grpc.aio.Channel
    tokens: dict[Role.ValueType, str] = field(repr=False)


@dataclass
class CatalogProcess:
    """Catalog as a process of its own at one address, to be killed and started again."""

    program: Program
    address: str
    running: RunningProgram | None = None

    async def start(self) -> None:
        """Start it and wait until it serves."""
        self.running = await start(self.program)
        await self.running.ready(self._serves, timeout_seconds=30)

    async def kill(self) -> None:
        """kill -9."""
        assert self.running is not None
        await self.running.kill()

    async def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.running is not None
        await self.running.stop()
        assert self.running.returncode is not None
        return self.running.returncode

    async def _serves(self) -> bool:
        async with grpc.aio.insecure_channel(self.address) as channel:
            try:
                stub = health_pb2_grpc.HealthStub(channel)
                await stub.Check(health_pb2.HealthCheckRequest(), timeout=1)  # type: ignore[attr-defined]  # its types lack it
            except grpc.aio.AioRpcError:
                return False
            return True


def catalog_environment(database_url: str, **changed: str) -> dict[str, str]:
    """Settings of a catalog for tests: this machine's addresses and temporary folders are allowed."""
    values = {
        "LISTEN_ADDRESS": f"{LOOPBACK}:0",
        "DATABASE_URL": database_url,
        "ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "WORKSPACE": WORKSPACE.rpartition("/")[2],
        "ADMIN_TOKEN": f"admin-{secrets.token_hex(16)}",
        "SERVICE_TOKENS": f'{{"tests": "service-{secrets.token_hex(16)}"}}',
        "ALLOWED_ADDRESSES": '["public", "127.0.0.0/8", "::1"]',
        "ALLOWED_FOLDERS": '["/tmp"]',
        "LOG_FORMAT": "text",
        **changed,
    }
    return {f"BOWERBIRD_CATALOG_{name}": value for name, value in values.items()}


@pytest.fixture(scope="module")
async def catalog(make_catalog_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Catalog]:
    """A catalog on a fresh database, in this process, for one test module."""
    settings = settings_of(catalog_environment(await make_catalog_database()))
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        async with connected(f"{LOOPBACK}:{port}", settings) as catalog:
            yield catalog
        await server.stop(grace_seconds=0)


@pytest.fixture(scope="module")
async def catalog_process(
    make_catalog_database: Callable[[], Awaitable[str]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Catalog, CatalogProcess]]:
    """A catalog as a process that tests may kill; the channels find it again when it was started again."""
    address = f"{LOOPBACK}:{free_ports(1)[0]}"
    environment = catalog_environment(await make_catalog_database(), LISTEN_ADDRESS=address)
    log = Path(tmp_path_factory.mktemp("catalog")) / "catalog.log"
    process = CatalogProcess(
        Program("catalog", (sys.executable, "-m", "services.catalog"), log, environment=environment), address
    )
    await process.start()
    async with connected(address, settings_of(environment)) as catalog:
        yield catalog, process
    await process.stop()


def settings_of(environment: dict[str, str]) -> CatalogSettings:
    """The settings that a process with this environment has."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return CatalogSettings()


@asynccontextmanager
async def connected(address: str, settings: CatalogSettings) -> AsyncIterator[Catalog]:
    """Channels of all roles to a catalog."""
    assert settings.admin_token is not None
    tokens = {
        Role.ROLE_ADMIN: settings.admin_token.get_secret_value(),
        Role.ROLE_SERVICE: settings.service_tokens["tests"].get_secret_value(),
    }
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(open_channel(address, tokens[Role.ROLE_ADMIN]))
        for role in (Role.ROLE_EDITOR, Role.ROLE_VIEWER):
            token = Token(display_name=Role.Name(role), role=role)
            answer = await IdentityServiceStub(admin).CreateToken(CreateTokenRequest(parent=WORKSPACE, token=token))
            tokens[role] = answer.secret
        editor, viewer, service = [
            await stack.enter_async_context(open_channel(address, tokens[role]))
            for role in (Role.ROLE_EDITOR, Role.ROLE_VIEWER, Role.ROLE_SERVICE)
        ]
        yield Catalog(address, settings.database_url.get_secret_value(), admin, editor, viewer, service, tokens)


async def refusal(call: Awaitable[object]) -> BowerbirdError:
    """The error with which a call fails; a call that succeeds fails the test."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return from_rpc_error(refused.value)
