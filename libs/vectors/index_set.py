"""An index set of catalog, in the words of a vector database."""

from bowerbird.catalog.v1.index_set_pb2 import METRIC_DOT_PRODUCT, IndexSet
from libs.rpc.names import INDEX_SET
from libs.vectors.table import Metric


def metric_of(index_set: IndexSet) -> Metric:
    """The metric that an index set names."""
    return Metric.DOT_PRODUCT if index_set.metric == METRIC_DOT_PRODUCT else Metric.COSINE


def index_set_id(index_set: IndexSet) -> str:
    """The `index_set_id` of its documents: its id in catalog, and the microsecond at which it was made.

    Two suites may share a table, and one catalog may be set up anew; ids alone would then be given twice, and one would
    take the other's documents for its own.
    """
    number = INDEX_SET.parse(index_set.name)["index_set"]
    return f"{number}-{index_set.create_time.ToMicroseconds():x}"
