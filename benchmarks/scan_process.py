"""A scanner in a process of its own, whose store is a stub.

`python -m benchmarks.scan_process DATABASE_URL speed|memory FILES`
Prints a JSON object: for `speed` the seconds that a first scan, a second one and their peers took, for `memory` the
most memory that the process ever had, in MB.
"""

import asyncio
import gc
import json
import os
import resource
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg

from bowerbird.catalog.v1.connection_pb2 import Connection, FolderConfig
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.objects.store import Page
from libs.rpc.addresses import AddressPolicy
from services.catalog.bell import Bell
from services.catalog.connection_configs import Config
from services.catalog.connections import Connections
from services.catalog.database import Database
from services.catalog.datasets import Datasets, NewDataset
from services.catalog.identity import make_sure
from services.catalog.job_creation import NewJob
from services.catalog.job_specs import ScanSpec
from services.catalog.jobs import Jobs
from services.catalog.leases import Demand
from services.catalog.results import ScanSummary
from services.catalog.scanner import work
from services.catalog.secrets import SecretBox
from services.catalog.tags import Tags
from services.catalog.work import WorkQueue

WORKSPACE = "benchmark"
PAGE_FILES = 1000
LEASE_SECONDS = 30
BEGIN = datetime(2024, 5, 1, tzinfo=UTC)

STAGING = """CREATE TEMP TABLE peer_staging (
    path text COLLATE "C", size_bytes bigint, etag text COLLATE "C", modified timestamptz
)"""


def made_pages(files: int) -> Iterable[Page]:
    """Pages as a store lists them."""
    for first in range(0, files, PAGE_FILES):
        numbers = range(first, min(first + PAGE_FILES, files))
        yield Page(
            [f"photos/2024/IMG_{number:08d}.jpg" for number in numbers],
            [100_000 + number for number in numbers],
            [f"{number:032x}" for number in numbers],
            [BEGIN + timedelta(seconds=number) for number in numbers],
        )


class StubbedScanner:
    """The scanner on a real database, listing `pages`."""

    def __init__(self, database: Database, pages: Callable[[], Iterable[Page]]) -> None:
        self._database = database
        self._pages = pages
        self._connections = Connections(database, SecretBox(os.urandom(32)))
        self._queue = WorkQueue(database, Bell(), Tags(database), LEASE_SECONDS)
        self._scanner = work.Scanner(database, self._queue, self._connections, AddressPolicy(()), LEASE_SECONDS / 10)
        work.open_listing = self._listing  # type: ignore[assignment,attr-defined]  # all else is real

    async def make_dataset(self, name: str) -> None:
        await make_sure(self._database, workspace=WORKSPACE, admin_token=None, service_tokens={})
        config = Config.of(Connection(folder=FolderConfig(root="/tmp")))  # noqa: S108  # nothing is read there
        await self._connections.create(WORKSPACE, name, "", config)
        dataset = NewDataset(
            slug=name,
            display_name="",
            kind=Dataset.KIND_PREMIUM,
            content_type=Dataset.CONTENT_TYPE_IMAGE,
            connection=name,
            root_uri="file:///tmp",
            import_format=Dataset.IMPORT_FORMAT_FOLDER,
            mount_path="/mnt/data/",
            description="",
            labels={},
        )
        await Datasets(self._database).create(WORKSPACE, dataset)

    async def scan(self, name: str) -> ScanSummary:
        """A whole scan job."""
        jobs = Jobs(self._database, Bell())
        job = await jobs.create(NewJob(WORKSPACE, name, "v1", ScanSpec(), None, "benchmark", None))
        [lease] = await self._queue.lease(Demand("benchmark", (JobKind.JOB_KIND_SCAN,), 1))
        await self._scanner.do(lease)
        summary = (await jobs.get(WORKSPACE, job.id)).summary
        if not isinstance(summary, ScanSummary):
            raise RuntimeError("the scan did not succeed")
        return summary

    @asynccontextmanager
    async def _listing(self, *_: object) -> AsyncIterator[AsyncGenerator[Page, None]]:
        async def listed() -> AsyncGenerator[Page, None]:
            for page in self._pages():
                await asyncio.sleep(0)  # a page of a store comes over the network
                yield page

        yield listed()


async def speed(url: str, files: int) -> dict[str, float]:
    """Seconds of a scan, of a scan that finds all as it was, and of the COPYs that they are measured against."""
    database = Database(url, connections=4)
    peer = await asyncpg.connect(url)
    pages = list(made_pages(files))
    listed = [row for page in pages for row in zip(page.key, page.size_bytes, page.etag, page.modified, strict=True)]
    now = datetime.now(UTC)
    rows = [
        (1, number, path, size, etag, "image/jpeg", 1, 0, 0, modified, now, now, None, "", 1)
        for number, (path, size, etag, modified) in enumerate(listed)
    ]
    gc.freeze()  # what stands ready is no garbage, and looking through it would slow whatever runs first
    scanner = StubbedScanner(database, lambda: pages)
    name = f"speed-{os.getpid()}"
    await scanner.make_dataset(name)
    await peer.execute(f"CREATE TABLE peer_{os.getpid()} (LIKE files INCLUDING ALL)")
    await peer.execute(STAGING)
    seconds = {
        "scan": await timed(lambda: scanner.scan(name)),
        "copy": await timed(lambda: peer.copy_records_to_table(f"peer_{os.getpid()}", records=rows)),
        "rescan": await timed(lambda: scanner.scan(name)),
        "staging": await timed(lambda: peer.copy_records_to_table("peer_staging", records=listed)),
    }
    await peer.execute(f"DROP TABLE peer_{os.getpid()}")
    await peer.close()
    await database.close()
    return seconds


async def memory(url: str, files: int) -> dict[str, float]:
    """Peak of two scans of so many files that are made while they are listed."""
    database = Database(url, connections=4)
    scanner = StubbedScanner(database, lambda: made_pages(files))
    name = f"memory-{os.getpid()}"
    await scanner.make_dataset(name)
    for _ in range(2):
        await scanner.scan(name)
    await database.close()
    return {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    begin = time.perf_counter()
    await work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    _, database_url, what, count = sys.argv
    measured = asyncio.run((speed if what == "speed" else memory)(database_url, int(count)))
    sys.stdout.write(json.dumps(measured) + "\n")
