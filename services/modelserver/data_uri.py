"""Images as they travel inside JSON: `data:image/jpeg;base64,...` (RFC 2397)."""

import base64
import binascii

from libs.rpc.errors import shown
from services.modelserver.errors import RequestInvalid


def image_bytes(uri: str) -> bytes:
    """The bytes of a data URI, whatever they are; raises RequestInvalid. Nothing is ever fetched."""
    head, comma, body = uri.partition(",")
    if not (comma and head.startswith("data:image/") and head.endswith(";base64")):
        raise RequestInvalid(
            problem=f"an image must be a data URI like data:image/jpeg;base64,... and not {shown(uri)[:60]!r}"
        )
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise RequestInvalid(problem=f"the image's base64 is broken: {error}") from None
