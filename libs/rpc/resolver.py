"""The allowlist for aiohttp and for every library that speaks HTTP through it."""

import socket

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from libs.rpc.addresses import AddressPolicy


async def checked_connector(policy: AddressPolicy, url: str, *, limit: int = 0) -> TCPConnector:
    """A connector for requests to the host of `url`, of at most `limit` connections (0: no limit).

    Raises what `AddressPolicy.resolve` raises. The check comes first because aiohttp never asks a resolver about a
    literal IP address; names are checked again whenever they are dialled. Requests must not follow redirects.
    """
    address = URL(url)
    await policy.resolve(address.host or "", address.port or 0)
    return TCPConnector(limit=limit, resolver=PinningResolver(policy), family=socket.AF_UNSPEC)


class PinningResolver(AbstractResolver):
    """Resolves through the policy, so that the connector dials the very address that was checked."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=address.ip, port=port, family=address.family, proto=0, flags=socket.AI_NUMERICHOST
            )
            for address in await self._policy.resolve(host, port)
            if family in (socket.AF_UNSPEC, address.family)
        ]

    async def close(self) -> None:
        """Nothing is held open."""
