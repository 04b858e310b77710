"""Whose request it is: the token that goes on to the services."""

from collections.abc import Callable

from aiohttp import web

# Gives the token of a request, None for one without. It may raise a BowerbirdError.
TokenSource = Callable[[web.Request], str | None]


def bearer_token(request: web.Request) -> str | None:
    """The token of the header `Authorization: Bearer TOKEN`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    # Metadata of gRPC holds nothing else, and no token of the suite does.
    if scheme.lower() != "bearer" or not token or not (token.isascii() and token.isprintable()):
        return None
    return token
