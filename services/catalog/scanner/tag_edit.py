"""Large edits of tags and their undoing, a part of at most `ROWS_A_REVISION` files at a time.

Each part is a transaction that holds the lease and writes down how far the edit is together with what it changed: so a
job may be killed anywhere, and whoever takes it up again goes on behind the last part.
"""

from typing import Any

from pyroaring import BitMap
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.rpc.names import TAG_EDIT
from services.catalog.database import Database
from services.catalog.edits import ROWS_A_REVISION, stamp_version
from services.catalog.job_specs import TagEditSpec
from services.catalog.leases import Lease, LeaseKey
from services.catalog.results import TagEditSummary
from services.catalog.scanner.own_work import OwnWork, Report, hold_lease
from services.catalog.schema import jobs
from services.catalog.tag_changes import Part, change_tags, last_part, undo_changes
from services.catalog.tag_edit_schema import tag_edits
from services.catalog.tag_edits import tag_ids
from services.catalog.work import WorkQueue


class TagEditing(OwnWork[Report]):
    """Does and undoes edits."""

    kind = JobKind.JOB_KIND_TAG_EDIT
    at_once = 2

    def __init__(self, database: Database, queue: WorkQueue, renew_seconds: float) -> None:
        super().__init__(queue, renew_seconds)
        self._database = database

    def report(self) -> Report:
        return Report()

    async def work(self, lease: Lease, report: Report) -> TagEditSummary:
        async with self._database.begin() as connection:
            kept = await connection.execute(select(jobs.c.spec).where(jobs.c.id == lease.job.id))
            spec = TagEditSpec(**kept.scalar_one())
        edit = LargeEdit(self._database, lease, int(TAG_EDIT.parse(spec.tag_edit)["tag_edit"]))
        return await (edit.undo() if spec.undo else edit.do())


class LargeEdit:
    """The edit of a job, under its lease. Locks are taken in the order chunk, edit, job, version."""

    def __init__(self, database: Database, lease: Lease, edit_id: int) -> None:
        self._database = database
        self._job = lease.job
        self._lease = LeaseKey.parse(lease.lease)
        self._id = edit_id

    async def do(self) -> TagEditSummary:
        """Change the files that are left. Raises LeaseGone and what `stamp_version` raises."""
        async with self._database.begin() as connection:
            ordinals = await connection.scalar(select(tag_edits.c.ordinals).where(tag_edits.c.id == self._id))
        files = BitMap.deserialize(ordinals) if ordinals else BitMap()
        while (edit := await self._do_part(files)).processed < edit.files:
            pass
        return TagEditSummary(edit.files, edit.changed)

    async def undo(self) -> TagEditSummary:
        """Undo the parts that are left, the last one first. Raises as `do`."""
        while not (edit := await self._undo_part()).undone:
            pass
        async with self._database.begin() as connection:
            worked_through = await connection.scalar(select(jobs.c.done).where(jobs.c.id == self._job.id))
        return TagEditSummary(worked_through or 0, edit.reverted)

    async def _do_part(self, files: BitMap) -> Row[Any]:
        """One revision, or none where nothing is left; the edit as it is behind it."""
        async with self._database.begin() as connection:
            edit = await self._held(connection)
            part_files = files[edit.processed : edit.processed + ROWS_A_REVISION]
            if not part_files:
                return edit
            part = await self._part(connection, edit.editor, edit.processed, len(part_files))
            changed = await change_tags(connection, part, part_files, tag_ids(edit.changes))
            values: dict[str, Any] = {
                "processed": edit.processed + len(part_files),
                "changed": edit.changed + changed,
            }
            if values["processed"] == edit.files:
                values["ordinals"] = None
            return await self._kept(connection, values)

    async def _undo_part(self) -> Row[Any]:
        """The same for the last part of which changes stand."""
        async with self._database.begin() as connection:
            edit = await self._held(connection)
            last = await last_part(connection, edit.id)
            if last is None:
                return await self._kept(connection, {"undone": True})
            part = await self._part(connection, edit.undoer, last.first, last.files)
            return await self._kept(connection, {"reverted": edit.reverted + await undo_changes(connection, part)})

    async def _held(self, connection: AsyncConnection) -> Row[Any]:
        """The edit, under lease and lock."""
        await hold_lease(connection, self._lease)
        return (await connection.execute(_EDIT.where(tag_edits.c.id == self._id).with_for_update())).one()

    async def _part(self, connection: AsyncConnection, editor: str, first: int, files: int) -> Part:
        """The next part, counted as worked through, behind the lock of the version."""
        await connection.execute(update(jobs).where(jobs.c.id == self._job.id).values(done=jobs.c.done + files))
        stamp = await stamp_version(connection, self._job.version_id)
        return Part(self._id, self._job.version_id, stamp.revision, editor, first)

    async def _kept(self, connection: AsyncConnection, values: dict[str, Any]) -> Row[Any]:
        statement = update(tag_edits).where(tag_edits.c.id == self._id).values(values)
        return (await connection.execute(statement.returning(*_EDIT.selected_columns))).one()


# All but the files, which may be many.
_EDIT = select(*(column for column in tag_edits.c if column is not tag_edits.c.ordinals))
