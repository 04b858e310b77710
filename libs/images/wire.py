"""How the pool and a decoder process talk over their socket pair: a fixed head, then the bytes that it announces."""

from enum import IntEnum
from struct import Struct

# size of the data in bytes; fit, width, height and percent of the shape, red, green and blue; output format, quality
REQUEST = Struct("!QBIIB3BBB")
# verdict, size of what follows in bytes, width and height of the oriented original in pixels
RESPONSE = Struct("!BQII")

# What a decoder exits with when it meets its memory limit; a process that did is never used again.
MEMORY_EXIT = 77


class Output(IntEnum):
    """The format that a prepared image has."""

    JPEG = 1
    PNG = 2
    PPM = 3


class Verdict(IntEnum):
    """What a response carries: the prepared image after PREPARED, else what was wrong, as text."""

    PREPARED = 0
    UNSUPPORTED = 1
    CORRUPT = 2
    TOO_MANY_PIXELS = 3
