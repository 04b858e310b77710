"""Catalog refuses to start where it would not be safe or would not work, and says why."""

import base64
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, S3Config
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.identity_service_pb2 import GetCallerRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from deploy.local.program import Program, start
from libs.rpc.channel import open_channel
from libs.rpc.process import run_process
from services.catalog.__main__ import run
from services.catalog.assembly import assembled
from services.catalog.secrets import SecretUnreadable
from services.catalog.settings import CatalogSettings
from tests.suite import WORKSPACE, catalog_environment, connected, refusal, settings_of

NOWHERE = "postgresql://nobody:hidden@127.0.0.1:9/none"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ENCRYPTION_KEY": ""}, "BOWERBIRD_CATALOG_ENCRYPTION_KEY: Value error, 0 bytes, expected 32"),
        ({"ENCRYPTION_KEY": "hidden"}, "BOWERBIRD_CATALOG_ENCRYPTION_KEY: Value error, not base64"),
        ({"ADMIN_TOKEN": "hidden"}, "BOWERBIRD_CATALOG_ADMIN_TOKEN: Value should have at least 24 items"),
        ({"SERVICE_TOKENS": '{"tagger": "hidden"}'}, "BOWERBIRD_CATALOG_SERVICE_TOKENS.TAGGER: Value should have"),
        ({"SERVICE_TOKENS": "hidden"}, 'error parsing value for field "service_tokens"'),
        ({"WORKSPACE": "a/b"}, "BOWERBIRD_CATALOG_WORKSPACE: String should match"),
    ],
)
def test_a_setting_that_is_wrong_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changed: dict[str, str], said: str
) -> None:
    for name, value in catalog_environment(NOWHERE, **changed).items():
        monkeypatch.setenv(name, value)
    assert run_process("catalog", CatalogSettings, run) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "hidden" not in told


def test_without_a_key_and_a_database_it_names_both(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BOWERBIRD_CATALOG_ENCRYPTION_KEY", raising=False)
    monkeypatch.delenv("BOWERBIRD_CATALOG_DATABASE_URL", raising=False)
    assert run_process("catalog", CatalogSettings, run) == 2
    told = capsys.readouterr().err
    assert "BOWERBIRD_CATALOG_ENCRYPTION_KEY: Field required" in told
    assert "BOWERBIRD_CATALOG_DATABASE_URL: Field required" in told


async def test_without_its_database_it_ends_and_says_so(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "services.catalog")
    running = await start(Program("catalog", command, tmp_path / "log", environment=catalog_environment(NOWHERE)))
    assert await running.wait() == 1
    told = running.log_tail()
    assert "The database of catalog does not answer" in told
    assert "hidden" not in told
    assert "Traceback" not in told


async def test_with_another_key_than_the_secrets_have_it_does_not_start(
    make_catalog_database: Callable[[], Awaitable[str]],
) -> None:
    environment = catalog_environment(await make_catalog_database())
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start("127.0.0.1:0")
        async with connected(f"127.0.0.1:{port}", settings) as catalog:
            config = Connection(s3=S3Config(access_key_id="key", secret_access_key="secret"))
            request = CreateConnectionRequest(parent=WORKSPACE, connection_id="s3", connection=config)
            await ConnectionServiceStub(catalog.admin).CreateConnection(request)
        await server.stop(0)
    other = base64.b64encode(bytes(32)).decode()
    with pytest.raises(SecretUnreadable):
        async with assembled(settings_of(environment | {"BOWERBIRD_CATALOG_ENCRYPTION_KEY": other})):
            pass


async def test_tokens_follow_the_settings_from_start_to_start(
    make_catalog_database: Callable[[], Awaitable[str]],
) -> None:
    url = await make_catalog_database()
    first, second = settings_of(catalog_environment(url)), settings_of(catalog_environment(url))
    async with assembled(first), assembled(second) as server:
        port = await server.start("127.0.0.1:0")
        assert first.admin_token is not None
        for ended in (first.admin_token, first.service_tokens["tests"]):
            async with open_channel(f"127.0.0.1:{port}", ended.get_secret_value()) as channel:
                error = await refusal(IdentityServiceStub(channel).GetCaller(GetCallerRequest()))
                assert error.reason_name == "UNAUTHENTICATED"
        async with open_channel(f"127.0.0.1:{port}", second.service_tokens["tests"].get_secret_value()) as channel:
            caller = (await IdentityServiceStub(channel).GetCaller(GetCallerRequest())).caller
        assert (caller.subject, caller.workspace) == ("tests", "")
        await server.stop(0)
