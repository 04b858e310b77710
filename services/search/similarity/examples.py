"""The one vector that files are compared with, from all examples and counterexamples of a query."""

from collections.abc import Sequence

import numpy as np

from libs.rpc.names import file_id
from libs.vectors.batches import Vector, check_vector
from libs.vectors.table import IndexTable
from services.search.catalog import DatasetInfo, IndexSetInfo
from services.search.connections import Connections
from services.search.errors import ExampleNotIndexed
from services.search.query import Example, GivenVector, IndexedFile, Similarity
from services.search.similarity.direction import direction
from services.search.similarity.embedder import Embedder


class Examples:
    """Finds the vectors of examples: from the model, or from the index set where a file has one already."""

    def __init__(self, embedder: Embedder, connections: Connections) -> None:
        self._embedder = embedder
        self._connections = connections

    async def vector(
        self, similar: Similarity, index_set: IndexSetInfo, table: IndexTable, dataset: DatasetInfo
    ) -> Vector:
        """What the table's vectors are compared with; not normalised where one example stands alone.

        Raises ExampleNotIndexed for a file without a vector, and what Embedder and VectorDatabase raise.
        """
        likes = await self._vectors(similar.examples, index_set, table, dataset)
        if len(likes) == 1 and not similar.counterexamples:
            return likes[0]
        unlikes = await self._vectors(similar.counterexamples, index_set, table, dataset)
        return direction(likes, unlikes, table.metric)

    async def _vectors(
        self, examples: Sequence[Example], index_set: IndexSetInfo, table: IndexTable, dataset: DatasetInfo
    ) -> list[Vector]:
        stored = await self._stored([one for one in examples if isinstance(one, IndexedFile)], index_set, table)
        found = []
        for example in examples:
            match example:
                case IndexedFile():
                    found.append(stored[example])
                case GivenVector(values):
                    given = np.array(values, np.float32)
                    check_vector(given, table)
                    found.append(given)
                case _:
                    found.append(await self._embedder.vector(example, index_set, table, dataset))
        return found

    async def _stored(
        self, files: Sequence[IndexedFile], index_set: IndexSetInfo, table: IndexTable
    ) -> dict[IndexedFile, Vector]:
        """The vectors that files have."""
        if not files:
            return {}
        by_id = {file_id(file.version_uid, file.ordinal): file for file in files}
        async with self._connections.database(index_set) as database:
            vectors = await database.fetch(table, index_set.id, list(by_id))
        found = {by_id[name]: row for name, row in zip(vectors.file_ids, vectors.vectors, strict=True)}
        for name, file in by_id.items():
            if file not in found:
                version, _, _ = index_set.name.partition("/indexSets/")
                raise ExampleNotIndexed(file=f"{version}/files/{name}", index_set=index_set.name)
        return found
