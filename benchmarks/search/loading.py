"""The made-up dataset in catalog's own database, written by COPY: a scan and a tagging job of it would take hours."""

from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import numpy as np
import pyarrow as pa

from benchmarks.search.copying import Connection, arrays, copy_csv, repeated, times
from benchmarks.search.data import BEGIN, DAYS, Block, Data
from benchmarks.search.suite import CATALOG, Suite, say
from benchmarks.search.vocabulary import ABSENT
from bowerbird.catalog.v1.connection_pb2 import Connection as ConnectionMessage
from bowerbird.catalog.v1.connection_pb2 import FolderConfig
from bowerbird.catalog.v1.file_pb2 import File

NAME: Final = "fleet"
REVISION_FILES: Final = 10_000  # at most so many rows are stamped with one revision
FILE_COLUMNS: Final = (
    "version_id", "ordinal", "path", "size_bytes", "etag", "content_type", "status", "width_px", "height_px",
    "modified", "created", "synced", "revision",
)  # fmt: skip
TAG_COLUMNS: Final = ("version_id", "ordinal", "ai", "user", "rejected", "tagged", "revision")
_END_US: Final = int((BEGIN + np.timedelta64(DAYS, "D")).astype(np.int64))
_EDITED: Final = 50  # of so many files one has a tag by a person, and another one a tag that was rejected


@dataclass(frozen=True)
class StoredVersion:
    """The version as catalog keeps it."""

    id: int
    workspace_id: int


async def load_catalog(suite: Suite, data: Data) -> StoredVersion:
    """Make the dataset, its files and their tags."""
    say(f"writing {data.files:,} files with their tags into catalog's database")
    folder = ConnectionMessage(folder=FolderConfig(root=str(suite.folder)))
    await suite.client.connections.create(NAME, folder)
    await suite.client.datasets.create(NAME, f"file://{suite.folder}", storage_connection=NAME)
    connection: Connection = await asyncpg.connect(suite.postgres.url(CATALOG))
    try:
        row = await connection.fetchrow("SELECT id, workspace_id FROM versions")
        assert row is not None  # noqa: S101  (just made)
        version = StoredVersion(row["id"], row["workspace_id"])
        tag_ids = await _make_tags(connection, version, data.vocabulary.names)
        rows = Rows(version, data, tag_ids)
        for table, columns, make in (("files", FILE_COLUMNS, rows.files), ("file_tags", TAG_COLUMNS, rows.tags)):
            async with connection.transaction():
                # What is copied into a table that was emptied in the same transaction is not logged.
                await connection.execute(f"TRUNCATE {table}")
                await copy_csv(connection, table, columns, data.blocks(), make)
        await connection.execute(
            "UPDATE versions SET revision = $2, next_ordinal = $3, file_count = $3, scanned = now(),"
            " size_bytes = (SELECT sum(size_bytes) FROM files) WHERE id = $1",
            version.id, 2 * rows.revisions, data.files,
        )  # fmt: skip
        await connection.execute("VACUUM ANALYZE files, file_tags")
    finally:
        await connection.close()
    return version


@dataclass(frozen=True, eq=False)
class Rows:
    """Blocks as rows of catalog's tables. Tags come after all files, as jobs bring them."""

    version: StoredVersion
    data: Data
    tag_ids: pa.StringArray
    """Catalog's id of each tag."""

    @property
    def revisions(self) -> int:
        """How many the files take, and the tags once more."""
        return -(-self.data.files // REVISION_FILES)

    def files(self, block: Block) -> pa.Table:
        count = block.count
        columns: dict[str, Any] = {
            "version_id": repeated(self.version.id, count),
            "ordinal": block.ordinals,
            "path": block.paths,
            "size_bytes": block.sizes_bytes,
            "etag": block.etags,
            "content_type": block.content_types,
            "status": repeated(int(File.STATUS_ACTIVE), count),
            "width_px": repeated(1920, count),
            "height_px": repeated(1080, count),
            "modified": times(block.modified_us),
            "created": times(block.modified_us),
            "synced": times(np.full(count, _END_US)),
            "revision": block.ordinals // REVISION_FILES + 1,
        }
        return pa.table([columns[name] for name in FILE_COLUMNS], names=list(FILE_COLUMNS))

    def tags(self, block: Block) -> pa.Table:
        of_models, of_people, rejected = tags_by_kind(block)
        columns: dict[str, Any] = {
            "version_id": repeated(self.version.id, block.count),
            "ordinal": block.ordinals,
            "ai": arrays(of_models, self.tag_ids),
            "user": arrays(of_people, self.tag_ids),
            "rejected": arrays(rejected, self.tag_ids),
            "tagged": times(np.full(block.count, _END_US)),
            "revision": block.ordinals // REVISION_FILES + 1 + self.revisions,
        }
        return pa.table([columns[name] for name in TAG_COLUMNS], names=list(TAG_COLUMNS))


def tags_by_kind(block: Block) -> tuple[Any, Any, Any]:
    """The tags by models, by people and rejected, of which ai + user - rejected are the tags of the block."""
    last = block.tags.shape[1] - 1
    of_models = np.pad(block.tags, ((0, 0), (0, 1)), constant_values=ABSENT)
    of_people = np.full((block.count, 1), ABSENT, np.int32)
    rejected = of_people.copy()
    edited = block.ordinals % _EDITED == 0
    of_people[edited, 0] = of_models[edited, last]
    of_models[edited, last] = ABSENT
    guessed = block.ordinals % _EDITED == 1
    # A tag of the theme of the last column that the file has not.
    wrong = block.tags[guessed, last] ^ 1
    rejected[guessed, 0] = of_models[guessed, last + 1] = wrong
    return of_models, of_people, rejected


async def _make_tags(connection: Connection, version: StoredVersion, names: list[str]) -> pa.StringArray:
    await connection.execute(
        "INSERT INTO tags (workspace_id, name) SELECT $1, unnest($2::text[])", version.workspace_id, names
    )
    ids = {row["name"]: str(row["id"]) for row in await connection.fetch("SELECT id, name FROM tags")}
    return pa.array([ids[name] for name in names])
