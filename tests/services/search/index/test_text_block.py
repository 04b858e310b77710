"""What is known of where bytes stand holds whatever was written, and however much at a time."""

import numpy as np

from services.search.index.bitmaps import BLOCK_ROWS
from services.search.index.byte_pattern import BytePattern, ByteSet
from services.search.index.text_block import TextBlock
from tests.services.search.index.kept import mapped


def test_bytes_are_known_and_found_however_they_came() -> None:
    random_ = np.random.default_rng(4)
    block, expected = TextBlock(), np.zeros((9, BLOCK_ROWS), np.uint8)

    def write(first: int, end: int, width: int) -> None:
        texts = random_.integers(97, 123, (end - first, width)).astype(np.uint8)
        texts[:, 0] = 97
        # A byte that a sample may miss.
        texts[-1, -1] = 64
        block.put(np.arange(first, end), texts)
        expected[:width, first:end] = texts.T

    def check() -> None:
        counts = np.array([block.counts_of(byte) for byte in range(256)])
        exact = np.array([np.bincount(plane, minlength=256) for plane in expected[: block.width]], np.int64)
        exact = exact.reshape(-1, 256).T
        assert ((counts == 0) == (exact == 0)).all()
        assert ((counts == BLOCK_ROWS) == (exact == BLOCK_ROWS)).all()
        assert (counts.sum(axis=0) <= BLOCK_ROWS).all()
        assert (np.abs(counts - exact) < BLOCK_ROWS / 10).all()
        for pair in [(97, 98), (97, 64), (0, 0), (98, 64)]:
            pattern = BytePattern(tuple(ByteSet((byte,)) for byte in pair))
            starts = list(range(block.width - 1))
            fitting = [[int(counts[byte, start + place]) for place, byte in enumerate(pair)] for start in starts]
            bits = block.matching(pattern, starts, fitting)
            fits = [(expected[start] == pair[0]) & (expected[start + 1] == pair[1]) for start in starts]
            found = np.unpackbits(bits.view(np.uint8), bitorder="little").astype(np.bool_)
            assert (found == np.any([np.zeros(BLOCK_ROWS, np.bool_), *fits], axis=0)).all()

    check()
    for first, end, width in [(0, 5, 3), (5, 40_000, 4), (40_000, 40_010, 2), (50_000, 50_003, 9), (60_000, 65_536, 1)]:
        write(first, end, width)
        if first != 40_000:
            check()
    gone = random_.choice(40_000, 300, replace=False)
    gone.sort()
    for is_known in (False, True):
        kept = TextBlock()
        if is_known:
            check()
        kept.load(mapped(block.dump()))
        block = kept
        block.clear(gone)
        expected[:, gone] = 0
        write(*((50_010, 59_999) if is_known else (50_003, 50_010)), 5)
    check()
    write(59_999, 60_000, 1)
    write(40_010, 50_000, 1)
    check()


def test_what_was_looked_for_takes_no_more_memory_than_the_texts() -> None:
    block = TextBlock()
    block.put(np.arange(BLOCK_ROWS), np.random.default_rng(5).integers(1, 256, (BLOCK_ROWS, 3)).astype(np.uint8))
    before = block.size_bytes
    for byte in range(1, 256):
        block.matching(BytePattern((ByteSet((byte,)),)), [0, 1, 2], [[1]] * 3)
    assert before < block.size_bytes <= 2 * before + 3 * 256 * 4
