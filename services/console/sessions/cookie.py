"""The session cookie: it holds the token itself, encrypted, so that no server keeps sessions."""

import binascii
import os
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NAME = "bowerbird_session"
NONCE_BYTES = 12
# The first byte says how the rest is made, so that another way can come beside it.
AES_256_GCM = b"\x01"
# Bound in, so that nothing else that is encrypted by this key passes for a session.
PURPOSE = b"bowerbird console session"
# When it ends, in seconds since 1970; the token follows.
HEAD = struct.Struct(">Q")


class SessionCookies:
    """Sets, reads and ends the cookie. A token without an end gets one in the cookie, `lifetime_seconds` from now."""

    def __init__(self, key: bytes, lifetime_seconds: float) -> None:
        """`key` has 32 bytes."""
        self._cipher = AESGCM(key)
        self._lifetime_seconds = lifetime_seconds

    def set(self, response: web.Response, token: str, *, expires: float | None, secure: bool) -> None:
        """`expires` is when the token ends, in seconds since 1970, or None."""
        now = time.time()
        end = int(min(now + self._lifetime_seconds, expires or float("inf")))
        response.set_cookie(
            NAME, self._seal(token, end), max_age=end - int(now), httponly=True, samesite="Strict", secure=secure
        )

    def token_in(self, request: web.Request) -> str | None:
        """The token of the request's cookie; None without one, or with one that is over or was not made here."""
        value = request.cookies.get(NAME)
        return self._open(value) if value else None

    def end(self, response: web.Response, *, secure: bool) -> None:
        """Have the browser forget the cookie."""
        response.del_cookie(NAME, httponly=True, samesite="Strict", secure=secure)

    def _seal(self, token: str, end: int) -> str:
        nonce = os.urandom(NONCE_BYTES)
        text = self._cipher.encrypt(nonce, HEAD.pack(end) + token.encode(), PURPOSE)
        return urlsafe_b64encode(AES_256_GCM + nonce + text).decode().rstrip("=")

    def _open(self, value: str) -> str | None:
        try:
            sealed = urlsafe_b64decode(value + "=" * (-len(value) % 4))
            if sealed[:1] != AES_256_GCM:
                return None
            nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
            opened = self._cipher.decrypt(nonce, text, PURPOSE)
        except (binascii.Error, ValueError, InvalidTag):
            return None
        (end,) = HEAD.unpack_from(opened)
        return opened[HEAD.size :].decode() if time.time() < end else None
