"""Arrow strings: as arrays to be kept, and looked into."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.search.index.bitmaps import Mask
from services.search.index.stored import Arrays


def string_arrays(strings: pa.StringArray) -> dict[str, NDArray[np.generic]]:
    """Strings without nulls as arrays to be kept: UTF-8 bytes and where each string ends in them."""
    characters, offsets = bytes_and_offsets(strings)
    return {"bytes": characters[offsets[0] : offsets[-1]], "ends": offsets[1:] - offsets[0]}


def strings_from(arrays: Arrays) -> pa.StringArray:
    """The strings that `string_arrays` was given."""
    return string_array(arrays["bytes"], np.concatenate([np.zeros(1, np.int32), arrays["ends"]]))


def string_array(characters: NDArray[np.uint8], offsets: NDArray[np.int32]) -> pa.StringArray:
    """Arrow strings over UTF-8 bytes, without a copy; string i lies from offset i to i + 1."""
    if not len(characters):
        characters = np.zeros(1, np.uint8)
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(characters))


def bytes_and_offsets(strings: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The other way round: the UTF-8 bytes, and one more offset into them than there are strings."""
    if not len(strings):
        return np.empty(0, np.uint8), np.zeros(1, np.int32)
    _, offsets, characters = strings.buffers()
    taken = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return np.frombuffer(characters, np.uint8) if characters is not None else np.empty(0, np.uint8), taken


def contains(strings: pa.StringArray, text: str) -> Mask:
    """Which strings have this part, in any case (Unicode's simple case folding)."""
    return flags(pc.match_substring(strings, text, ignore_case=True))


def flags(booleans: pa.BooleanArray) -> Mask:
    """Arrow's Booleans without nulls as a mask."""
    mask: Mask = booleans.to_numpy(zero_copy_only=False)
    return mask
