"""A stand-in for a cloud's S3 that misbehaves on command: it answers what the test queued, over real HTTP."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from libs.rpc.addresses import AddressPolicy, PinnedAddress


@dataclass
class Cloud:
    """Answers requests from `answers` in order, the last one again and again, and keeps what was asked.

    A text is a body that breaks off after it; bytes are a body that does not say how long it is.
    """

    answers: Sequence[web.Response | str | bytes] = ()
    asked: list[web.BaseRequest] = field(default_factory=list)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        if isinstance(answer, web.Response):
            return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
        if isinstance(answer, bytes):
            lengthless = web.StreamResponse(headers={"ETag": '"e"'})
            lengthless.enable_chunked_encoding()
            await lengthless.prepare(request)
            await lengthless.write(answer)
            return lengthless
        broken = web.StreamResponse(headers={"Content-Length": "1000", "ETag": '"e"', "Content-Type": "text/xml"})
        await broken.prepare(request)
        await broken.write(answer.encode())
        assert request.transport is not None
        request.transport.close()
        return broken


class Everywhere(AddressPolicy):
    """Every host is this machine."""

    async def resolve(self, host: str, port: int) -> list[PinnedAddress]:
        return [PinnedAddress(host, "127.0.0.1", port, socket.AF_INET)]


def listing(*keys: str) -> web.Response:
    rows = "".join(
        f"<Contents><Key>{key}</Key><LastModified>2024-05-01T12:00:00.000Z</LastModified>"
        f"<ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>"
        for key in keys
    )
    body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
    return web.Response(text=body, content_type="text/xml")


def failure(status: int, code: str) -> web.Response:
    return web.Response(status=status, text=f"<Error><Code>{code}</Code><Message>{code}!</Message></Error>")
