"""More and more neighbours, for callers that keep only some of them and cannot say beforehand how many to ask for."""

from collections.abc import AsyncGenerator

from libs.vectors.batches import Neighbours, Vector
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable


async def growing(
    database: VectorDatabase, table: IndexTable, index_set_id: str, vector: Vector, first_k: int
) -> AsyncGenerator[Neighbours, None]:
    """Yields neighbours in batches, each file once: the first `first_k`, then as many as were there before, and so
    on.

    Each batch is asked for when the caller wants it, with twice the k of the one before, so all of them cost at most
    twice the last. Scores fall from batch to batch where they are exact, and nearly so where not. Ends when the index
    set has no more, or at the database's window: a caller that still lacks hits then takes the rest by
    `nearest_among`.
    """
    window = database.capabilities.window
    seen: set[str] = set()
    k = first_k
    while True:
        k = k if window is None else min(k, window)
        found = await database.nearest(table, index_set_id, vector, k)
        new = [row for row, file_id in enumerate(found.file_ids) if file_id not in seen]
        if new:
            file_ids = [found.file_ids[row] for row in new]
            seen.update(file_ids)
            yield Neighbours(file_ids, found.scores[new], found.exact)
        if len(found) < k or k == window:
            return
        k *= 2
