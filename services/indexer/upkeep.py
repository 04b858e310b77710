"""What is due when a job of an index set has ended. It runs behind the work, one index set at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import BowerbirdError
from libs.vectors.opening import open_database
from libs.vectors.table import IndexTable
from services.indexer.catalog import Catalog
from services.indexer.reconcile import reconcile
from services.indexer.target import IndexJob

log = structlog.get_logger(__name__)


class Upkeep:
    """Reconciles an index set and builds its index. What fails or is cut short is done after the next job."""

    def __init__(self, catalog: Catalog, addresses: AddressPolicy) -> None:
        self._catalog = catalog
        self._addresses = addresses
        self._due: asyncio.Queue[tuple[IndexJob, IndexTable]] = asyncio.Queue()

    def after(self, job: IndexJob, table: IndexTable) -> None:
        """Called when this worker has no more chunks of a job."""
        self._due.put_nowait((job, table))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tends what is due for as long as the context lasts."""
        tending = asyncio.create_task(self._run())
        try:
            yield
        finally:
            tending.cancel()
            with suppress(asyncio.CancelledError):
                await tending

    async def _run(self) -> None:
        while True:
            job, table = await self._due.get()
            try:
                await self._tend(job, table)
            except BowerbirdError as error:
                log.warning(
                    "upkeep is put off", index_set=job.target.name, reason=error.reason_name, problem=str(error)
                )
            except Exception:
                log.exception("upkeep failed unforeseen", index_set=job.target.name)

    async def _tend(self, job: IndexJob, table: IndexTable) -> None:
        if not await self._catalog.has_ended(job.name):
            return  # other workers are at it, and the last of them comes here too
        database = await open_database(job.target.database, self._addresses)
        try:
            await reconcile(self._catalog, database, table, job.target)
            if await database.build_index(table, job.target.index_set_id):
                log.info("an index was built", index_set=job.target.name, table=table.name)
        finally:
            await database.close()
