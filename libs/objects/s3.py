"""The S3 adapter: AWS, OSS, MinIO, SeaweedFS and whatever else speaks the protocol."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
from aiobotocore.response import AioReadTimeoutError
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, IncompleteReadError, ResponseStreamingError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from libs.objects.config import S3Config
from libs.objects.errors import ObjectExists, StorageFailed
from libs.objects.s3_client import (
    ATTEMPTS,
    CONNECT_SECONDS,
    CONNECTIONS,
    LONGEST_PAUSE_SECONDS,
    READ_SECONDS,
    Bucket,
    open_bucket,
)
from libs.objects.s3_errors import error_code, translated
from libs.objects.s3_gets import SignedGets
from libs.objects.s3_lister import Lister
from libs.objects.store import FolderPage, ObjectStat, Page
from libs.objects.uri import StorageUri, checked_key
from libs.rpc.addresses import AddressPolicy
from libs.rpc.resolver import checked_connector

PART_BYTES = 16 * 2**20  # S3 takes 10,000 parts of at least 5 MiB: objects of up to 156 GiB
MOST_PARTS = 10_000

# A body that breaks off does so after botocore has returned, so that its own retries are over.
_retry_broken_bodies = retry(
    retry=retry_if_exception_type(
        (aiohttp.ClientPayloadError, AioReadTimeoutError, IncompleteReadError, ResponseStreamingError)
    ),
    stop=stop_after_attempt(ATTEMPTS),
    wait=wait_random_exponential(max=LONGEST_PAUSE_SECONDS),
    reraise=True,
)


@asynccontextmanager
async def open_s3(config: S3Config, root: StorageUri, addresses: AddressPolicy) -> AsyncIterator["S3Store"]:
    """Raises UriInvalid, AddressNotAllowed or AddressUnreachable; sends nothing to the bucket."""
    credentials = Credentials(config.access_key_id, config.secret_access_key) if config.access_key_id else None
    timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
    async with (
        open_bucket(config, root, addresses) as bucket,
        aiohttp.ClientSession(
            connector=await checked_connector(addresses, bucket.url, limit=CONNECTIONS), timeout=timeout
        ) as session,
    ):
        yield S3Store(bucket, root, SignedGets(session, bucket.url, bucket.region, credentials))


class S3Store:
    """ObjectStore below one prefix of a bucket."""

    def __init__(self, bucket: Bucket, root: StorageUri, gets: SignedGets) -> None:
        self._bucket = bucket
        self._client = bucket.client
        self._root = root
        self._below = f"{root.path}/" if root.path else ""
        self._gets = gets
        self._lister = Lister(gets, bucket.url, root)

    @property
    def root(self) -> StorageUri:
        return self._root

    async def pages(self, prefix: str = "") -> AsyncGenerator[Page, None]:
        cut = len(self._below)
        async with aclosing(self._lister.pages(self._below + prefix)) as pages:
            async for page in pages:
                if page := _without_markers(page, cut):
                    yield page

    async def folder(self, prefix: str = "", *, limit: int = 1000, token: str | None = None) -> FolderPage:
        cut = len(self._below)
        page = await self._lister.page(self._below + prefix, delimiter="/", token=token, limit=limit)
        folders = [folder[cut:] for folder in page.prefixes]
        return FolderPage(folders, _without_markers(page.objects, cut), page.next_token)

    async def stat(self, key: str) -> ObjectStat:
        with self._translated(key):
            head = await self._client.head_object(**self._place(key))
        return ObjectStat(int(head["ContentLength"]), head["ETag"].strip('"'), head["LastModified"])

    async def read(self, key: str, limit_bytes: int, *, etag: str | None = None) -> bytes:
        with self._translated(key):
            return await self._gets.object(self._root.child(key), self._below + key, limit_bytes, etag)

    async def read_range(self, key: str, start: int, size_bytes: int) -> bytes:
        with self._translated(key):
            try:
                return await self._read_range(key, f"bytes={start}-{start + size_bytes - 1}")
            except ClientError as error:
                if error_code(error) == "InvalidRange":  # it begins behind the end
                    return b""
                raise

    async def content(
        self, key: str, start: int = 0, size_bytes: int | None = None, *, etag: str | None = None
    ) -> AsyncGenerator[bytes, None]:
        if size_bytes == 0:
            return
        end = "" if size_bytes is None else start + size_bytes - 1
        span = f"bytes={start}-{end}" if start or size_bytes is not None else None
        with self._translated(key):
            async with aclosing(self._gets.pieces(self._root.child(key), self._below + key, span, etag)) as pieces:
                async for piece in pieces:
                    yield piece

    async def write(self, key: str, content: AsyncIterator[bytes]) -> None:
        async with aclosing(_parts(content)) as parts:
            first = await anext(parts, b"")
            if len(first) < PART_BYTES:
                await self.put(key, first)
                return
            with self._translated(key):
                await self._write_parts(key, first, parts)

    async def put(self, key: str, content: bytes, *, if_none_match: bool = False) -> None:
        condition = {"IfNoneMatch": "*"} if if_none_match else {}
        with self._translated(key):
            try:
                await self._client.put_object(**self._place(key), Body=content, **condition)
            except ClientError as error:
                if error_code(error) in ("PreconditionFailed", "ConditionalRequestConflict", "412", "409"):
                    raise ObjectExists(uri=self._root.child(key)) from error
                raise

    async def link(self, key: str, lifetime_seconds: int, *, disposition: str | None = None) -> str | None:
        asked = self._place(key)
        if disposition is not None:
            asked["ResponseContentDisposition"] = disposition
        with self._translated(key):
            link: str = await self._client.generate_presigned_url(
                "get_object", Params=asked, ExpiresIn=lifetime_seconds
            )
            return link

    async def delete(self, key: str) -> None:
        with self._translated(key):
            await self._client.delete_object(**self._place(key))

    @_retry_broken_bodies
    async def _read_range(self, key: str, span: str) -> bytes:
        answer = await self._client.get_object(**self._place(key), Range=span)
        async with answer["Body"] as body:
            content: bytes = await body.read()
            return content

    async def _write_parts(self, key: str, first: bytes, others: AsyncIterator[bytes]) -> None:
        place = self._place(key)
        upload = (await self._client.create_multipart_upload(**place))["UploadId"]
        try:
            done = [await self._write_part(place, upload, 1, first)]
            async for part in others:
                if len(done) == MOST_PARTS:
                    raise StorageFailed(
                        uri=self._root.child(key), problem=f"more than {MOST_PARTS} parts of {PART_BYTES} bytes"
                    )
                done.append(await self._write_part(place, upload, len(done) + 1, part))
            await self._client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": done})
        except BaseException:  # a cancellation too: parts that nobody completes are kept and paid for, and never seen
            await asyncio.shield(self._client.abort_multipart_upload(**place, UploadId=upload))
            raise

    async def _write_part(self, place: dict[str, str], upload: str, number: int, part: bytes) -> dict[str, Any]:
        answer = await self._client.upload_part(**place, UploadId=upload, PartNumber=number, Body=part)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket.name, "Key": self._below + checked_key(key)}

    def _translated(self, key: str) -> Any:
        return translated(self._root.child(key), self._bucket.url)


def _without_markers(page: Page, cut: int) -> Page:
    """The page with keys below the root, without the empty objects that stand for folders."""
    if any(key.endswith("/") for key in page.key):
        rows = zip(page.key, page.size_bytes, page.etag, page.modified, strict=True)
        kept = [row for row in rows if not row[0].endswith("/")]
        page = Page(*(list(column) for column in zip(*kept, strict=True))) if kept else Page([], [], [], [])
    return replace(page, key=[key[cut:] for key in page.key]) if cut else page


async def _parts(content: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The same bytes in parts of PART_BYTES; the last one may be shorter."""
    held = bytearray()
    async for chunk in content:
        held += chunk
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)
