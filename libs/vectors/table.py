"""The table of vectors that index sets share, and the identity of its documents."""

import re
from dataclasses import dataclass
from enum import StrEnum

from libs.rpc.errors import FieldInvalid

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Metric(StrEnum):
    """How similar two vectors are; a higher score is more similar."""

    COSINE = "cosine"
    """Cosine of the angle, -1 to 1. Not defined for a vector of zeros."""
    DOT_PRODUCT = "dot_product"


@dataclass(frozen=True)
class HnswOptions:
    """Options of an HNSW graph: edges a node, and candidates kept while it is built. More of either: better and
    slower.
    """

    m: int = 16
    ef_construction: int = 200


@dataclass(frozen=True)
class IndexTable:
    """A table of one dimension and one metric. Raises FieldInvalid where the name could not be one in every database.

    Columns: `id` (text, primary key, see `document_id`), `index_set_id`, `file_meta_id`, `dataset_id`,
    `dataset_version`, `uri` (text), `file_vector` (`dimension` floats).
    """

    name: str
    dimension: int
    metric: Metric = Metric.COSINE
    hnsw: HnswOptions = HnswOptions()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            expected = "1 to 63 lower-case letters, digits or _, beginning with a letter"
            raise FieldInvalid(field="table", value=self.name, expected=expected)
        if self.dimension < 1:
            raise FieldInvalid(field="dimension", value=self.dimension, expected="1 or more")


def document_id(index_set_id: str, file_id: str) -> str:
    """The primary key of a file's vector: the same for every write, so that writing again replaces.

    An index set's id has no `/`, so no two pairs have the same key.
    """
    if "/" in index_set_id:
        raise ValueError(f"an index set id has no '/': {index_set_id!r}")
    return f"{index_set_id}/{file_id}"
