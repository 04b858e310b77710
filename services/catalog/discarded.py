"""Deletes the rows of versions that are gone, a little at a time: a million in one statement would hold up everyone."""

import asyncio

import structlog
from sqlalchemy import delete, select, text

from libs.rpc.errors import ServiceUnavailable
from services.catalog.database import Database
from services.catalog.schema import discarded_versions, file_tags, file_vectors, files, outcomes

ROWS_A_BATCH = 10_000
PAUSE_SECONDS = 60
TABLES = (outcomes, file_vectors, file_tags, files)

log = structlog.get_logger(__name__)


class Discarded:
    """Runs beside the server. What a process does not finish, any other goes on with."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to delete."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            try:
                while await self.delete_batch():
                    pass
            except ServiceUnavailable as error:
                log.warning("discarded versions are left for later", problem=str(error))
            try:
                async with asyncio.timeout(PAUSE_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def delete_batch(self) -> bool:
        """One transaction. False if there is nothing left that no other process is deleting."""
        async with self._database.begin() as connection:
            version_id = await connection.scalar(
                select(discarded_versions.c.version_id)
                .order_by(discarded_versions.c.discarded)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if version_id is None:
                return False
            for table in TABLES:
                # All rows of a version lie in one partition, where the ctid alone says which row is meant.
                deleted = await connection.execute(
                    text(
                        f"DELETE FROM {table.name} WHERE version_id = :version AND ctid = ANY(ARRAY("  # noqa: S608
                        f"SELECT ctid FROM {table.name} WHERE version_id = :version LIMIT {ROWS_A_BATCH}))"
                    ),
                    {"version": version_id},
                )
                if deleted.rowcount:
                    return True
            await connection.execute(delete(discarded_versions).where(discarded_versions.c.version_id == version_id))
            log.info("the rows of a discarded version are deleted", version=version_id)
            return True
