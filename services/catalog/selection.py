"""Chosen files with all that is known of them, as columns: what an export writes."""

import asyncio
from collections.abc import AsyncIterator
from itertools import islice

import pyarrow as pa
from pyroaring import BitMap
from sqlalchemy import text

from libs.rpc.errors import FieldInvalid
from libs.rpc.names import file_id
from services.catalog.columns import copy_columns, fitting, ids_in, lists_of_names, stream_bytes
from services.catalog.database import Database, driver
from services.catalog.feed import FILE_COLUMNS, FILES, MOST_BYTES, OPTIONAL, REVISION, TAG_KINDS, TAGS
from services.catalog.tag_names import tag_names
from services.catalog.versions import Version

FILES_A_PAGE = 4096

SELECTED = pa.schema([*FILES, REVISION, *(field for field in TAGS if field.name != "ordinal")])
_NO_TAGS = "CAST('{}' AS integer[])"
SELECTED_COLUMNS = (
    f"{FILE_COLUMNS}, f.revision, "
    + "".join(f'coalesce(t."{kind}", {_NO_TAGS}) AS "{kind}", ' for kind in TAG_KINDS)
    + "coalesce(t.stale, false) AS stale, t.tagged AS tag_time"
)
SELECTED_OPTIONAL = (*OPTIONAL, "tag_time")


def parse_ordinals(serialized: bytes) -> BitMap:
    """A roaring bitmap in the portable serialization. Raises FieldInvalid."""
    try:
        return BitMap.deserialize(serialized) if serialized else BitMap()
    except ValueError as error:
        expected = "a roaring bitmap in the portable serialization"
        raise FieldInvalid(field="ordinals", value=f"{len(serialized)} bytes", expected=expected) from error


async def read_selection(database: Database, version: Version, ordinals: BitMap) -> AsyncIterator[bytes]:
    """Arrow IPC streams of at most `FILES_A_PAGE` rows, by ordinal; an ordinal that the version has not is left out."""
    wanted = iter(ordinals)
    while page := list(islice(wanted, FILES_A_PAGE)):
        rows = await _read(database, version, page)
        while rows.num_rows:
            sent = fitting(rows, MOST_BYTES)
            yield stream_bytes(sent)
            rows = rows.slice(sent.num_rows)


async def _read(database: Database, version: Version, ordinals: list[int]) -> pa.RecordBatch:
    # By the primary keys of files and file_tags.
    query = (
        f"SELECT {SELECTED_COLUMNS} FROM unnest(CAST('{{{','.join(map(str, ordinals))}}}' AS bigint[])) "  # noqa: S608
        f"AS wanted (ordinal) JOIN files f ON f.version_id = {version.id} AND f.ordinal = wanted.ordinal "
        f"LEFT JOIN file_tags t ON t.version_id = {version.id} AND t.ordinal = wanted.ordinal ORDER BY f.ordinal"
    )
    async with database.snapshot() as connection:
        await connection.execute(text("SELECT 1"))
        packed = await copy_columns(await driver(connection), query, SELECTED, SELECTED_OPTIONAL)
        rows = await asyncio.to_thread(packed.unpacked)
        lists = {kind: rows.column(kind) for kind in TAG_KINDS}
        used = set().union(*map(ids_in, lists.values()))
        names = await tag_names(connection, version.workspace_id, used)
    for kind, ids in lists.items():
        rows = rows.set_column(rows.schema.get_field_index(kind), kind, lists_of_names(ids, names))
    file_ids = [file_id(version.id, ordinal) for ordinal in rows.column("ordinal").to_pylist()]
    return rows.append_column("file_id", pa.array(file_ids, pa.string()))
