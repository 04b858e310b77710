"""State as it comes back from a disk."""

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.search.index.stored import Arrays


def mapped(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """Copies that are mapped into memory, each at an odd place that only its own alignment bounds."""
    return {name: _mapped(np.ascontiguousarray(array)) for name, array in arrays.items()}


def _mapped(array: NDArray[Any]) -> NDArray[Any]:
    start = 64
    memory = mmap.mmap(-1, start + max(array.nbytes, 1))
    memory[start : start + array.nbytes] = array.tobytes()
    content = np.frombuffer(memory, np.uint8)[start : start + array.nbytes]
    return content.view(array.dtype).reshape(array.shape)
