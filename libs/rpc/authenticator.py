"""The authenticator of every service but catalog: asks catalog, and remembers the answer for a short while."""

import time
from hashlib import sha256

import grpc.aio
from cachetools import TLRUCache

from bowerbird.catalog.v1.identity_pb2 import Caller as CallerMessage
from bowerbird.catalog.v1.identity_service_pb2 import AuthenticateRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from libs.rpc.identity import Caller
from libs.rpc.names import WORKSPACE

REMEMBERED_SECONDS = 30
REMEMBERED_TOKENS = 10_000


def _forgotten_at(_key: bytes, found: CallerMessage, now: float) -> float:
    lasts = found.expire_time.seconds - time.time() if found.HasField("expire_time") else REMEMBERED_SECONDS
    return now + min(lasts, REMEMBERED_SECONDS)


class CatalogAuthenticator:
    """Keeps hashes of tokens only. A token that was ended is accepted for at most 30 seconds more."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._identity = IdentityServiceStub(channel)
        self._remembered: TLRUCache[bytes, CallerMessage] = TLRUCache(REMEMBERED_TOKENS, ttu=_forgotten_at)

    async def authenticate(self, token: str) -> Caller:
        """Raises AioRpcError with what catalog answered: UNAUTHENTICATED for a token that is unknown or has expired."""
        key = sha256(token.encode()).digest()
        found = self._remembered.get(key)
        if found is None:
            answer = await self._identity.Authenticate(AuthenticateRequest(token=token), timeout=5)
            found = self._remembered[key] = answer.caller
        workspace = WORKSPACE.parse(found.workspace)["workspace"] if found.workspace else None
        return Caller(workspace, found.role, found.subject)
