"""`/session`: signing in by a token, who is signed in, signing out.

| Route | Body | Answer |
|---|---|---|
| `POST /session` | `{"token": "..."}` | 200, a Caller, and the cookie; 401 for a token that catalog does not know |
| `GET /session` | | 200 and a Caller; 204 where nobody is signed in, which is no failure |
| `DELETE /session` | | 204, and the cookie is gone; also without a session |

A Caller is `bowerbird.catalog.v1.Caller`: `workspace`, `role` (`ROLE_VIEWER`, `ROLE_EDITOR` or `ROLE_ADMIN`),
`subject`, and `expireTime` where the token has an end.
"""

import asyncio

import grpc
import grpc.aio
import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bowerbird.catalog.v1.identity_pb2 import Caller
from bowerbird.catalog.v1.identity_service_pb2 import GetCallerRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from bowerbird.type.v1.role_pb2 import Role
from libs.rpc.errors import FieldInvalid, RoleMissing
from services.console.rest.encoder import encoder
from services.console.rest.errors import BodyTooLarge, BodyTooSlow
from services.console.sessions import cookie
from services.console.sessions.cookie import SessionCookies
from services.console.sessions.failures import FailedSignIns
from services.console.sessions.front import Front
from services.console.sessions.guard import Guard

CALL_SECONDS = 10
BODY_SECONDS = 10.0
LONGEST_BODY_BYTES = 16 * 1024

_encoded = encoder(Caller.DESCRIPTOR)


class SignIn(BaseModel):
    """The body of POST /session. The token goes on as metadata of gRPC, which is printable ASCII."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: str = Field(min_length=1, max_length=2048, pattern=r"^[\x21-\x7e]+$")


class Sessions:
    """The handlers. Nothing is kept here but failed tries."""

    def __init__(self, catalog: grpc.aio.Channel, cookies: SessionCookies, guard: Guard, front: Front) -> None:
        """`catalog` is a channel without a token."""
        self._identity = IdentityServiceStub(catalog)
        self._cookies = cookies
        self._guard = guard
        self._front = front
        self._failures = FailedSignIns()

    async def create(self, request: web.Request) -> web.Response:
        """POST /session. Raises FieldInvalid (400, 408, 413), SignInSlowed (429) and what catalog answers (401 ...)."""
        token = (await _body(request)).token
        client = self._front.client(request)
        self._failures.begin(client)
        try:
            caller = await self._caller(token)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAUTHENTICATED:  # the try told nothing about the token
                self._failures.succeeded(client)
            raise
        self._failures.succeeded(client)
        if caller.role == Role.ROLE_SERVICE:  # it opens every workspace, and is for no browser to keep
            raise RoleMissing(role="SERVICE", required_role="VIEWER")
        response = _answer(caller)
        expires = caller.expire_time.ToMicroseconds() / 1e6 if caller.HasField("expire_time") else None
        self._cookies.set(response, token, expires=expires, secure=self._is_secure(request))
        return response

    async def get(self, request: web.Request) -> web.Response:
        """GET /session. A cookie that is no good any more is taken back with the 204. Raises AioRpcError."""
        token = self._guard.token_of(request)
        try:
            if token is not None:
                return _answer(await self._caller(token))
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAUTHENTICATED:
                raise
        response = web.Response(status=204)
        if cookie.NAME in request.cookies:
            self._cookies.end(response, secure=self._is_secure(request))
        return response

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /session."""
        response = web.Response(status=204)
        self._cookies.end(response, secure=self._is_secure(request))
        return response

    async def _caller(self, token: str) -> Caller:
        metadata = (("authorization", f"Bearer {token}"),)
        answer = await self._identity.GetCaller(GetCallerRequest(), metadata=metadata, timeout=CALL_SECONDS)
        return answer.caller

    def _is_secure(self, request: web.Request) -> bool:
        return self._front.scheme(request) == "https"


def _answer(caller: Caller) -> web.Response:
    return web.Response(body=orjson.dumps(_encoded(caller)), content_type="application/json")


async def _body(request: web.Request) -> SignIn:
    """Forms of other sites cannot send JSON, and so sign nobody in as somebody else."""
    if request.content_type != "application/json":
        raise FieldInvalid(field="Content-Type", value=request.content_type, expected="application/json")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _read(request)
    except TimeoutError as error:
        limit = f"{BODY_SECONDS:g}"
        raise BodyTooSlow(field="body", limit=limit, value="late", expected=f"all of it in {limit} s") from error
    try:
        return SignIn.model_validate_json(body)
    except ValidationError as error:
        [problem, *_] = error.errors(include_input=False, include_url=False)
        where = ".".join(map(str, problem["loc"])) or "body"
        raise FieldInvalid(
            field=where, value="(not shown)", expected='{"token": "..."}, the token of a workspace'
        ) from None


async def _read(request: web.Request) -> bytes:
    """The body, as little as it comes at a time."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LONGEST_BODY_BYTES:
            limit = f"{LONGEST_BODY_BYTES:,}"
            raise BodyTooLarge(field="body", limit=limit, value="more", expected=f"at most {limit} bytes")
    return bytes(body)
