"""Fetching, streaming and counting."""

from contextlib import aclosing

import numpy as np

from libs.vectors.port import VectorDatabase
from tests.libs.vectors.samples import documents, ids, new_table, random_vectors


class ReadingConformance:
    async def test_fetching_gives_each_known_file_once(self, vectors: VectorDatabase) -> None:
        table, written = new_table(), random_vectors(5)
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(written))
        await vectors.upsert(table, documents(random_vectors(1), "8", ["other"]))
        found = await vectors.fetch(table, "7", ["f4", "f0", "f4", "other", "unknown"])
        assert sorted(found.file_ids) == ["f0", "f4"]
        assert found.vectors.dtype == np.float32
        none = await vectors.fetch(table, "7", ["unknown"])
        assert none.vectors.shape == (0, table.dimension)

    async def test_streaming_gives_all_of_an_index_set_once(self, vectors: VectorDatabase) -> None:
        table, written = new_table(), random_vectors(250)
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(written))
        await vectors.upsert(table, documents(random_vectors(20, seed=3), "70"))
        streamed: dict[str, bytes] = {}
        async for batch in vectors.stream(table, "7", batch_size=100):
            assert 0 < len(batch) <= 100
            for file_id, vector in zip(batch.file_ids, batch.vectors, strict=True):
                assert file_id not in streamed
                streamed[file_id] = vector.tobytes()
        assert streamed == {file_id: vector.tobytes() for file_id, vector in zip(ids(250), written, strict=True)}
        streamed_ids = [file_id async for batch in vectors.stream_ids(table, "7", batch_size=99) for file_id in batch]
        assert sorted(streamed_ids) == sorted(ids(250))

    async def test_an_empty_index_set_streams_nothing(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        assert [batch async for batch in vectors.stream(table, "7")] == []
        assert [batch async for batch in vectors.stream_ids(table, "7")] == []
        assert await vectors.count(table, "7") == 0

    async def test_a_stream_that_is_closed_early_holds_nothing_back(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(random_vectors(50)))
        for _ in range(20):
            async with aclosing(vectors.stream(table, "7", batch_size=10)) as batches:
                await anext(batches)
        await vectors.delete_index_set(table, "7")
        assert await vectors.count(table, "7") == 0
