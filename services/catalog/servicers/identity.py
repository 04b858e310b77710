"""IdentityService."""

from datetime import UTC, datetime
from typing import Any

from grpc.aio import ServicerContext
from sqlalchemy import Row

from bowerbird.catalog.v1 import identity_pb2, identity_service_pb2_grpc
from bowerbird.catalog.v1.identity_service_pb2 import (
    AuthenticateRequest,
    AuthenticateResponse,
    CreateTokenRequest,
    CreateTokenResponse,
    DeleteTokenRequest,
    DeleteTokenResponse,
    GetCallerRequest,
    GetCallerResponse,
    ListTokensRequest,
    ListTokensResponse,
)
from bowerbird.type.v1.role_pb2 import Role
from libs.rpc.errors import FieldInvalid
from libs.rpc.identity import Caller, bearer_token
from libs.rpc.names import TOKEN, WORKSPACE
from libs.rpc.paging import PageTokens, page_size
from services.catalog.fields import checked_text, timestamp
from services.catalog.identity import Identity
from services.catalog.scope import ids_in

Context = ServicerContext[Any, Any]
ROLES = (Role.ROLE_VIEWER, Role.ROLE_EDITOR, Role.ROLE_ADMIN)


class IdentityServicer(identity_service_pb2_grpc.IdentityServiceServicer):
    def __init__(self, identity: Identity, page_tokens: PageTokens) -> None:
        self._identity = identity
        self._page_tokens = page_tokens

    async def Authenticate(self, request: AuthenticateRequest, context: Context) -> AuthenticateResponse:
        holder = await self._identity.holder(request.token)
        return AuthenticateResponse(caller=encoded_caller(holder.caller, holder.expires))

    async def GetCaller(self, request: GetCallerRequest, context: Context) -> GetCallerResponse:
        holder = await self._identity.holder(bearer_token(context.invocation_metadata()))
        return GetCallerResponse(caller=encoded_caller(holder.caller, holder.expires))

    async def CreateToken(self, request: CreateTokenRequest, context: Context) -> CreateTokenResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        token = request.token
        display_name = checked_text("token.display_name", token.display_name, most=127, least=1)
        if token.role not in ROLES:
            raise FieldInvalid(
                field="token.role",
                value=Role.Name(token.role) if token.role in Role.values() else token.role,
                expected=" or ".join(map(Role.Name, ROLES)),
            )
        row, secret = await self._identity.create_token(workspace, display_name, token.role, expiry(token))
        return CreateTokenResponse(token=encoded_token(workspace, row), secret=secret)

    async def ListTokens(self, request: ListTokensRequest, context: Context) -> ListTokensResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        size = page_size(request.page_size)
        (after,) = self._page_tokens.decode(request) or (0,)
        rows = await self._identity.list_tokens(workspace, after, size + 1)
        return ListTokensResponse(
            tokens=[encoded_token(workspace, row) for row in rows[:size]],
            next_page_token=self._page_tokens.encode(request, [rows[size - 1].id]) if len(rows) > size else "",
        )

    async def DeleteToken(self, request: DeleteTokenRequest, context: Context) -> DeleteTokenResponse:
        ids = ids_in(TOKEN, request.name, "token")
        await self._identity.delete_token(ids["workspace"], ids["token"])
        return DeleteTokenResponse()


def expiry(token: identity_pb2.Token) -> datetime | None:
    """When the token is to end. Raises FieldInvalid for a moment that is past."""
    if not token.HasField("expire_time"):
        return None
    try:
        expires = token.expire_time.ToDatetime(UTC)
    except (ValueError, OverflowError):
        expires = datetime.min.replace(tzinfo=UTC)
    if expires <= datetime.now(UTC):
        raise FieldInvalid(field="token.expire_time", value=token.expire_time, expected="a time to come")
    return expires


def encoded_caller(caller: Caller, expires: datetime | None) -> identity_pb2.Caller:
    return identity_pb2.Caller(
        workspace=WORKSPACE.format(workspace=caller.workspace) if caller.workspace else "",
        role=caller.role,
        subject=caller.subject,
        expire_time=timestamp(expires),
    )


def encoded_token(workspace: str, row: Row[Any]) -> identity_pb2.Token:
    return identity_pb2.Token(
        name=TOKEN.format(workspace=workspace, token=row.slug),
        display_name=row.display_name,
        role=row.role,
        expire_time=timestamp(row.expires),
        create_time=timestamp(row.created),
    )
