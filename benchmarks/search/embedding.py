"""The vectors of the made-up dataset: clusters whose noise is as large as their distance from each other."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.search.vocabulary import SCENES

Matrix = NDArray[np.float32]

DIMENSION: Final = 512
CLUSTERS: Final = 1_500
_CENTRE_NOISE: Final = 1.5  # of a cluster's centre about that of its group
_NOISE: Final = 1.0  # of a vector about the centre of its cluster: as long as the centre itself


@dataclass(frozen=True)
class Embedding:
    """Unit vectors of DIMENSION around the centres of CLUSTERS, which lie around those of SCENES groups."""

    seed: int

    @cached_property
    def groups(self) -> NDArray[np.int32]:
        """The group of each cluster."""
        return np.random.default_rng([self.seed, 2]).integers(SCENES, size=CLUSTERS, dtype=np.int32)

    @cached_property
    def group_centres(self) -> Matrix:
        """A unit vector a group."""
        return _unit(np.random.default_rng([self.seed, 3]).standard_normal((SCENES, DIMENSION), np.float32))

    @cached_property
    def centres(self) -> Matrix:
        """A unit vector a cluster."""
        random = np.random.default_rng([self.seed, 4])
        return _around(self.group_centres[self.groups], _CENTRE_NOISE, random)

    def draw(self, clusters: NDArray[np.int32], random: np.random.Generator) -> Matrix:
        """Vectors in these clusters."""
        return _around(self.centres[clusters], _NOISE, random)


def _around(centres: Matrix, noise: float, random: np.random.Generator) -> Matrix:
    vectors = random.standard_normal(centres.shape, np.float32)
    vectors *= np.float32(noise / np.sqrt(DIMENSION))
    vectors += centres
    return _unit(vectors)


def _unit(vectors: Matrix) -> Matrix:
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
