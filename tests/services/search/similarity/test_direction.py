"""Examples and counterexamples become one vector to compare files with."""

import numpy as np
import pytest
from numpy.typing import NDArray

from libs.vectors.errors import VectorInvalid
from libs.vectors.table import Metric
from services.search.similarity.direction import direction

Vector = NDArray[np.float32]


def vector(*values: float) -> Vector:
    return np.array(values, np.float32)


def test_one_example_is_its_own_direction() -> None:
    np.testing.assert_allclose(direction([vector(3, 4)], [], Metric.COSINE), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(direction([vector(3, 4)], [], Metric.DOT_PRODUCT), [3, 4], rtol=1e-6)


def test_examples_count_by_their_direction_whatever_their_length() -> None:
    np.testing.assert_allclose(
        direction([vector(1, 0), vector(0, 50)], [], Metric.COSINE), [0.5**0.5, 0.5**0.5], rtol=1e-6
    )


def test_a_counterexample_counts_a_quarter() -> None:
    found = direction([vector(1, 0)], [vector(0, 2)], Metric.COSINE)
    np.testing.assert_allclose(found, np.array([1, -0.25]) / 1.0625**0.5, rtol=1e-6)


def test_more_counterexamples_do_not_weigh_more_than_one() -> None:
    one = direction([vector(1, 0)], [vector(0, 2)], Metric.COSINE)
    np.testing.assert_allclose(direction([vector(1, 0)], [vector(0, 2)] * 9, Metric.COSINE), one, rtol=1e-6)


def test_a_dot_product_keeps_the_length_of_the_examples() -> None:
    found = direction([vector(6, 0), vector(0, 10)], [vector(-1, -1)], Metric.DOT_PRODUCT)
    assert np.linalg.norm(found) == pytest.approx(8)
    assert found.dtype == np.float32


@pytest.mark.parametrize("metric", list(Metric))
def test_examples_that_cancel_each_other_out_are_refused(metric: Metric) -> None:
    with pytest.raises(VectorInvalid, match="cancel each other out"):
        direction([vector(1, 2, 3), vector(-2, -4, -6)], [], metric)


@pytest.mark.parametrize(
    ("likes", "unlikes", "what"), [([(0, 0)], [], "an example"), ([(1, 0)], [(0, 0)], "a counterexample")]
)
def test_zeros_are_refused(likes: list[tuple[float, ...]], unlikes: list[tuple[float, ...]], what: str) -> None:
    with pytest.raises(VectorInvalid, match=f"{what} is all zeros"):
        direction([vector(*like) for like in likes], [vector(*unlike) for unlike in unlikes], Metric.DOT_PRODUCT)
