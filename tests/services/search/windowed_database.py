"""A real pgvector that gives no more neighbours at a time than some products do."""

from collections.abc import Sequence
from dataclasses import replace

from libs.vectors.batches import Neighbours, Vector
from libs.vectors.pgvector.database import PgvectorDatabase
from libs.vectors.table import IndexTable


class WindowExceeded(Exception):
    """More neighbours were asked for than the database gives."""


class WindowedDatabase(PgvectorDatabase):
    """Says what its window is and refuses to look beyond it, as Elasticsearch does beyond 10,000 and Milvus beyond
    16,384. Counts what it is asked.
    """

    def __init__(self, database: PgvectorDatabase, window: int | None, *, filters_by_id: bool = True) -> None:
        """Shares the connections of a database."""
        vars(self).update(vars(database))
        self.capabilities = replace(database.capabilities, window=window, filters_by_id=filters_by_id)
        self.neighbours: list[int] = []
        self.compared: list[int] = []

    async def nearest(self, table: IndexTable, index_set_id: str, vector: Vector, k: int) -> Neighbours:
        """Raises WindowExceeded."""
        if self.capabilities.window is not None and k > self.capabilities.window:
            raise WindowExceeded(f"{k} neighbours, and the window is {self.capabilities.window}")
        self.neighbours.append(k)
        return await super().nearest(table, index_set_id, vector, k)

    async def nearest_among(
        self, table: IndexTable, index_set_id: str, file_ids: Sequence[str], vector: Vector, k: int
    ) -> Neighbours:
        """By id there is no window."""
        self.compared.append(len(file_ids))
        return await super().nearest_among(table, index_set_id, file_ids, vector, k)
