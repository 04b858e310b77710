"""The part of a file that a request asks for (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

from services.console.media.errors import RangeInvalid

_SPAN = re.compile(r"bytes[ \t]*=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """Bytes of a file from `start` on."""

    start: int
    size_bytes: int


def parse_range(text: str, size_bytes: int) -> Span | None:
    """The span of a file of that size; None for a header that is passed over: another unit, several spans, nonsense.

    Raises RangeInvalid for a span without any byte.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, end = max(0, size_bytes - int(suffix)), size_bytes
    else:
        start, end = int(first), min(size_bytes, int(last) + 1) if last else size_bytes
        if last and int(last) < start:
            return None
    if start >= end:
        raise RangeInvalid(field="Range", value=text, expected=f"bytes of 0 to {size_bytes - 1}")
    return Span(start, end - start)
