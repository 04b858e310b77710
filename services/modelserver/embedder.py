"""The joint space of images and texts: kinds of things, colours, and (for images alone) what they look like."""

import numpy as np
from numpy.typing import NDArray

from services.modelserver import colours
from services.modelserver.classifier import Sight
from services.modelserver.concepts import ConceptTable, Floats, softmax, unit
from services.modelserver.text_encoder import TextEncoder

# A sight is softened, so that the second and third guess still count.
SIGHT_TEMPERATURE = 1.5
COLOUR_WEIGHT = 0.2
VISUAL_WEIGHT = 0.3


class Embedder:
    """Unit vectors whose cosine says how well a text and an image, or two images, go together."""

    def __init__(self, table: ConceptTable, text_encoder: TextEncoder) -> None:
        self._table = table
        self._text_encoder = text_encoder
        self.dimension = table.projection.shape[1] + len(colours.NAMES) + table.visual_basis.shape[1]

    def embed_text(self, text: str) -> Floats:
        """Of shape (dimension,); the visual part is zero."""
        kinds = self._table.kinds_of_text(self._text_encoder.encode(text))
        visual = np.zeros(self._table.visual_basis.shape[1], dtype=np.float32)
        return self._joined(kinds, colours.named(text), visual)

    def embed_image(self, canvas: NDArray[np.uint8], sight: Sight) -> Floats:
        """Of shape (dimension,)."""
        kinds = kinds_of_sights(self._table, sight.logits)
        visual: Floats = np.sqrt(sight.features) @ self._table.visual_basis
        return self._joined(kinds, np.sqrt(colours.shares(canvas)), unit(visual))

    def _joined(self, kinds: Floats, colour: NDArray[np.float64], visual: Floats) -> Floats:
        concept = unit((kinds * self._table.emphasis) @ self._table.projection)
        tint = unit(colour.astype(np.float32))
        return unit(np.concatenate([concept, COLOUR_WEIGHT * tint, VISUAL_WEIGHT * visual]))


def kinds_of_sights(table: ConceptTable, logits: Floats) -> Floats:
    """How much images are of each kind, from their logits: (..., 1000) to (..., K)."""
    kinds: Floats = np.sqrt(table.kinds_of_classes(softmax(logits, SIGHT_TEMPERATURE)))
    return kinds
