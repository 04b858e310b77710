"""The authenticator of every service but catalog: asks catalog, and remembers the answer for a short while."""

import time
from collections import OrderedDict
from hashlib import sha256

import grpc.aio

from bowerbird.catalog.v1.identity_service_pb2 import AuthenticateRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from libs.rpc.identity import Caller
from libs.rpc.names import WORKSPACE

REMEMBERED_SECONDS = 30.0
REMEMBERED_TOKENS = 10_000


class CatalogAuthenticator:
    """Keeps hashes of tokens only. A token that was ended is accepted for at most 30 seconds more."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._identity = IdentityServiceStub(channel)
        self._remembered: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    async def authenticate(self, token: str) -> Caller:
        key = sha256(token.encode()).digest()
        until, caller = self._remembered.get(key, (0.0, None))
        if caller is not None and time.monotonic() < until:
            return caller
        answer = await self._identity.Authenticate(AuthenticateRequest(token=token), timeout=5)
        found = answer.caller
        workspace = WORKSPACE.parse(found.workspace)["workspace"] if found.workspace else None
        caller = Caller(workspace, found.role, found.subject)
        lasts = REMEMBERED_SECONDS
        if found.HasField("expire_time"):
            lasts = min(lasts, found.expire_time.ToDatetime().timestamp() - time.time())
        self._remembered[key] = (time.monotonic() + lasts, caller)
        while len(self._remembered) > REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)
        return caller
