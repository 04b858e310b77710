"""The one paging scheme (AIP-158): keyset tokens, signed, and bound to the request that they go on with."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from google.protobuf.message import Message
from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, FieldInvalid

SIGNATURE_BYTES = 16


class PageTokenInvalid(BowerbirdError):
    """The page token is not one that this list gave out for this request; begin again without it."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_PAGE_TOKEN_INVALID


class PageTokens:
    """Makes and reads page tokens. Replicas of a service share the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encode(self, request: Message, keyset: list[Any]) -> str:
        """The token with which `request` goes on behind `keyset` (values that JSON can hold)."""
        payload = json.dumps(keyset, separators=(",", ":")).encode()
        return urlsafe_b64encode(self._sign(request, payload) + payload).decode().rstrip("=")

    def decode(self, request: Message) -> list[Any] | None:
        """The keyset in the request's `page_token`, None without one. Raises PageTokenInvalid."""
        token: str = request.page_token  # type: ignore[attr-defined]  # every list request has it
        if not token:
            return None
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError as error:
            raise PageTokenInvalid from error
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(request, payload)):
            raise PageTokenInvalid
        keyset: list[Any] = json.loads(payload)
        return keyset

    def _sign(self, request: Message, payload: bytes) -> bytes:
        """Bound to all fields of the request but those that may change from page to page."""
        bound = type(request)()
        bound.CopyFrom(request)
        for field in ("page_token", "page_size", "skip"):
            if field in bound.DESCRIPTOR.fields_by_name:
                bound.ClearField(field)
        text = bound.DESCRIPTOR.full_name.encode() + b"\0" + bound.SerializeToString(deterministic=True)
        return hmac.new(self._key, text + b"\0" + payload, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def page_size(asked: int, *, default: int = 100, most: int = 1000) -> int:
    """The size of a page: the default for 0. Raises FieldInvalid outside 0 to `most`."""
    if not 0 <= asked <= most:
        raise FieldInvalid(field="page_size", value=asked, expected=f"0 to {most:,}")
    return asked or default
