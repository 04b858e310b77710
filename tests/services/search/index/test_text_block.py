"""How many rows have a byte in a place is known whatever was written, and however much at a time."""

import numpy as np

from services.search.index.bitmaps import BLOCK_ROWS
from services.search.index.text_block import TextBlock
from tests.services.search.index.kept import mapped


def test_bytes_are_counted_however_they_came() -> None:
    random_ = np.random.default_rng(4)
    block, expected = TextBlock(), np.zeros((9, BLOCK_ROWS), np.uint8)

    def write(first: int, end: int, width: int) -> None:
        texts = random_.integers(1, 256, (end - first, width)).astype(np.uint8)
        block.put(np.arange(first, end), texts)
        expected[:width, first:end] = texts.T

    def check() -> None:
        counted = [np.bincount(plane, minlength=256).tolist() for plane in expected[: block.width]]
        assert block.counts.tolist() == counted

    check()
    for first, end, width in [(0, 5, 3), (5, 40_000, 4), (40_000, 40_010, 2), (50_000, 50_003, 9), (60_000, 65_536, 1)]:
        write(first, end, width)
        if first != 40_000:
            check()
    gone = random_.choice(40_000, 300, replace=False)
    gone.sort()
    for is_counted in (False, True):
        kept = TextBlock()
        if is_counted:
            check()
        kept.load(mapped(block.dump()))
        block = kept
        block.clear(gone)
        expected[:, gone] = 0
        write(*((50_010, 59_999) if is_counted else (50_003, 50_010)), 5)
    check()
