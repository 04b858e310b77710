"""The migrations against a real PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

import services.catalog.tag_edit_schema  # noqa: F401  (its tables enter the metadata)
from services.catalog.database import Database
from services.catalog.schema import metadata


async def test_the_migrated_database_has_exactly_the_tables_of_the_schema(
    make_database: Callable[[], Awaitable[str]],
) -> None:
    database = Database(await make_database())
    await database.migrate()
    async with database.begin() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_every_large_table_has_64_partitions(make_database: Callable[[], Awaitable[str]]) -> None:
    database = Database(await make_database())
    await database.migrate()
    async with database.begin() as connection:
        counted = await connection.execute(
            text("SELECT inhparent::regclass::text, count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid "
                 "WHERE c.relkind = 'r' GROUP BY 1")
        )  # fmt: skip
        partitioned = {table.name for table in metadata.sorted_tables if "HASH" in str(partition_by(table))}
        assert dict(counted.all()) == dict.fromkeys(partitioned, 64)
        assert partitioned == {"files", "file_tags", "file_vectors", "outcomes"}
    await database.close()


async def test_replicas_that_start_at_once_migrate_once(make_database: Callable[[], Awaitable[str]]) -> None:
    address = await make_database()
    replicas = [Database(address) for _ in range(3)]
    await asyncio.gather(*(replica.migrate() for replica in replicas))
    async with replicas[0].begin() as connection:
        assert await connection.run_sync(differences) == []
    for replica in replicas:
        await replica.close()


def partition_by(table: object) -> object:
    return table.dialect_options["postgresql"]["partition_by"]  # type: ignore[attr-defined]


def differences(connection: Connection) -> list[object]:
    """What the schema has and the database has not, or the other way round; partitions are the migrations' own."""
    context = MigrationContext.configure(
        connection,
        opts={"compare_server_default": True, "compare_type": True, "include_name": not_a_partition},
    )
    return list(compare_metadata(context, metadata))


def not_a_partition(name: str | None, kind: str, parents: object) -> bool:
    return kind != "table" or not (name or "").rpartition("_")[2].isdigit()
