"""What an index set leads to."""

from datetime import UTC, datetime, timedelta

import pytest

from bowerbird.catalog.v1.index_set_pb2 import METRIC_DOT_PRODUCT, IndexSet
from libs.rpc.errors import FieldInvalid
from libs.vectors.index_set import index_set_id, index_table
from libs.vectors.table import IndexTable, Metric


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


def test_a_table_has_the_dimension_of_its_index_set_or_else_the_one_that_is_given() -> None:
    made = datetime(2025, 3, 1, tzinfo=UTC)
    assert index_table(index_set(made, dimension=8), 16) == IndexTable("bowerbird", 8, Metric.COSINE)
    dot_product = index_set(made, metric=METRIC_DOT_PRODUCT)
    assert index_table(dot_product, 16) == IndexTable("bowerbird", 16, Metric.DOT_PRODUCT)
    with pytest.raises(FieldInvalid, match="dimension"):
        index_table(dot_product)
