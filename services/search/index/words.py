"""Words in texts: runs of letters and digits (Unicode's L and N)."""

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from services.search.index.bitmaps import Mask
from services.search.index.strings import flags

_BETWEEN = r"[^\pL\pN]"


def has_words(strings: pa.StringArray, words: Sequence[str]) -> Mask:
    """In which strings these words stand one after the other, in any case (Unicode's simple case folding)."""
    pattern = f"{_BETWEEN}+".join(re.escape(word) for word in words)
    return flags(pc.match_substring_regex(strings, f"(?i)(?:^|{_BETWEEN})(?:{pattern})(?:$|{_BETWEEN})"))
