"""GET requests of our own, signed as S3 wants them: botocore spends 3 ms of a processor on each, six times as much, and
workers and scans do little else.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import ParamSpec, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from yarl import URL

from libs.objects.errors import ObjectChanged, ObjectTooLarge
from libs.objects.s3_client import ATTEMPTS, LONGEST_PAUSE_SECONDS
from libs.objects.s3_errors import code_and_message, refusal
from libs.objects.store import PIECE_BYTES
from libs.objects.uri import StorageUri

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

# A page of 1,000 keys of 1,024 bytes, each of them escaped, is a third of this.
LONGEST_ANSWER_BYTES = 16 * 2**20
LONGEST_ERROR_BYTES = 64 * 2**10


class _Transient(Exception):
    """An answer that another attempt may better."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class SignedGets:
    """Reads of one bucket. `url` is the bucket's; credentials are None for requests without a signature.

    Every read is tried as often as botocore tries, and raises what aiohttp raises when that does not help.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, region: str, credentials: Credentials | None) -> None:
        self._session = session
        self._url = url
        self._signer = S3SigV4Auth(credentials, "s3", region) if credentials else None

    async def query(self, uri: StorageUri, query: Mapping[str, str]) -> bytes:
        """The answer to a query of the bucket; `uri` is what an error names."""
        address = f"{self._url}?{urlencode(query, quote_via=quote, safe='-_.~')}"
        return await self._retried(uri, self._get, uri, address, LONGEST_ANSWER_BYTES, None)

    async def object(self, uri: StorageUri, key: str, limit_bytes: int, etag: str | None) -> bytes:
        """The content of an object, by its key in the bucket. Raises ObjectChanged and ObjectTooLarge unread."""
        return await self._retried(uri, self._get, uri, self._address(key), limit_bytes, etag)

    async def pieces(
        self, uri: StorageUri, key: str, span: str | None, etag: str | None
    ) -> AsyncGenerator[bytes, None]:
        """An object or a span of it (as in the header Range), as it comes; tried again only until the first piece."""
        async with AsyncExitStack() as stack:
            answer = await self._retried(uri, self._answered, stack, uri, self._address(key), etag, span)
            if answer.status != 416:
                async for piece in answer.content.iter_chunked(PIECE_BYTES):
                    yield piece

    def _address(self, key: str) -> str:
        return f"{self._url.rstrip('/')}/{quote(key, safe='/-_.~')}"

    async def _retried(
        self, uri: StorageUri, get: Callable[Asked, Awaitable[Answer]], *asked: Asked.args, **named: Asked.kwargs
    ) -> Answer:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(max=LONGEST_PAUSE_SECONDS),
            retry=retry_if_exception_type((_Transient, aiohttp.ClientError, TimeoutError)),
            reraise=True,
        )
        try:
            return await retrying(get, *asked, **named)
        except _Transient as error:
            raise refusal(uri, error.status, *code_and_message(error.body)) from None

    async def _get(self, uri: StorageUri, address: str, limit_bytes: int, etag: str | None) -> bytes:
        async with AsyncExitStack() as stack:
            answer = await self._answered(stack, uri, address, etag)
            if (answer.content_length or 0) > limit_bytes:
                raise ObjectTooLarge(uri=uri, limit=limit_bytes, value=answer.content_length)
            content = await first_bytes(answer, limit_bytes + 1)
            if len(content) > limit_bytes:  # a server need not say how much it sends
                raise ObjectTooLarge(uri=uri, limit=limit_bytes, value=f"over {limit_bytes}")
            return content

    async def _answered(
        self, stack: AsyncExitStack, uri: StorageUri, address: str, etag: str | None, span: str | None = None
    ) -> aiohttp.ClientResponse:
        """An answer with content, which the stack closes; its status is 416 where the span begins behind the end."""
        request = AWSRequest("GET", address)
        if self._signer:
            self._signer.add_auth(request)
        headers = {**dict(request.headers), "Accept-Encoding": "identity"}
        answer = await stack.enter_async_context(
            self._session.get(
                URL(request.url, encoded=True),  # signed as it stands
                headers=headers | ({"Range": span} if span else {}),
                auto_decompress=False,  # an object that was stored compressed is its compressed bytes
                allow_redirects=False,
            )
        )
        if answer.status not in ((206, 416) if span else (200,)):
            body = await first_bytes(answer, LONGEST_ERROR_BYTES)
            if answer.status == 429 or answer.status >= 500:
                raise _Transient(answer.status, body)
            raise refusal(uri, answer.status, *code_and_message(body))
        if etag is not None and answer.status != 416 and answer.headers.get("ETag", "").strip('"') != etag:
            raise ObjectChanged(uri=uri)
        return answer


async def first_bytes(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, or as much of it as the limit allows."""
    content = bytearray()
    async for piece in answer.content.iter_any():
        content += piece
        if len(content) >= limit:
            break
    return bytes(content[:limit])
