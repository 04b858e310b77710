"""Batches in PostgreSQL's binary COPY format (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").

asyncpg can encode records too, but only value by value; a matrix is encoded here in one go.
"""

import io
import struct

import numpy as np

from libs.vectors.batches import Documents, Matrix
from libs.vectors.pgvector.schema import TEXT_COLUMNS
from libs.vectors.table import document_id

COLUMNS = (*TEXT_COLUMNS, "file_vector")

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no extension
_END = struct.pack(">h", -1)
_VECTOR_HEADER_BYTES = 4  # dimension and an unused field, uint16 each


def encode(documents: Documents) -> io.BytesIO:
    """The batch as one COPY of `COLUMNS`, the vectors of type `vector`."""
    shared = [_text(documents.dataset_id), _text(documents.dataset_version)]
    index_set = _text(documents.index_set_id)
    dimension = documents.vectors.shape[1]
    prefix = struct.pack(">iHH", _VECTOR_HEADER_BYTES + 4 * dimension, dimension, 0)
    floats = documents.vectors.astype(">f4")
    count = struct.pack(">h", len(COLUMNS))
    parts = [_HEADER]
    for row, (file_id, uri) in enumerate(zip(documents.file_ids, documents.uris, strict=True)):
        key = _text(document_id(documents.index_set_id, file_id))
        parts += [count, key, index_set, _text(file_id), *shared, _text(uri), prefix, floats[row].tobytes()]
    parts.append(_END)
    return io.BytesIO(b"".join(parts))


def decode_vectors(values: list[bytes], dimension: int, item_bytes: int) -> Matrix:
    """The matrix of values that `vector_send` (4 bytes an item) or `halfvec_send` (2) gave."""
    rows = np.frombuffer(b"".join(values), np.uint8).reshape(len(values), _VECTOR_HEADER_BYTES + item_bytes * dimension)
    floats = np.ascontiguousarray(rows[:, _VECTOR_HEADER_BYTES:]).view(f">f{item_bytes}")
    return floats.astype(np.float32)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">i", len(encoded)) + encoded
