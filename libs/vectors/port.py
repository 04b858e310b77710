"""The port: what every vector database does. The docstrings are the specification; one test suite holds all adapters
to them.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from libs.vectors.batches import Documents, Neighbours, Vector, Vectors
from libs.vectors.table import IndexTable


@dataclass(frozen=True)
class Capabilities:
    """What differs between databases and a caller plans by."""

    max_dimension: int
    """The largest dimension that a table may have."""
    float32_dimension: int
    """Vectors of more dimensions than this are kept as float16, which moves their scores by up to about 0.1%."""
    window: int | None
    """The largest `k` of `nearest`; None where there is no limit."""
    filters_by_id: bool
    """Whether `nearest_among` is answered inside the database; else it fetches the vectors."""


class VectorDatabase(Protocol):
    """A vector database, open until `close`. Tables are shared: every operation touches the documents of one index
    set alone.

    All operations are idempotent, and are repeated by the adapter while the database does not answer, for as long as
    it was opened to be patient. Each may raise AddressNotAllowed, AddressUnreachable, DatabaseAccessDenied,
    DatabaseUnavailable, and, but for `check`, IndexTableIncompatible where the table is not there or is no index
    table. What was written is seen by every later call, of any process.
    """

    @property
    def capabilities(self) -> Capabilities:
        """Known without asking the database."""

    async def check(self) -> None:
        """Signs in and sees whether vectors can be kept there; changes nothing."""

    async def ensure_table(self, table: IndexTable) -> None:
        """Makes the table if it is missing; several callers may do so at once.

        Raises IndexTableIncompatible where there is one of other columns, DimensionMismatch where it has another
        dimension, or the database cannot take so many.
        """

    async def upsert(self, table: IndexTable, documents: Documents) -> None:
        """Writes all documents or none, replacing those that are there (see `document_id`). Of two that write the
        same document at once, one wins; neither fails. Raises DimensionMismatch and VectorInvalid before anything is
        written.
        """

    async def delete(self, table: IndexTable, index_set_id: str, file_ids: Sequence[str]) -> None:
        """Deletes the vectors of some files; those that are not there are no error."""

    async def delete_index_set(self, table: IndexTable, index_set_id: str) -> None:
        """Deletes all documents of an index set, and what was built for it alone. The table stays."""

    async def nearest(self, table: IndexTable, index_set_id: str, vector: Vector, k: int) -> Neighbours:
        """The `k` files whose vectors are most similar to `vector` (any length; the metric is the table's).

        Fewer than `k` only where the index set has fewer. May be approximate, and says so. `k` is 1 to the window.
        Raises DimensionMismatch and VectorInvalid for `vector`.
        """

    async def nearest_among(
        self, table: IndexTable, index_set_id: str, file_ids: Sequence[str], vector: Vector, k: int
    ) -> Neighbours:
        """The best `k` of these files: always exact. Files without a vector are left out; ids may repeat."""

    async def fetch(self, table: IndexTable, index_set_id: str, file_ids: Sequence[str]) -> Vectors:
        """The vectors of these files, each once, in no promised order; those without one are left out."""

    def stream(self, table: IndexTable, index_set_id: str, batch_size: int = 1000) -> AsyncGenerator[Vectors, None]:
        """All vectors of an index set, each file once, in no promised order; no batch is empty. Documents that are
        written or deleted meanwhile may or may not be there. Close the iterator (`contextlib.aclosing`) to end early.
        """

    def stream_ids(
        self, table: IndexTable, index_set_id: str, batch_size: int = 10_000
    ) -> AsyncGenerator[list[str], None]:
        """The file ids alone, as `stream`."""

    async def count(self, table: IndexTable, index_set_id: str) -> int:
        """How many documents an index set has."""

    async def build_index(self, table: IndexTable, index_set_id: str) -> bool:
        """Builds what makes `nearest` fast for an index set, where it is large enough to be worth it and nobody else
        is at it. Call it after a bulk load. Takes up to minutes; reads and writes go on. True if it was built just
        now.
        """

    async def close(self) -> None:
        """Ends all connections."""
