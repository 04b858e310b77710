"""The image classifier: pixels in, evidence for each of ImageNet's classes and what the image looks like out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.modelserver.sessions import open_session

INPUT_SIDE_PX = 260
CLASSES = 1000


@dataclass(frozen=True)
class Sight:
    """What the classifier saw."""

    logits: NDArray[np.float32]
    """Of shape (1000,), in ImageNet's order."""
    features: NDArray[np.float32]
    """Of shape (1280,), none below zero."""


class Classifier:
    """EfficientNet-Lite2."""

    def __init__(self, folder: Path) -> None:
        self._session = open_session(folder / "classifier.onnx")

    def look(self, canvas: NDArray[np.uint8]) -> Sight:
        """Classify a square RGB image of shape (side, side, 3); the graph scales it to 260 pixels (bicubic)."""
        logits, features = self._session.run(["logits", "features"], {"image": canvas})
        return Sight(np.asarray(logits, np.float32)[0], np.asarray(features, np.float32)[0])
