"""Which requests are let in, before any route looks at them.

The cookie goes along with whatever a browser sends here, so by itself it only proves which browser. Three things make
it safe: SameSite=Strict keeps it from requests of other sites; the header X-Bowerbird-CSRF cannot be set by a page of
another origin without asking first, which is never allowed; and the browser's own word (Origin, Sec-Fetch-Site) must
say that a page of the console asked. A name in Host that is not the console's is how a page gets at a server in the
network of its reader (DNS rebinding).
"""

import re
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler

from libs.rpc.errors import FieldInvalid
from services.console.sessions import cookie
from services.console.sessions.cookie import SessionCookies
from services.console.sessions.errors import CsrfHeaderMissing, HostNotAllowed, OriginNotAllowed
from services.console.sessions.front import Front
from services.console.tokens import bearer_token

CSRF_HEADER = "X-Bowerbird-CSRF"
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
# They tell nothing, and who watches a process asks by its address.
PROBES = frozenset(("/healthz", "/readyz"))
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")


class Guard:
    """The middleware that turns away, and the token of what it let in."""

    def __init__(self, allowed_hosts: Sequence[str], cookies: SessionCookies, front: Front) -> None:
        """`allowed_hosts` are names without a port; IPv6 addresses stand in brackets."""
        self._hosts = frozenset(host.lower() for host in allowed_hosts)
        self._cookies = cookies
        self._front = front

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Raises FieldInvalid (400), HostNotAllowed (421), OriginNotAllowed or CsrfHeaderMissing (403)."""
        if request.path not in PROBES:
            self._check_host(request)
            self._check_origin(request)
            self._check_csrf(request)
        return await handler(request)

    def token_of(self, request: web.Request) -> str | None:
        """The token of a request: that of the header Authorization, else that in the cookie."""
        return bearer_token(request) or self._cookies.token_in(request)

    def _check_host(self, request: web.Request) -> None:
        given = ", ".join(request.headers.getall("Host", []))
        match = HOST.fullmatch(given)
        if match is None:
            raise FieldInvalid(field="Host", value=given, expected="one header with the name of a host")
        if match[1].lower().removesuffix(".") not in self._hosts:
            raise HostNotAllowed(host=given)

    def _check_origin(self, request: web.Request) -> None:
        """A browser names the origin of whatever a page of another one reads or changes."""
        for origin in request.headers.getall("Origin", []):
            if not self._front.is_own(request, origin):
                raise OriginNotAllowed(origin=origin)
        if request.method not in SAFE_METHODS:
            site = request.headers.get("Sec-Fetch-Site", "same-origin")
            if site != "same-origin":
                raise OriginNotAllowed(origin=f"a page of another origin ({site})")

    def _check_csrf(self, request: web.Request) -> None:
        if request.method in SAFE_METHODS or cookie.NAME not in request.cookies or bearer_token(request) is not None:
            return
        if request.headers.get(CSRF_HEADER) != "1":
            raise CsrfHeaderMissing
        if "Origin" not in request.headers and "Sec-Fetch-Site" not in request.headers:
            raise OriginNotAllowed(origin="a client that names no origin")
