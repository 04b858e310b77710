"""The kinds of things: what ImageNet's classes are kinds of, by WordNet, and how a text points at them."""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FILE_NAME = "concepts.npz"
# The text's cosines to the kinds lie close together; this makes the nearest few stand out.
TEXT_TEMPERATURE = 0.02

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ConceptTable:
    """S synsets of WordNet over the 1,000 classes; K kinds, a kind being a set of classes that some synsets share."""

    synset_vectors: Floats
    """Of shape (S, 384): the encoded "lemma: gloss" of each synset; those of one kind stand together."""
    kind_starts: NDArray[np.int64]
    """Of shape (K,): where in `synset_vectors` each kind begins."""
    members: NDArray[np.bool_]
    """Of shape (K, 1000): which classes a kind has."""
    projection: Floats
    """Of shape (K, 373): from weighted kinds to the concept part of an embedding; its columns are orthonormal."""
    visual_basis: Floats
    """Of shape (1280, 128): what of the classifier's features tells classes apart."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        with np.load(folder / FILE_NAME) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def save(self, folder: Path) -> None:
        np.savez(folder / FILE_NAME, **{field.name: getattr(self, field.name) for field in fields(self)})

    def kinds_of_text(self, vector: Floats) -> Floats:
        """How much a text (its unit vector) is about each kind, of shape (K,), sum 1."""
        nearest = np.maximum.reduceat(self.synset_vectors @ vector, self.kind_starts)
        return softmax(nearest, TEXT_TEMPERATURE)

    def kinds_of_classes(self, probabilities: Floats) -> Floats:
        """The probability of each kind, from that of each class: (..., 1000) to (..., K)."""
        return probabilities @ self._members.T

    def classes_of_kinds(self, weights: Floats) -> Floats:
        """The sum of the weights of all kinds that a class is of: (K,) to (1000,)."""
        return weights @ self._members

    @cached_property
    def emphasis(self) -> Floats:
        """Of shape (K,): the root of -ln(share of classes), so that "a thing" says nothing and "a robin" much."""
        share: NDArray[np.float64] = self.members.mean(axis=1)
        return np.sqrt(-np.log(share)).astype(np.float32)

    @cached_property
    def _members(self) -> Floats:
        return self.members.astype(np.float32)


def softmax(values: Floats, temperature: float) -> Floats:
    """Along the last axis."""
    scaled = values / np.float32(temperature)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    result: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return result


def unit(vectors: NDArray[np.floating[Any]]) -> Floats:
    """Made length 1 along the last axis; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
