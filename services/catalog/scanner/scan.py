"""One scan of one version: list the store, compare with what is known, write what differs.

The listing goes into a temporary table, so that memory does not grow with it; a comparison of both sides in the
database finds what differs; that is written in revisions of at most `ROWS_A_REVISION` rows, each a transaction that
holds the lease. So a scan may be killed anywhere: what is written stays, and the next attempt finds only the rest. A
listing that broke off never gets as far as the comparison, so nothing is taken for gone.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.objects.store import Page
from services.catalog.database import Database, driver
from services.catalog.edits import ROWS_A_REVISION, stamp_version
from services.catalog.job_facts import JobFacts
from services.catalog.leases import LeaseKey
from services.catalog.results import Progress, ScanSummary
from services.catalog.scanner.listing import CONTENT_TYPES, ListedFile, images_of
from services.catalog.scanner.own_work import Report, hold_lease
from services.catalog.statements import statements

SQL = statements("scanner/scan")

# So many files go to the database in one COPY: some megabytes.
COPY_FILES = 20_000
# The comparison of a million files sorts and hashes 100 MB; with PostgreSQL's default of 4 MB it goes to disk many
# times.
COMPARE_MEMORY = "64MB"


@dataclass
class ScanReport(Report):
    """How far a scan is."""

    images: int = 0
    skipped: int = 0

    @property
    def progress(self) -> Progress:
        """Images so far; how many there will be is not known."""
        return Progress(0, self.images)


class Scan:
    """A scan of the version of `job`, under a lease."""

    def __init__(self, database: Database, job: JobFacts, lease: LeaseKey, report: ScanReport) -> None:
        self._database = database
        self._job = job
        self._lease = lease
        self._report = report

    async def run(self, pages: AsyncGenerator[Page, None]) -> ScanSummary:
        """Raises LeaseGone, what the pages raise, and what `stamp_version` raises."""
        async with self._database.session() as connection:
            await self._stage(connection, pages)
            self._report.log(f"Listed {self._report.images:,} images and {self._report.skipped:,} other objects.")
            differing = await self._compare(connection)
            for first in range(1, differing + 1, ROWS_A_REVISION):
                await self._write(connection, first, min(first + ROWS_A_REVISION - 1, differing))
            return await self._summary(connection)

    async def _stage(self, connection: AsyncConnection, pages: AsyncGenerator[Page, None]) -> None:
        async with connection.begin():
            await connection.execute(SQL["begin"])
        held: list[ListedFile] = []
        copying: asyncio.Task[None] | None = None
        try:
            async for page in pages:
                images = images_of(page)
                held += images
                self._report.images += len(images)
                self._report.skipped += len(page) - len(images)
                if len(held) >= COPY_FILES:
                    if copying is not None:
                        await copying
                    copying = asyncio.create_task(self._copy(connection, held))  # while more is listed
                    held = []
            if copying is not None:
                await copying
        finally:
            if copying is not None:
                copying.cancel()
                await asyncio.wait([copying])
        await self._copy(connection, held)

    async def _copy(self, connection: AsyncConnection, files: list[ListedFile]) -> None:
        async with connection.begin():
            await connection.execute(text("SELECT 1"))  # a COPY that comes first would run outside the transaction
            raw = await driver(connection)
            await raw.copy_records_to_table("listed", records=files)

    async def _compare(self, connection: AsyncConnection) -> int:
        """How many files differ; they are numbered from 1 on."""
        version = {"version": self._job.version_id}
        async with connection.begin():
            listed = (await connection.execute(SQL["listed_sum"])).one()
            if listed == (await connection.execute(SQL["known_sum"], version)).one():
                return 0
            await connection.execute(text(f"SET LOCAL work_mem = '{COMPARE_MEMORY}'"))
            await connection.execute(SQL["compare"], version)
            await connection.execute(SQL["index_differing"])
            return int((await connection.execute(SQL["count_differing"])).scalar_one())

    async def _write(self, connection: AsyncConnection, first: int, last: int) -> None:
        """One revision. Locks are taken in the order chunk, job, version, index sets."""
        rows = {"first": first, "last": last}
        async with connection.begin():
            await hold_lease(connection, self._lease)
            difference = (await connection.execute(SQL["difference"], rows)).one()
            counted = {"added": difference.added, "changed": difference.changed, "gone": difference.gone}
            await connection.execute(SQL["count"], counted | {"job": self._job.id})
            stamp = await stamp_version(
                connection,
                self._job.version_id,
                new_files=difference.added,
                file_count=int(difference.file_count),
                size_bytes=int(difference.size_bytes),
            )
            written = rows | {"version": self._job.version_id, "revision": stamp.revision}
            if difference.added:
                formats = {"endings": list(CONTENT_TYPES), "content_types": list(CONTENT_TYPES.values())}
                await connection.execute(SQL["add_files"], written | formats | {"first_ordinal": stamp.first_ordinal})
            if difference.changed:
                await connection.execute(SQL["change_files"], written)
                await connection.execute(SQL["mark_tags"], written)
            if difference.gone:
                await connection.execute(SQL["remove_files"], written)
            if difference.changed or difference.gone:
                await self._mark_vectors(connection, rows)

    async def _mark_vectors(self, connection: AsyncConnection, rows: dict[str, int]) -> None:
        version = {"version": self._job.version_id}
        index_sets = (await connection.scalars(SQL["lock_index_sets"], version)).all()
        if index_sets:
            await connection.execute(SQL["mark_vectors"], rows | version | {"index_sets": index_sets})

    async def _summary(self, connection: AsyncConnection) -> ScanSummary:
        async with connection.begin():
            counted = (await connection.execute(SQL["counted"], {"job": self._job.id})).one()
        # What an earlier attempt wrote is as it was for this one.
        unchanged = max(0, self._report.images - counted.added - counted.changed)
        return ScanSummary(counted.added, counted.changed, counted.gone, unchanged, self._report.skipped)
