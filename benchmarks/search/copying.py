"""Blocks of rows on their way into PostgreSQL: made on a thread while the server takes those before."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import TypeAlias

import asyncpg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from benchmarks.search.data import Block

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def copy_csv(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    blocks: Iterable[Block],
    make: Callable[[Block], pa.Table],
) -> None:
    """COPY what `make` makes of each block into these columns."""
    rows = _made_ahead(blocks, lambda block: _csv(make(block)))
    await connection.copy_to_table(table, source=rows, columns=columns, format="csv")


async def copy_binary(
    connection: Connection, table: str, columns: Sequence[str], blocks: Iterable[Block], make: Callable[[Block], bytes]
) -> None:
    """The same for rows in the binary format, without its header and end."""

    async def source() -> AsyncIterator[bytes]:
        yield b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no extension
        async for rows in _made_ahead(blocks, make):
            yield rows
        yield b"\xff\xff"

    await connection.copy_to_table(table, source=source(), columns=columns, format="binary")


def arrays(rows: NDArray[np.int32], values: pa.StringArray) -> pa.StringArray:
    """Arrays as PostgreSQL reads them: of each row of a matrix the values at its numbers, those below 0 left out."""
    is_there = rows >= 0
    offsets = np.concatenate(([0], np.cumsum(is_there.sum(axis=1)))).astype(np.int32)
    lists = pa.ListArray.from_arrays(offsets, values.take(pa.array(rows[is_there])))
    return pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")


def repeated(value: object, count: int, kind: pa.DataType | None = None) -> pa.Array:
    """A column of one value."""
    return pa.repeat(pa.scalar(value, kind), count)


def times(microseconds: NDArray[np.int64]) -> pa.Array:
    """A column of times."""
    return pa.array(microseconds).cast(pa.timestamp("us", tz="UTC"))


async def _made_ahead(blocks: Iterable[Block], make: Callable[[Block], bytes]) -> AsyncIterator[bytes]:
    making: asyncio.Task[bytes] | None = None
    try:
        for block in blocks:
            before, making = making, asyncio.create_task(asyncio.to_thread(make, block))
            if before is not None:
                yield await before
        if making is not None:
            yield await making
    finally:
        if making is not None:
            making.cancel()


def _csv(table: pa.Table) -> bytes:
    rows = pa.BufferOutputStream()
    csv.write_csv(table, rows, csv.WriteOptions(include_header=False))
    content: bytes = rows.getvalue().to_pybytes()
    return content
