"""Bitmaps made of masks are those of the same ordinals, in the library's own form."""

from collections.abc import Callable

import numpy as np
import pytest
from pyroaring import BitMap

from services.search.index.bitmaps import (
    BLOCK_ROWS,
    Mask,
    bitmap_arrays,
    bitmap_of,
    bitmap_of_mask,
    bitmaps_from,
    blocks_of,
    ordinals_of,
)

RANDOM = np.random.default_rng(20)


def at_random(share: float) -> Callable[[int], Mask]:
    return lambda rows: RANDOM.random(rows) < share


MASKS: dict[str, Callable[[int], Mask]] = {
    "nothing": lambda rows: np.zeros(rows, np.bool_),
    "everything": lambda rows: np.ones(rows, np.bool_),
    "half": at_random(0.5),
    "just about a list": at_random(4_096 / BLOCK_ROWS),
    "few": at_random(0.001),
    "all but few": at_random(0.999),
    "some blocks": lambda rows: at_random(0.3)(rows) & (np.arange(rows) // BLOCK_ROWS % 2 == 1),
    "exactly a list": lambda rows: np.arange(rows) % BLOCK_ROWS < 4_096,
    "one more than a list": lambda rows: np.arange(rows) % BLOCK_ROWS < 4_097,
}


@pytest.mark.parametrize("rows", [0, 1, 7, 8, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 5 * BLOCK_ROWS + 4_711])
@pytest.mark.parametrize("name", MASKS)
def test_a_bitmap_of_a_mask_has_the_rows_that_are_true(name: str, rows: int) -> None:
    mask = MASKS[name](rows)
    for first in (0, 3 * BLOCK_ROWS):
        expected = bitmap_of((np.flatnonzero(mask) + first).astype(np.uint32))
        found = bitmap_of_mask(mask, first)
        assert found == expected
        # As the library would have made it itself: it takes no more room, and can be written to.
        assert found.get_statistics() == expected.get_statistics()
        assert BitMap.deserialize(found.serialize()) == expected
        found.add(first)
        assert found == expected | BitMap([first])


@pytest.mark.parametrize("name", MASKS)
def test_ordinals_come_block_by_block(name: str) -> None:
    bitmap = bitmap_of_mask(MASKS[name](3 * BLOCK_ROWS + 5), BLOCK_ROWS)
    blocks = list(blocks_of(bitmap))
    together = [ordinal for _, ordinals in blocks for ordinal in ordinals.tolist()]
    assert together == ordinals_of(bitmap).tolist()
    assert all(len(ordinals) and set((ordinals // BLOCK_ROWS).tolist()) == {number} for number, ordinals in blocks)


def test_bitmaps_are_kept_as_arrays() -> None:
    bitmaps = [bitmap_of_mask(mask(100_000)) for mask in MASKS.values()]
    assert bitmaps_from(bitmap_arrays(bitmaps)) == bitmaps
    assert bitmaps_from(bitmap_arrays([])) == []
