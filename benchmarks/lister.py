"""How fast a bucket is listed: `ObjectStore.pages` against a paginator of boto3, on the same pages over loopback."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

import boto3
from aiohttp import web
from botocore.config import Config

from benchmarks.report import Figure, at_least, report
from libs.objects.config import S3Config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy

PAGES = 30
PAGE_KEYS = 1000
ROUNDS = 3  # the best of them counts, for both: other work on the machine only slows


def measure() -> Iterator[Figure]:
    with pages_served() as endpoint:
        ours = max(_rate(lambda: asyncio.run(_list_with_pages(endpoint))) for _ in range(ROUNDS))
        theirs = max(_rate(lambda: _list_with_boto3(endpoint)) for _ in range(ROUNDS))
    yield at_least("lister", ours, "1/s", against=theirs, ratio=8)


@contextmanager
def pages_served() -> Iterator[str]:
    """The endpoint of a server, in a process of its own, that has one bucket of canned pages."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.terminate()
        server.join()


def canned_page(number: int) -> bytes:
    """A page as AWS sends it."""
    rows = "".join(
        f"<Contents><Key>photos/2024/IMG_{key:08d}.jpg</Key><LastModified>2024-05-01T12:{key % 60:02d}:00.000Z"
        f"</LastModified><ETag>&quot;{key:032x}&quot;</ETag><Size>{100_000 + key}</Size>"
        f"<StorageClass>STANDARD</StorageClass></Contents>"
        for key in range(number * PAGE_KEYS, (number + 1) * PAGE_KEYS)
    )
    more = number + 1 < PAGES
    token = f"<NextContinuationToken>{number + 1}</NextContinuationToken>" if more else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>photos</Name><Prefix></Prefix><KeyCount>{PAGE_KEYS}</KeyCount><MaxKeys>{PAGE_KEYS}</MaxKeys>"
        f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{rows}{token}"
        "</ListBucketResult>"
    ).encode()


def _serve(ready: Connection) -> None:
    pages = [canned_page(number) for number in range(PAGES)]

    async def page(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(
            body=pages[int(request.query.get("continuation-token", "0"))], content_type="application/xml"
        )

    async def run() -> None:
        runner = web.ServerRunner(web.Server(page))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


async def _list_with_pages(endpoint: str) -> int:
    config = S3Config(endpoint=endpoint, access_key_id="key", secret_access_key="secret")  # noqa: S106
    async with open_store(config, "s3://photos", AddressPolicy(("127.0.0.0/8",))) as store:
        return sum([len(page) async for page in store.pages()])


def _list_with_boto3(endpoint: str) -> int:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106
        config=Config(s3={"addressing_style": "path"}),
    )
    return sum(len(page["Contents"]) for page in client.get_paginator("list_objects_v2").paginate(Bucket="photos"))


def _rate(listing: Callable[[], int]) -> float:
    begin = time.perf_counter()
    found = listing()
    if found != PAGES * PAGE_KEYS:
        raise RuntimeError(f"the listing has {found} keys instead of {PAGES * PAGE_KEYS}")
    return found / (time.perf_counter() - begin)


if __name__ == "__main__":
    sys.exit(0 if report(measure()) else 1)
