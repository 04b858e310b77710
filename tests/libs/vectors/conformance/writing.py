"""Writing and deleting."""

import asyncio

import numpy as np
import pytest

from libs.vectors.errors import DimensionMismatch, VectorInvalid
from libs.vectors.port import VectorDatabase
from libs.vectors.table import Metric
from tests.libs.vectors.samples import DIMENSION, documents, ids, new_table, random_vectors

STRANGE_IDS = ["a/b", "with space", "quote'\"", "Ünïcode 鳥", "line\nbreak", "back\\slash", "x" * 300]


class WritingConformance:
    async def test_what_was_written_is_read_back_unchanged(self, vectors: VectorDatabase) -> None:
        table, written = new_table(), random_vectors(500)
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(written))
        found = await vectors.fetch(table, "7", ids(500))
        order = np.argsort([int(file_id[1:]) for file_id in found.file_ids])
        np.testing.assert_array_equal(found.vectors[order], written)

    async def test_writing_again_replaces(self, vectors: VectorDatabase) -> None:
        table, second = new_table(), random_vectors(4, seed=2)
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(random_vectors(4, seed=1)))
        for _ in range(2):
            await vectors.upsert(table, documents(second[:2]))
        assert await vectors.count(table, "7") == 4
        np.testing.assert_array_equal((await vectors.fetch(table, "7", ["f1"])).vectors, second[1:2])

    async def test_any_id_and_uri_is_kept(self, vectors: VectorDatabase) -> None:
        table, written = new_table(), random_vectors(len(STRANGE_IDS))
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(written, file_ids=STRANGE_IDS))
        found = await vectors.nearest(table, "7", written[3], 1)
        assert found.file_ids == [STRANGE_IDS[3]]
        assert sorted((await vectors.fetch(table, "7", STRANGE_IDS)).file_ids) == sorted(STRANGE_IDS)

    async def test_two_that_write_the_same_documents_at_once_both_succeed(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        forward = documents(random_vectors(300, seed=1))
        backward = documents(random_vectors(300, seed=2), file_ids=ids(300)[::-1])
        async with asyncio.TaskGroup() as tasks:
            for batch in (forward, backward) * 4:
                tasks.create_task(vectors.upsert(table, batch))
        assert await vectors.count(table, "7") == 300

    async def test_a_batch_with_a_bad_vector_is_refused_as_a_whole(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        for bad in (np.nan, np.inf, -np.inf):
            batch = random_vectors(3)
            batch[1, 5] = bad
            with pytest.raises(VectorInvalid, match="finite"):
                await vectors.upsert(table, documents(batch))
        with pytest.raises(DimensionMismatch):
            await vectors.upsert(table, documents(random_vectors(3, DIMENSION + 1)))
        assert await vectors.count(table, "7") == 0

    async def test_zeros_have_a_dot_product_but_no_cosine(self, vectors: VectorDatabase) -> None:
        batch = random_vectors(2)
        batch[0] = 0
        cosine, dot = new_table(), new_table(metric=Metric.DOT_PRODUCT)
        await vectors.ensure_table(cosine)
        await vectors.ensure_table(dot)
        with pytest.raises(VectorInvalid, match="zeros"):
            await vectors.upsert(cosine, documents(batch))
        await vectors.upsert(dot, documents(batch))
        assert await vectors.count(dot, "7") == 2

    async def test_an_empty_batch_changes_nothing(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(random_vectors(0)))
        await vectors.delete(table, "7", [])
        assert await vectors.count(table, "7") == 0

    async def test_deleting_takes_the_named_files_of_that_index_set_alone(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        for index_set in ("7", "70"):
            await vectors.upsert(table, documents(random_vectors(5), index_set))
        await vectors.delete(table, "7", ["f1", "f3", "never there"])
        await vectors.delete(table, "7", ["f1"])
        assert sorted((await vectors.fetch(table, "7", ids(5))).file_ids) == ["f0", "f2", "f4"]
        assert await vectors.count(table, "70") == 5

    async def test_deleting_an_index_set_leaves_its_neighbours(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        for index_set in ("7", "70"):
            await vectors.upsert(table, documents(random_vectors(5), index_set))
        for _ in range(2):
            await vectors.delete_index_set(table, "7")
        assert await vectors.count(table, "7") == 0
        assert await vectors.count(table, "70") == 5
