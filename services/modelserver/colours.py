"""The eleven basic colours: how much of each an image has, and which ones a text names."""

import re

import numpy as np
from numpy.typing import NDArray

SRGB = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "red": (200, 20, 20),
    "orange": (240, 140, 20),
    "yellow": (250, 220, 40),
    "green": (40, 140, 40),
    "blue": (40, 80, 200),
    "purple": (120, 40, 150),
    "pink": (245, 150, 190),
    "brown": (120, 70, 30),
    "grey": (128, 128, 128),
}
NAMES = tuple(SRGB)
SPELLINGS = {"gray": "grey", "violet": "purple"}
BACKGROUND_LEVEL = 250  # a pixel at least this light in each channel is taken for paper
SAMPLING_STEP_PX = 4


def shares(canvas: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The share of each colour among the pixels of an RGB image, of shape (11,), sum 1; paper does not count."""
    pixels = canvas[::SAMPLING_STEP_PX, ::SAMPLING_STEP_PX].reshape(-1, 3)
    inked = pixels[(pixels < BACKGROUND_LEVEL).any(axis=1)]
    pixels = inked if len(inked) else pixels
    distances = ((lab(pixels)[:, None] - PALETTE) ** 2).sum(axis=2)
    return np.bincount(distances.argmin(axis=1), minlength=len(NAMES)) / len(pixels)


def named(text: str) -> NDArray[np.float64]:
    """1 for each colour that the text names, of shape (11,)."""
    words = re.findall("[a-z]+", text.lower())
    found = {SPELLINGS.get(word, word) for word in words}
    return np.array([float(name in found) for name in NAMES])


def lab(srgb: NDArray[np.generic]) -> NDArray[np.float64]:
    """sRGB (0 to 255) in CIE L*a*b* under D65, where distances are roughly those that an eye sees."""
    levels = np.asarray(srgb, dtype=np.float64) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


PALETTE = lab(np.array(list(SRGB.values())))
