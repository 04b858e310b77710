"""Tables: made once, and refused where they do not fit."""

import asyncio

import pytest

from libs.vectors.errors import DimensionMismatch, IndexTableIncompatible
from libs.vectors.port import VectorDatabase
from tests.libs.vectors.samples import DIMENSION, documents, new_table, random_vectors


class TableConformance:
    async def test_a_missing_table_is_made_and_an_existing_one_is_kept(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        await vectors.upsert(table, documents(random_vectors(3)))
        await vectors.ensure_table(table)
        assert await vectors.count(table, "7") == 3

    async def test_many_callers_may_make_a_table_at_once(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await asyncio.gather(*(vectors.ensure_table(table) for _ in range(6)))
        assert await vectors.count(table, "7") == 0

    async def test_a_table_of_another_dimension_is_refused(self, vectors: VectorDatabase) -> None:
        table = new_table()
        await vectors.ensure_table(table)
        other = type(table)(table.name, DIMENSION + 1, table.metric)
        with pytest.raises(DimensionMismatch) as raised:
            await vectors.ensure_table(other)
        assert raised.value.details == {"expected": str(DIMENSION), "found": str(DIMENSION + 1)}

    async def test_more_dimensions_than_the_database_takes_are_refused(self, vectors: VectorDatabase) -> None:
        await vectors.ensure_table(new_table(vectors.capabilities.max_dimension))
        with pytest.raises(DimensionMismatch):
            await vectors.ensure_table(new_table(vectors.capabilities.max_dimension + 1))

    async def test_a_table_that_is_not_there_is_named(self, vectors: VectorDatabase) -> None:
        table = new_table()
        with pytest.raises(IndexTableIncompatible, match=table.name):
            await vectors.upsert(table, documents(random_vectors(1)))
        with pytest.raises(IndexTableIncompatible, match=table.name):
            await vectors.nearest(table, "7", random_vectors(1)[0], 1)
        with pytest.raises(IndexTableIncompatible, match=table.name):
            await vectors.count(table, "7")
