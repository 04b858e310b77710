"""Which addresses the suite may connect to on behalf of a user, and the one look-up that pins them.

A user names endpoints, buckets and databases; without a check the suite would fetch a cloud's metadata service or a
neighbour's database for them. So a host is resolved once, every address it gives is held against the allowlist, and the
connection goes to that very address: a second look-up could answer differently (DNS rebinding).
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from libs.rpc.errors import AddressNotAllowed, AddressUnreachable

PUBLIC = "public"


@dataclass(frozen=True)
class PinnedAddress:
    """A checked address: connect to `ip`, keep `host` for TLS and the Host header."""

    host: str
    ip: str
    port: int
    family: socket.AddressFamily


class AddressPolicy:
    """The allowlist: `public` (globally routable addresses), networks (`10.1.0.0/16`), hosts (`*.internal.example`)."""

    def __init__(self, allowed: Sequence[str] = (PUBLIC,)) -> None:
        self._public = PUBLIC in allowed
        self._networks: list[IPv4Network | IPv6Network] = []
        self._hosts: list[str] = []
        for entry in allowed:
            if entry == PUBLIC:
                continue
            try:
                self._networks.append(ip_network(entry))
            except ValueError:
                self._hosts.append(entry.lower())

    async def resolve(self, host: str, port: int) -> list[PinnedAddress]:
        """All addresses of a host, each of them allowed, in the resolver's order.

        Raises AddressUnreachable where the name has no address, AddressNotAllowed where any of its addresses is not
        allowed (one bad address among good ones is how a rebinding attack looks).
        """
        try:
            async with asyncio.timeout(5):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
            raise AddressUnreachable(address=f"{host}:{port}") from error
        pinned = [PinnedAddress(host, str(info[4][0]), port, info[0]) for info in found]
        for address in pinned:
            if not self._allows(host, address.ip):
                raise AddressNotAllowed(address=f"{host}:{port}")
        return pinned

    def _allows(self, host: str, ip: str) -> bool:
        if any(fnmatchcase(host.lower(), pattern) for pattern in self._hosts):
            return True
        address = ip_address(ip.split("%", maxsplit=1)[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return (self._public and is_public(address)) or any(
            address in network for network in self._networks if network.version == address.version
        )


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Globally routable and meant for one host: `is_global` alone lets multicast through."""
    return address.is_global and not address.is_multicast
