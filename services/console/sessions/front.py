"""What a browser sees of the console: scheme, host and address, also through a proxy that ends TLS."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from aiohttp import web
from yarl import URL


@dataclass(frozen=True)
class Front:
    """The last values of X-Forwarded-Proto and X-Forwarded-For count only behind a proxy: else they are anyone's."""

    behind_proxy: bool = False

    def scheme(self, request: web.Request) -> str:
        """`http` or `https`, as the browser asked."""
        return self._forwarded(request, "X-Forwarded-Proto").lower() or request.scheme

    def client(self, request: web.Request) -> str:
        """Where the request comes from: an IPv4 address, or the network of an IPv6 address that one person has."""
        text = self._forwarded(request, "X-Forwarded-For") or request.remote or ""
        try:
            address = ip_address(text)
        except ValueError:
            return text
        return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text

    def is_own(self, request: web.Request, origin: str) -> bool:
        """Whether an origin is the one that the request was sent to."""
        try:
            return URL(origin).origin() == URL(f"{self.scheme(request)}://{request.headers['Host']}").origin()
        except (ValueError, KeyError):  # `null` is none either
            return False

    def _forwarded(self, request: web.Request, header: str) -> str:
        if not self.behind_proxy:
            return ""
        return ",".join(request.headers.getall(header, [])).rpartition(",")[2].strip()
