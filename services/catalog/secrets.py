"""Secrets of connections, as the database holds them."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs.rpc.errors import BowerbirdError

NONCE_BYTES = 12
# The first byte says how the rest is encrypted, so that another way can come beside it.
AES_256_GCM = b"\x01"


class SecretUnreadable(BowerbirdError):
    """A secret was encrypted with another key than BOWERBIRD_CATALOG_ENCRYPTION_KEY; start catalog with that key."""


class SecretBox:
    """AES-256-GCM. The identity of the row is bound in: a secret that was copied to another row is refused there."""

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes."""
        self._cipher = AESGCM(key)

    def seal(self, secret: str, identity: str) -> bytes:
        """The secret, encrypted; another text every time."""
        nonce = os.urandom(NONCE_BYTES)
        return AES_256_GCM + nonce + self._cipher.encrypt(nonce, secret.encode(), identity.encode())

    def open(self, sealed: bytes, identity: str) -> str:
        """Raises SecretUnreadable where the key or the identity is another."""
        nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, text, identity.encode()).decode()
        except InvalidTag as error:
            raise SecretUnreadable from error
