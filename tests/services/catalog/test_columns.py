"""What PostgreSQL holds arrives as the same columns, whatever is in it."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from services.catalog.columns import IDS, TIME, copy_columns, ids_in, lists_of_names
from services.catalog.database import Database, driver

SCHEMA = pa.schema(
    {
        "number": pa.uint32(),
        "size": pa.int64(),
        "width": pa.int32(),
        "status": pa.int8(),
        "flag": pa.bool_(),
        "name": pa.string(),
        "note": pa.string(),
        "moment": TIME,
        "seen": TIME,
        "ids": IDS,
    }
)
OPTIONAL = ("note", "seen")
TABLE = """CREATE TEMPORARY TABLE kept (number bigint, size bigint, width integer, status smallint, flag boolean,
 name text, note text, moment timestamptz, seen timestamptz, ids integer[])"""
EARLY = datetime(1601, 1, 1, tzinfo=UTC)
EXACT = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
LATE = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

ROWS: list[tuple[Any, ...]] = [
    (0, 0, 0, 0, False, "", None, EARLY, None, []),
    (2**32 - 1, 2**63 - 1, 2**31 - 1, 2**7 - 1, True, 'a "quoted", \\ name\n\t', "é 猫 🚗", EXACT, LATE, [7, 1, 7_000]),
    (5, -(2**63), -(2**31), -(2**7), True, "\\N", "\\.", LATE, EXACT, [3]),
    (6, 1, 1, 1, False, "", None, EXACT, None, []),
]


async def columns(database_url: str, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    database = Database(database_url, connections=1)
    try:
        async with database.session() as connection, connection.begin():
            await connection.execute(text(TABLE))
            raw = await driver(connection)
            await raw.executemany("INSERT INTO kept VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", rows)
            packed = await copy_columns(raw, "SELECT * FROM kept ORDER BY number", SCHEMA, OPTIONAL)
        return packed.unpacked()
    finally:
        await database.close()


@pytest.mark.parametrize("count", range(len(ROWS) + 1))
async def test_extreme_values_arrive_as_they_are(database: str, count: int) -> None:
    expected = [
        dict(zip(SCHEMA.names, row, strict=True)) | {"ids": sorted(row[-1])}
        for row in sorted(ROWS[:count], key=lambda row: int(row[0]))
    ]
    found = await columns(database, ROWS[:count])
    assert found.schema == SCHEMA
    assert found.to_pylist() == expected


async def test_a_list_with_a_hole_is_refused(database: str) -> None:
    with pytest.raises(ValueError, match="null"):
        await columns(database, [(*ROWS[0][:-1], [1, None])])


def test_lists_of_ids_are_named_and_sorted_by_name() -> None:
    ids = pa.array([[2, 9], [], [9]], IDS)
    assert sorted(ids_in(ids)) == [2, 9]
    assert lists_of_names(ids, {2: "truck", 9: "bus"}).to_pylist() == [["bus", "truck"], [], ["bus"]]
