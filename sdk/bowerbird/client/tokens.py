"""Tokens of the workspace, and who holds the one in use."""

from collections.abc import AsyncIterator
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.identity_pb2 import Caller, Token
from bowerbird.catalog.v1.identity_service_pb2 import (
    CreateTokenRequest,
    CreateTokenResponse,
    DeleteTokenRequest,
    GetCallerRequest,
    ListTokensRequest,
)
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport
from bowerbird.type.v1.role_pb2 import Role


class Tokens:
    """`client.tokens`."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = IdentityServiceStub(transport.channel)

    async def caller(self) -> Caller:
        """Whose token this client sends."""
        return (await self._transport.call(self._stub.GetCaller, GetCallerRequest())).caller

    async def create(
        self, display_name: str, role: Role.ValueType, *, expire_time: datetime | None = None
    ) -> CreateTokenResponse:
        """The answer holds the secret, which is never shown again."""
        token = Token(display_name=display_name, role=role)
        if expire_time is not None:
            expires = Timestamp()
            expires.FromDatetime(expire_time)
            token.expire_time.CopyFrom(expires)
        request = CreateTokenRequest(parent=self._names.parent, token=token)
        return await self._transport.call(self._stub.CreateToken, request)

    def list(self) -> AsyncIterator[Token]:
        """Oldest first, without secrets."""
        return paged(
            lambda token: self._transport.call(
                self._stub.ListTokens, ListTokensRequest(parent=self._names.parent, page_token=token)
            ),
            lambda page: page.tokens,
        )

    async def delete(self, token: str) -> None:
        """End a token."""
        await self._transport.call(self._stub.DeleteToken, DeleteTokenRequest(name=self._names.token(token)))
