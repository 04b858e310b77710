"""Words in texts: runs of letters and digits (Unicode's L and N)."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_BETWEEN = r"[^\pL\pN]"


def has_words(strings: pa.StringArray, words: Sequence[str]) -> NDArray[np.bool_]:
    """In which strings these words stand one after the other, in any case (Unicode's simple case folding)."""
    pattern = f"{_BETWEEN}+".join(re.escape(word) for word in words)
    matched = pc.match_substring_regex(strings, f"(?i)(?:^|{_BETWEEN})(?:{pattern})(?:$|{_BETWEEN})")
    found: NDArray[np.bool_] = matched.to_numpy(zero_copy_only=False)
    return found
