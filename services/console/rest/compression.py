"""Answers in gzip, for who takes it: a page of files is names and times again and again, and shrinks to a tenth."""

import asyncio
import gzip
import re

from aiohttp import web

# What fits into one packet gets there no faster.
LEAST_BYTES = 1024
# Much smaller already, at a few percent of the time of level 9.
LEVEL = 1
# From here on it takes a thread, and not the time of others.
LARGE_BYTES = 64 * 1024
_ZERO = re.compile(r"q=0(\.0*)?")


async def compress(response: web.Response, request: web.Request) -> web.Response:
    """The answer with its body in gzip, if the request takes it and it is worth while."""
    body = response.body
    if not isinstance(body, bytes) or len(body) < LEAST_BYTES:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if takes_gzip(request.headers.get("Accept-Encoding", "")):
        if len(body) < LARGE_BYTES:
            response.body = _gzipped(body)
        else:
            response.body = await asyncio.to_thread(_gzipped, body)
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the header names gzip, or anything, and does not give it the weight 0 (RFC 9110, section 12.5.3)."""
    refused: dict[str, bool] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, weight = item.partition(";")
        refused[coding.strip()] = _ZERO.fullmatch(weight.replace(" ", "")) is not None
    return not refused.get("gzip", refused.get("*", True))


def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)
