"""The size and shape that an image is brought to."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Self

WHITE = (255, 255, 255)


class Fit(IntEnum):
    """How an image takes the width and height of its shape."""

    MODEL = 0  # for models: no larger than both, never enlarged, with the numbers of its pixels as they are
    INSIDE = 1  # for people, like all below: no larger than both, never enlarged
    PAD = 2  # as INSIDE, then in the middle of a surface of exactly that size
    FILL = 3  # exactly that size, from the middle of the image, without distorting it
    FIXED = 4  # exactly that size, distorted


@dataclass(frozen=True)
class Shape:
    """A shape for the image as it stands upright.

    `percent` (1 to 100) bounds INSIDE by that part of the original as well; `colour` (red, green, blue, each 0 to 255)
    is what PAD shows around the image.
    """

    fit: Fit
    width_px: int
    height_px: int
    percent: int = 100
    colour: tuple[int, int, int] = WHITE

    def turned(self) -> Self:
        """The same for an image that still lies on its side."""
        return replace(self, width_px=self.height_px, height_px=self.width_px)
