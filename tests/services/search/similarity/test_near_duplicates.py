"""Hits are grouped behind the best hit that they are near-duplicates of."""

import numpy as np
import pytest
from numpy.typing import NDArray

from services.search.similarity.near_duplicates import BLOCK_ROWS, groups

Matrix = NDArray[np.float32]


def clustered(hits: int, centres: int, *, seed: int = 4) -> Matrix:
    random = np.random.default_rng(seed)
    middles = random.normal(size=(centres, 24))
    return (middles[random.integers(0, centres, hits)] + 0.3 * random.normal(size=(hits, 24))).astype(np.float32)


def one_by_one(vectors: Matrix, similarity: float) -> list[int]:
    """Plain: each hit asks the leaders before it in rank order."""
    directions = vectors.astype(np.float64) / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    leaders: list[int] = []
    joined: list[int] = []
    for position, vector in enumerate(directions):
        near = (leader for leader in leaders if directions[leader] @ vector >= similarity)
        joined.append(next(near, position))
        if joined[-1] == position:
            leaders.append(position)
    return joined


@pytest.mark.parametrize("similarity", [0.5, 0.8, 0.9, 0.97])
@pytest.mark.parametrize("hits", [1, 2, BLOCK_ROWS, BLOCK_ROWS + 1, 900])
def test_each_hit_joins_the_best_ranked_leader_that_is_near(hits: int, similarity: float) -> None:
    vectors = clustered(hits, 40)
    found = groups(vectors, similarity)
    assert found.leaders.tolist() == one_by_one(vectors, similarity)
    lengths = np.linalg.norm(vectors, axis=1)
    expected = np.einsum("ij,ij->i", vectors, vectors[found.leaders]) / lengths / lengths[found.leaders]
    np.testing.assert_allclose(found.cosines, expected, atol=1e-5)


def test_copies_are_one_group_at_a_similarity_of_one() -> None:
    vectors = np.tile(clustered(1, 1), (700, 1))
    vectors *= np.linspace(0.5, 9, 700, dtype=np.float32)[:, np.newaxis]
    found = groups(vectors, 1.0)
    assert not found.leaders.any()
    assert found.cosines.max() <= 1


def test_a_chain_of_neighbours_does_not_become_one_group() -> None:
    angles = np.linspace(0, np.pi / 2, 40)
    found = groups(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32), 0.95)
    firsts = angles[found.firsts()]
    assert len(firsts) > 3
    assert np.cos(np.diff(firsts)).max() < 0.95


def test_the_groups_of_a_longer_ranking_begin_as_those_of_a_shorter_one() -> None:
    vectors = clustered(900, 40)
    assert groups(vectors, 0.9).leaders[:400].tolist() == groups(vectors[:400], 0.9).leaders.tolist()


def test_members_come_by_falling_similarity_behind_their_leader() -> None:
    vectors = clustered(600, 30)
    found = groups(vectors, 0.8)
    members = found.members()
    everyone = sorted([*found.firsts().tolist(), *(member for group in members.values() for member in group.tolist())])
    assert everyone == list(range(600))
    for leader, group in members.items():
        assert (found.leaders[group] == leader).all()
        assert (np.diff(found.cosines[group]) <= 0).all()


def test_vectors_of_zeros_stay_alone() -> None:
    vectors = clustered(4, 1)
    vectors[[1, 3]] = 0
    assert groups(vectors, 0.5).leaders.tolist() == [0, 1, 0, 3]


def test_no_hits_are_no_groups() -> None:
    found = groups(np.empty((0, 8), np.float32), 0.9)
    assert len(found.leaders) == len(found.cosines) == len(found.firsts()) == 0
    assert found.members() == {}
