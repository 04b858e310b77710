"""Tokens through a real server."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.identity_pb2 import Token
from bowerbird.catalog.v1.identity_service_pb2 import (
    AuthenticateRequest,
    CreateTokenRequest,
    DeleteTokenRequest,
    GetCallerRequest,
    ListTokensRequest,
)
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from bowerbird.type.v1.role_pb2 import Role
from libs.rpc.channel import open_channel
from libs.rpc.status import from_rpc_error
from tests.suite import WORKSPACE, Catalog, CatalogProcess

VIEWER = Token(display_name="for a script", role=Role.ROLE_VIEWER)


async def test_a_new_token_lets_its_holder_in_with_its_role(catalog: Catalog) -> None:
    made = await IdentityServiceStub(catalog.admin).CreateToken(CreateTokenRequest(parent=WORKSPACE, token=VIEWER))
    assert made.secret.startswith("bb_")
    async with open_channel(catalog.address, made.secret) as channel:
        caller = (await IdentityServiceStub(channel).GetCaller(GetCallerRequest())).caller
    assert (caller.workspace, caller.role, caller.subject) == (WORKSPACE, Role.ROLE_VIEWER, made.token.name)


async def test_a_service_learns_whose_token_it_was_given_and_when_that_ends(catalog: Catalog) -> None:
    ends = Timestamp()
    ends.FromDatetime(datetime.now(UTC) + timedelta(hours=1))
    token = Token(display_name="for a while", role=Role.ROLE_EDITOR, expire_time=ends)
    made = await IdentityServiceStub(catalog.admin).CreateToken(CreateTokenRequest(parent=WORKSPACE, token=token))
    answer = await IdentityServiceStub(catalog.service).Authenticate(AuthenticateRequest(token=made.secret))
    assert (answer.caller.role, answer.caller.subject) == (Role.ROLE_EDITOR, made.token.name)
    assert abs(answer.caller.expire_time.ToDatetime() - ends.ToDatetime()) < timedelta(milliseconds=1)


async def test_a_token_that_has_expired_is_refused(catalog: Catalog) -> None:
    ends = Timestamp()
    ends.FromDatetime(datetime.now(UTC) + timedelta(seconds=0.3))
    token = Token(display_name="short", role=Role.ROLE_VIEWER, expire_time=ends)
    made = await IdentityServiceStub(catalog.admin).CreateToken(CreateTokenRequest(parent=WORKSPACE, token=token))
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    async with open_channel(catalog.address, made.secret) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            while datetime.now(UTC) < deadline:
                await IdentityServiceStub(channel).GetCaller(GetCallerRequest())
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


async def test_a_token_that_was_ended_is_refused_at_once_where_it_was_ended(catalog: Catalog) -> None:
    identity = IdentityServiceStub(catalog.admin)
    made = await identity.CreateToken(CreateTokenRequest(parent=WORKSPACE, token=VIEWER))
    async with open_channel(catalog.address, made.secret) as channel:
        await IdentityServiceStub(channel).GetCaller(GetCallerRequest())
        await identity.DeleteToken(DeleteTokenRequest(name=made.token.name))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await IdentityServiceStub(channel).GetCaller(GetCallerRequest())
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert from_rpc_error(refused.value).reason_name == "UNAUTHENTICATED"
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await identity.DeleteToken(DeleteTokenRequest(name=made.token.name))
    assert unknown.value.code() == grpc.StatusCode.NOT_FOUND


async def test_tokens_are_listed_page_by_page_without_secrets(catalog: Catalog) -> None:
    identity = IdentityServiceStub(catalog.admin)
    secrets = [
        (await identity.CreateToken(CreateTokenRequest(parent=WORKSPACE, token=VIEWER))).secret for _ in range(3)
    ]
    names: list[str] = []
    request = ListTokensRequest(parent=WORKSPACE, page_size=2)
    while True:
        page = await identity.ListTokens(request)
        assert not any(secret in str(page) for secret in secrets)
        names += [token.name for token in page.tokens]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert len(set(names)) == len(names) >= 6  # these three, and those of the roles
    assert names[0].endswith("/admin")


@pytest.mark.parametrize(
    ("token", "field"),
    [
        (Token(role=Role.ROLE_VIEWER), "token.display_name"),
        (Token(display_name="x" * 128, role=Role.ROLE_VIEWER), "token.display_name"),
        (Token(display_name="nul\0", role=Role.ROLE_VIEWER), "token.display_name"),
        (Token(display_name="x"), "token.role"),
        (Token(display_name="x", role=Role.ROLE_SERVICE), "token.role"),
        (Token(display_name="x", role=77), "token.role"),  # type: ignore[arg-type]  # a newer client's
        (Token(display_name="x", role=Role.ROLE_VIEWER, expire_time=Timestamp(seconds=1)), "token.expire_time"),
        (Token(display_name="x", role=Role.ROLE_VIEWER, expire_time=Timestamp(seconds=1 << 60)), "token.expire_time"),
    ],
)
async def test_a_token_that_cannot_be_made_names_the_field(catalog: Catalog, token: Token, field: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await IdentityServiceStub(catalog.admin).CreateToken(CreateTokenRequest(parent=WORKSPACE, token=token))
    error = from_rpc_error(refused.value)
    assert (refused.value.code(), error.reason_name) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert error.details["field"] == field


async def test_another_workspace_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await IdentityServiceStub(catalog.admin).ListTokens(ListTokensRequest(parent="workspaces/other"))
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


async def test_catalog_keeps_its_tokens_over_a_kill_and_drains_on_sigterm(
    catalog_process: tuple[Catalog, CatalogProcess],
) -> None:
    catalog, process = catalog_process
    await process.kill()
    await process.start()
    caller = (await IdentityServiceStub(catalog.viewer).GetCaller(GetCallerRequest())).caller
    assert caller.role == Role.ROLE_VIEWER
    assert await process.stop() == 0
    await process.start()
