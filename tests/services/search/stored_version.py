"""A version of plain Python that a real catalog keeps: changes are stamped as catalog stamps its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.database import Database
from services.catalog.edits import stamp_index_set, stamp_version
from services.catalog.schema import file_tags, file_vectors, files
from services.catalog.tags import Tags
from tests.services.catalog.jobs_scene import Scene, make_index_set, scene
from tests.services.search.oracle import EPOCH
from tests.services.search.versions import TAGS, TIMES_US, PlainFile, PlainVersion
from tests.suite import Catalog

ACTIVE, DELETED = 1, 2
# A file without attributes has NULL, not the JSON `null`.
TYPES = {"attributes": JSONB(none_as_null=True)}


@dataclass(eq=False)
class StoredVersion:
    """`write` brings catalog to where the plain version is."""

    plain: PlainVersion
    scene: Scene
    index_set_id: int
    tag_ids: dict[str, int]
    _database: Database = field(repr=False)
    _stored: int = 0
    _active: int = 0

    @property
    def name(self) -> str:
        """The resource name."""
        return self.scene.version

    @property
    def uid(self) -> int:
        """The key in catalog."""
        return self.scene.version_id

    async def write(self) -> None:
        """What was changed since the last time: files, then tags, then vectors, each in a transaction of its own."""
        changes = self.plain.take_changes()
        for file in changes.files:
            # A scan always says when.
            file.created_us, file.synced_us = file.created_us or TIMES_US[0], file.synced_us or TIMES_US[1]
        added, active = len(self.plain.files), sum(file.active for file in self.plain.files.values())
        async with self._database.begin() as connection:
            stamp = await stamp_version(
                connection, self.uid, new_files=added - self._stored, file_count=active - self._active
            )
            rows = [self._file_row(file) | {"revision": stamp.revision} for file in changes.files]
            await put(connection, files, rows)
        self._stored, self._active = added, active
        async with self._database.begin() as connection:
            stamp = await stamp_version(connection, self.uid)
            rows = [self._tags_row(file) | {"revision": stamp.revision} for file in changes.tagged]
            await put(connection, file_tags, rows)
        async with self._database.begin() as connection:
            revision = await stamp_index_set(connection, self.index_set_id)
            rows = [self._vector_row(file) | {"revision": revision} for file in changes.indexed]
            await put(connection, file_vectors, rows)

    def _file_row(self, file: PlainFile) -> dict[str, Any]:
        return {
            "version_id": self.uid, "ordinal": file.ordinal, "path": file.path, "size_bytes": file.size_bytes,
            "etag": file.etag, "content_type": file.content_type, "status": ACTIVE if file.active else DELETED,
            "width_px": file.width_px, "height_px": file.height_px, "modified": time(file.modified_us),
            "created": time(file.created_us), "synced": time(file.synced_us), "comment": file.comment,
            "attributes": file.attributes,
        }  # fmt: skip

    def _tags_row(self, file: PlainFile) -> dict[str, Any]:
        kinds = {kind: [self.tag_ids[tag] for tag in getattr(file, kind)] for kind in ("ai", "user", "rejected")}
        return {
            "version_id": self.uid, "ordinal": file.ordinal, **kinds, "stale": file.stale,
            "tagged": time(file.tagged_us),
        }  # fmt: skip

    def _vector_row(self, file: PlainFile) -> dict[str, Any]:
        return {
            "version_id": self.uid, "index_set_id": self.index_set_id, "ordinal": file.ordinal, "etag": file.etag,
            "current": file.indexed, "indexed": time(file.indexed_us), "job_id": int(file.job.rpartition("/")[2]),
        }  # fmt: skip


@asynccontextmanager
async def stored_version(catalog: Catalog, plain: PlainVersion) -> AsyncIterator[StoredVersion]:
    """A new version with an index set, still without files."""
    async with scene(catalog, files=0, scanned=False) as made:
        index_set_id = int(await make_index_set(made))
        database = Database(catalog.database_url, connections=1)
        try:
            workspace_id = await made.database.fetchval(
                "SELECT workspace_id FROM versions WHERE id = $1", made.version_id
            )
            tag_ids = dict(await Tags(database).ids(workspace_id, TAGS))
            yield StoredVersion(plain, made, index_set_id, tag_ids, database)
        finally:
            await database.close()


async def put(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or have them instead of those that are there."""
    if not rows:
        return
    values = {name: bindparam(name, type_=TYPES.get(name, table.c[name].type)) for name in rows[0]}
    statement = insert(table).values(values)
    others = {name: statement.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=table.primary_key.columns, set_=others), rows
    )


def time(time_us: int | None) -> datetime | None:
    return None if time_us is None else EPOCH + timedelta(microseconds=time_us)
