"""Which tags of a definition apply to an image, as far as ImageNet's classes can say."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.modelserver import colours
from services.modelserver.classifier import Sight
from services.modelserver.concepts import ConceptTable, Floats, softmax
from services.modelserver.tag_prompt import TagDefinition
from services.modelserver.text_encoder import TextEncoder

# Sharper than for embeddings: a tag is a decision.
SIGHT_TEMPERATURE = 0.5
THRESHOLD = 0.5
REMEMBERED_NAMES = 4096


class Tagger:
    """Scores each name by what it is about; descriptions are not read (they made the answers worse when measured)."""

    def __init__(self, table: ConceptTable, text_encoder: TextEncoder) -> None:
        self._table = table
        self._text_encoder = text_encoder
        # A job asks about the same few names for every image.
        self._classes_of = lru_cache(REMEMBERED_NAMES)(self._uncached_classes_of)

    def tags(self, canvas: NDArray[np.uint8], sight: Sight, definition: TagDefinition) -> list[str]:
        """The tags that apply, in the definition's order, as `name` or `name/value`.

        A tag with values is left out where none of its values is plain to see: a guess would be worse than nothing.
        """
        seen = softmax(sight.logits, SIGHT_TEMPERATURE)
        shares = colours.shares(canvas)
        found: list[str] = []
        for name, values in definition.items():
            if self._score(name, seen) < THRESHOLD:
                continue
            if not values:
                found.append(name)
                continue
            scores = {value: self._value_score(value, seen, shares) for value in values}
            best = max(scores, key=scores.__getitem__)
            if scores[best] >= THRESHOLD:
                found.append(f"{name}/{best}")
        return found

    def _value_score(self, value: str, seen: Floats, shares: NDArray[np.float64]) -> float:
        """By kind, or for the name of a colour by how common it is beside the commonest."""
        colour = colours.named(value)
        if colour.sum() == 1 and " " not in value.strip():
            return float(shares @ colour / shares.max())
        return self._score(value, seen)

    def _score(self, name: str, seen: Floats) -> float:
        return float(self._classes_of(name) @ seen)

    def _uncached_classes_of(self, name: str) -> Floats:
        """How much the name is about each class, the most fitting one being 1."""
        kinds = self._table.kinds_of_text(self._text_encoder.encode(name))
        weights = self._table.classes_of_kinds(kinds)
        result: Floats = weights / weights.max()
        return result
