"""From PostgreSQL to Arrow by columns: COPY as CSV, read by Arrow's own reader, so that no row becomes a Python object.

Measured: a million files of 14 columns cost this process 3.4 s so, and 5 s as records of asyncpg. Times travel as
microseconds, because PostgreSQL takes 2 s to write three million of them as text.
"""

import io
from collections.abc import Mapping

import asyncpg
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

TIME = pa.timestamp("us", tz="UTC")


def microseconds(column: str) -> str:
    """SQL of a time as microseconds since 1970: exact, as a double holds them until the year 2255."""
    return f"CAST(date_part('epoch', {column}) * 1000000 AS bigint)"


def joined(column: str) -> str:
    """SQL of an array of ids as text, for `IdLists`."""
    return f"array_to_string({column}, ' ')"


async def copy_columns(
    connection: "asyncpg.Connection[asyncpg.Record]", query: str, schema: pa.Schema
) -> pa.RecordBatch:
    """The rows of a query, whose columns are those of the schema in their order, times as microseconds.

    A statement must have run on the connection in this transaction: a COPY that comes first runs outside it.
    """
    rows = io.BytesIO()
    await connection.copy_from_query(query, output=rows, format="csv")
    if not rows.tell():
        return pa.RecordBatch.from_pylist([], schema=schema)
    table = csv.read_csv(
        pa.py_buffer(rows.getbuffer()),
        # One block, so that no row lies across two, and all come out as one batch.
        read_options=csv.ReadOptions(column_names=schema.names, block_size=rows.tell() + 1, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={field.name: pa.int64() if field.type == TIME else field.type for field in schema},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    (batch,) = table.cast(schema).combine_chunks().to_batches()
    return batch


class IdLists:
    """A column of lists of ids, each list sorted, made of one text a list with spaces between the ids."""

    def __init__(self, texts: pa.StringArray) -> None:
        listed = texts.to_pylist()
        ids = np.array(" ".join(listed).split(), dtype=np.int32)
        sizes = np.fromiter((text.count(" ") + 1 if text else 0 for text in listed), np.int32, len(listed))
        self._rows = np.repeat(np.arange(len(sizes)), sizes)
        self._offsets = np.concatenate(([0], np.cumsum(sizes)), dtype=np.int32)
        self._ids = ids[np.lexsort((ids, self._rows))]

    @property
    def used(self) -> NDArray[np.int32]:
        """The ids in all lists, each once."""
        return np.unique(self._ids)

    def as_ids(self) -> pa.ListArray:
        """list<int32>."""
        return pa.ListArray.from_arrays(self._offsets, self._ids)

    def as_names(self, names: Mapping[int, str]) -> pa.ListArray:
        """list<string>, each list sorted by name."""
        by_name = sorted(self.used.tolist(), key=names.__getitem__)
        rank = {tag_id: place for place, tag_id in enumerate(by_name)}
        ranks = np.fromiter(map(rank.__getitem__, self._ids.tolist()), np.int32, len(self._ids))
        ranks = ranks[np.lexsort((ranks, self._rows))]
        values = pa.array([names[tag_id] for tag_id in by_name], pa.string()).take(pa.array(ranks))
        return pa.ListArray.from_arrays(self._offsets, values)


def stream_bytes(batch: pa.RecordBatch) -> bytes:
    """An Arrow IPC stream of one batch; empty for a batch without rows."""
    if not batch.num_rows:
        return b""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def fitting(batch: pa.RecordBatch, most_bytes: int) -> pa.RecordBatch:
    """The first rows of a batch, as many as fit into a message; at least one."""
    while batch.nbytes > most_bytes and batch.num_rows > 1:
        batch = batch.slice(0, batch.num_rows // 2)
    return batch
