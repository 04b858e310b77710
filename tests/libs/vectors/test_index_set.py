"""What an index set leads to."""

from datetime import UTC, datetime, timedelta

from bowerbird.catalog.v1.index_set_pb2 import METRIC_COSINE, METRIC_DOT_PRODUCT, IndexSet
from libs.vectors.index_set import index_set_id, metric_of
from libs.vectors.table import Metric


def index_set(made: datetime, **fields: object) -> IndexSet:
    name = "workspaces/w/datasets/d/versions/v1/indexSets/12"
    message = IndexSet(name=name, table="bowerbird", **fields)  # type: ignore[arg-type]
    message.create_time.FromDatetime(made)
    return message


def test_index_sets_of_one_number_in_two_catalogs_have_different_ids() -> None:
    made = datetime(2025, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
    assert index_set_id(index_set(made)) == index_set_id(index_set(made))
    assert index_set_id(index_set(made)) != index_set_id(index_set(made + timedelta(microseconds=1)))
    assert "/" not in index_set_id(index_set(made))


def test_a_metric_that_is_not_given_is_cosine() -> None:
    made = datetime(2025, 3, 1, tzinfo=UTC)
    assert metric_of(index_set(made)) is Metric.COSINE
    assert metric_of(index_set(made, metric=METRIC_COSINE)) is Metric.COSINE
    assert metric_of(index_set(made, metric=METRIC_DOT_PRODUCT)) is Metric.DOT_PRODUCT
