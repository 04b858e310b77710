"""Neighbours, held against brute force."""

import numpy as np
import pytest

from libs.vectors.batches import Documents
from libs.vectors.errors import DimensionMismatch, VectorInvalid
from libs.vectors.growing import growing
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable, Metric
from tests.libs.vectors import oracle
from tests.libs.vectors.samples import DIMENSION, documents, ids, new_table, random_vectors


class NearestConformance:
    @pytest.mark.parametrize("metric", list(Metric))
    async def test_a_small_index_set_is_ranked_as_by_brute_force(self, vectors: VectorDatabase, metric: Metric) -> None:
        table, written = await self._table(vectors, 400, metric)
        for query in random_vectors(5, seed=9) * 3:
            for k in (1, 7, 100):
                found = await vectors.nearest(table, "7", query, k)
                assert found.exact
                oracle.assert_same(found, oracle.nearest(ids(400), written, metric, query, k))

    @pytest.mark.parametrize("metric", list(Metric))
    async def test_files_of_the_same_score_come_by_id(self, vectors: VectorDatabase, metric: Metric) -> None:
        table = new_table(metric=metric)
        await vectors.ensure_table(table)
        written = np.repeat(random_vectors(6), 20, axis=0)
        await vectors.upsert(table, documents(written))
        for k in (5, 20, 33, 120):
            found = await vectors.nearest(table, "7", written[60], k)
            oracle.assert_same(found, oracle.nearest(ids(120), written, metric, written[60], k))

    async def test_fewer_than_k_come_only_where_there_are_fewer(self, vectors: VectorDatabase) -> None:
        table, written = await self._table(vectors, 10)
        assert len(await vectors.nearest(table, "7", written[0], 11)) == 10
        assert len(await vectors.nearest(table, "7", written[0], 10)) == 10
        assert len(await vectors.nearest(table, "8", written[0], 10)) == 0

    async def test_index_sets_that_share_a_table_do_not_see_each_other(self, vectors: VectorDatabase) -> None:
        table, written = await self._table(vectors, 60)
        await vectors.upsert(table, documents(random_vectors(200, seed=4), "70"))
        await vectors.upsert(table, documents(written[:1], "71"))
        found = await vectors.nearest(table, "7", written[0], 1000)
        oracle.assert_same(found, oracle.nearest(ids(60), written, Metric.COSINE, written[0], 1000))

    async def test_a_query_that_cannot_be_compared_is_refused(self, vectors: VectorDatabase) -> None:
        table, _ = await self._table(vectors, 3)
        with pytest.raises(DimensionMismatch):
            await vectors.nearest(table, "7", random_vectors(1, DIMENSION - 1)[0], 1)
        with pytest.raises(VectorInvalid):
            await vectors.nearest(table, "7", np.zeros(DIMENSION, np.float32), 1)
        with pytest.raises(VectorInvalid):
            await vectors.nearest_among(table, "7", ["f1"], np.full(DIMENSION, np.nan, np.float32), 1)

    async def test_many_dimensions_keep_the_ranking(self, vectors: VectorDatabase) -> None:
        dimension = vectors.capabilities.max_dimension
        table, written = await self._table(vectors, 60, dimension=dimension)
        query = random_vectors(1, dimension, seed=9)[0]
        found = await vectors.nearest(table, "7", query, 60)
        expected = dict(oracle.nearest(ids(60), written, Metric.COSINE, query, 60))
        assert found.file_ids[0] == next(iter(expected))
        np.testing.assert_allclose(found.scores, [expected[file_id] for file_id in found.file_ids], atol=1e-3)
        np.testing.assert_allclose((await vectors.fetch(table, "7", ["f5"])).vectors[0], written[5], atol=2e-3)

    @pytest.mark.parametrize("metric", list(Metric))
    async def test_among_chosen_files_the_ranking_is_exact(self, vectors: VectorDatabase, metric: Metric) -> None:
        table, written = await self._table(vectors, 300, metric)
        query = random_vectors(1, seed=9)[0]
        chosen = ids(300)[::3]
        for k in (1, 10, 1000):
            asked = [*chosen, *chosen[:5], "unknown"]
            found = await vectors.nearest_among(table, "7", asked, query, k)
            assert found.exact
            oracle.assert_same(found, oracle.nearest(ids(300), written, metric, query, k, among=chosen))
        assert len(await vectors.nearest_among(table, "7", [], query, 5)) == 0
        assert len(await vectors.nearest_among(table, "8", chosen, query, 5)) == 0

    async def test_any_number_of_files_can_be_chosen_among(self, vectors: VectorDatabase) -> None:
        table, written = await self._table(vectors, 500)
        query = random_vectors(1, seed=9)[0]
        asked = [*(f"unknown{number}" for number in range(25_000)), *ids(500)]
        found = await vectors.nearest_among(table, "7", asked, query, 30)
        oracle.assert_same(found, oracle.nearest(ids(500), written, Metric.COSINE, query, 30))

    async def test_growing_brings_every_file_once_by_falling_score(self, vectors: VectorDatabase) -> None:
        table, written = await self._table(vectors, 100)
        query = random_vectors(1, seed=9)[0]
        batches = [batch async for batch in growing(vectors, table, "7", query, 10)]
        assert [len(batch) for batch in batches] == [10, 10, 20, 40, 20]
        expected = [file_id for file_id, _ in oracle.nearest(ids(100), written, Metric.COSINE, query, 100)]
        assert [file_id for batch in batches for file_id in batch.file_ids] == expected
        assert [batch async for batch in growing(vectors, table, "8", query, 10)] == []

    @pytest.mark.parametrize("metric", list(Metric))
    async def test_an_index_misses_few_and_never_brings_too_few(self, eager: VectorDatabase, metric: Metric) -> None:
        count = 2000
        table, written = await self._table(eager, count, metric)
        other = random_vectors(count, seed=5)
        await eager.upsert(table, documents(other, "70"))
        assert await eager.build_index(table, "7")
        assert not await eager.build_index(table, "7")
        recalls = []
        for query in random_vectors(10, seed=9):
            for k in (10, 500):
                found = await eager.nearest(table, "7", query, k)
                expected = oracle.nearest(ids(count), written, metric, query, k)
                recalls.append(len(set(found.file_ids) & {file_id for file_id, _ in expected}) / k)
                assert len(found) == k
                assert (np.diff(found.scores) <= 0).all()
            assert len(await eager.nearest(table, "7", query, count + 1)) == count
            untouched = await eager.nearest(table, "70", query, 20)
            oracle.assert_same(untouched, oracle.nearest(ids(count), other, metric, query, 20))
        assert np.mean(recalls) > 0.95

    async def test_an_index_follows_later_writes_and_deletes(self, eager: VectorDatabase) -> None:
        table, _ = await self._table(eager, 200)
        await eager.build_index(table, "7")
        late = random_vectors(1, seed=11)
        await eager.upsert(table, documents(late, file_ids=["late"]))
        assert (await eager.nearest(table, "7", late[0], 1)).file_ids == ["late"]
        await eager.delete(table, "7", ["late"])
        assert "late" not in (await eager.nearest(table, "7", late[0], 200)).file_ids
        await eager.delete_index_set(table, "7")
        assert len(await eager.nearest(table, "7", late[0], 5)) == 0

    async def _table(
        self, database: VectorDatabase, count: int, metric: Metric = Metric.COSINE, dimension: int = DIMENSION
    ) -> tuple[IndexTable, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        table = new_table(dimension, metric)
        batch: Documents = documents(random_vectors(count, dimension))
        await database.ensure_table(table)
        await database.upsert(table, batch)
        return table, batch.vectors
