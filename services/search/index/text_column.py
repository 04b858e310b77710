"""A column of texts that differ from file to file: names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import (
    BLOCK_ROWS,
    Mask,
    Ordinals,
    bitmap_arrays,
    bitmap_of,
    bitmap_of_bits,
    bitmap_of_mask,
    bitmaps_from,
    blocks_of,
    bounds_of_blocks,
    ordinals_of,
    size_bytes,
)
from services.search.index.byte_pattern import (
    BESIDE_WORD,
    BETWEEN_WORDS,
    END,
    PERHAPS_BESIDE_WORD,
    BytePattern,
    ByteSet,
    exactly,
    in_any_case,
)
from services.search.index.letter_cases import unusual_characters
from services.search.index.stored import Arrays, part, under
from services.search.index.string_heap import StringHeap
from services.search.index.strings import bytes_and_offsets, contains, flags, string_array
from services.search.index.text_block import TextBlock
from services.search.index.words import has_words

# Longer texts, in bytes, are kept apart, and the longest of a block too if they are at most one in so many.
WIDEST = 192
WORTH_A_PLANE = 256

# To look at a text alone costs as much as to look at so many in blocks.
ALONE_COSTS = 64

# So many are looked up one by one: each call of numpy or Arrow costs as much as a text.
FEW_TEXTS = 128

Test = Callable[[pa.StringArray], Mask]


class TextColumn:
    """Texts without zero bytes, most of them in blocks side by side (see `TextBlock`), a few long ones in a heap.

    Whatever ignores case does as RE2 does. Where the bytes alone do not decide, RE2 itself is asked: for texts in the
    heap, for those with letters whose other case has another length, and beside words for letters beyond ASCII.
    """

    def __init__(self) -> None:
        self._blocks: list[TextBlock] = []
        self._heap = StringHeap()
        self._filled = BitMap()
        self._in_heap = BitMap()
        self._beyond_ascii = BitMap()
        self._unusual = BitMap()
        # By byte, of those that were asked for.
        self._counts: dict[int, _Counts] = {}

    def put(self, ordinals: Ordinals, values: pa.StringArray) -> None:
        """Write rows; the ordinals differ from each other."""
        is_filled = pc.not_equal(values, "")
        ordinals = self._cleared(ordinals, flags(is_filled))
        values = values.filter(is_filled)
        if not len(ordinals):
            return
        order = np.argsort(ordinals, kind="stable")
        if (order[1:] < order[:-1]).any():
            ordinals, values = ordinals[order], values.take(pa.array(order))
        self._filled |= bitmap_of(ordinals)
        self._learn_letters(ordinals, values)
        for number, start, end in bounds_of_blocks(ordinals):
            self._put_block(number, ordinals[start:end], values.slice(start, end - start))
        self._counts.clear()

    def at(self, ordinals: Ordinals) -> list[str]:
        """The texts of these ordinals, "" where there is none."""
        if len(ordinals) <= FEW_TEXTS:
            return [self._text_of(ordinal) for ordinal in ordinals.tolist()]
        texts: list[str] = self.strings_at(ordinals).to_pylist()
        return texts

    def strings_at(self, ordinals: Ordinals) -> pa.StringArray:
        """The same as Arrow strings."""
        order = np.argsort(ordinals, kind="stable")
        strings = self._strings_of(ordinals[order])
        if (order[1:] > order[:-1]).all():
            return strings
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        return strings.take(pa.array(places))

    def has(self, ordinals: Ordinals) -> Mask:
        """Which of these ordinals have a text."""
        return np.isin(ordinals, ordinals_of(self._filled & bitmap_of(ordinals)))

    def filled(self, among: BitMap) -> BitMap:
        """Those of `among` that have a text."""
        return among & self._filled

    def equal(self, among: BitMap, text: str) -> BitMap:
        """Those of `among` whose text is this one, case and all."""
        if not text or "\0" in text:
            return BitMap()
        return self._found(among, END + exactly(text) + END, (), lambda strings: flags(pc.equal(strings, text)))

    def containing(self, among: BitMap, text: str) -> BitMap:
        """Those of `among` whose text has this part, in any case."""
        if not text:
            return self.filled(among)
        if "\0" in text:
            return BitMap()
        pattern = in_any_case(text)
        sure, perhaps = (pattern, ()) if pattern.is_exact else (None, (pattern,))
        return self._found(among, sure, perhaps, lambda strings: contains(strings, text))

    def having_words(self, among: BitMap, words: Sequence[str]) -> BitMap:
        """Those of `among` in whose text these words, none of them empty, stand as `has_words` says."""
        if any("\0" in word for word in words):
            return BitMap()
        patterns = [in_any_case(word) for word in words]
        sure = BESIDE_WORD + patterns[0]
        for pattern in patterns[1:]:
            sure += BETWEEN_WORDS + pattern
        is_decided = len(words) == 1 and sure.is_exact and not self._beyond_ascii.intersect(among)
        return self._found(
            among,
            sure + BESIDE_WORD if sure.is_exact else None,
            () if is_decided else [PERHAPS_BESIDE_WORD + pattern + PERHAPS_BESIDE_WORD for pattern in patterns],
            lambda strings: has_words(strings, words),
        )

    def within(self, among: BitMap, low: str | None, high: str | None) -> BitMap:
        """Those of `among` whose text is from `low` to `high` by its bytes, both included; None is open."""

        def is_inside(strings: pa.StringArray) -> Mask:
            inside = np.ones(len(strings), np.bool_)
            if low is not None:
                inside &= flags(pc.greater_equal(strings, low))
            if high is not None:
                inside &= flags(pc.less_equal(strings, high))
            return inside

        among = among & self._filled
        if self._are_few(among):
            return self._tested(among, is_inside)
        in_blocks = among - self._in_heap
        mask = np.zeros((len(self._blocks), BLOCK_ROWS), np.bool_)
        for number, block in enumerate(self._blocks):
            if in_blocks.range_cardinality(number * BLOCK_ROWS, (number + 1) * BLOCK_ROWS):
                mask[number] = block.within(*(None if bound is None else bound.encode() for bound in (low, high)))
        return (bitmap_of_mask(mask.reshape(-1)) & in_blocks) | self._tested(among & self._in_heap, is_inside)

    @property
    def size_bytes(self) -> int:
        """Memory."""
        bitmaps = (self._filled, self._in_heap, self._beyond_ascii, self._unusual)
        return sum(block.size_bytes for block in self._blocks) + self._heap.size_bytes + size_bytes(bitmaps)

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        bitmaps = [self._filled, self._in_heap, self._beyond_ascii, self._unusual]
        arrays = under("bitmaps", bitmap_arrays(bitmaps)) | under("heap", self._heap.dump())
        for number, block in enumerate(self._blocks):
            arrays |= under(f"block/{number}", block.dump())
        return arrays

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        bitmaps = bitmaps_from(part("bitmaps", arrays))
        self._filled, self._in_heap, self._beyond_ascii, self._unusual = bitmaps
        self._heap.load(part("heap", arrays))
        self._blocks, self._counts = [], {}
        while kept := part(f"block/{len(self._blocks)}", arrays):
            self._blocks.append(TextBlock())
            self._blocks[-1].load(kept)

    def _cleared(self, ordinals: Ordinals, is_filled: Mask) -> Ordinals:
        """Take away the texts that these ordinals have; those that get another are returned."""
        if again := self._filled & bitmap_of(ordinals):
            in_heap = again & self._in_heap
            self._heap.discard(ordinals_of(in_heap))
            for number, there in blocks_of(again - in_heap):
                self._blocks[number].clear(there % BLOCK_ROWS)
            for bitmap in (self._filled, self._in_heap, self._beyond_ascii, self._unusual):
                bitmap.difference_update(again)
            self._counts.clear()
        return ordinals[is_filled]

    def _learn_letters(self, ordinals: Ordinals, values: pa.StringArray) -> None:
        is_beyond = pc.invert(pc.string_is_ascii(values))
        if pc.any(is_beyond).as_py():
            ordinals, values = ordinals[flags(is_beyond)], values.filter(is_beyond)
            self._beyond_ascii |= bitmap_of(ordinals)
            is_unusual = flags(pc.match_substring_regex(values, f"[{unusual_characters()}]"))
            self._unusual |= bitmap_of(ordinals[is_unusual])

    def _put_block(self, number: int, ordinals: Ordinals, values: pa.StringArray) -> None:
        while number >= len(self._blocks):
            self._blocks.append(TextBlock())
        block = self._blocks[number]
        lengths = pc.binary_length(values).to_numpy()
        width = self._width(number, lengths)
        fits = lengths <= width
        if not fits.all():
            self._heap.put(ordinals[~fits], values.filter(pa.array(~fits)))
            self._in_heap |= bitmap_of(ordinals[~fits])
            ordinals, values = ordinals[fits], values.filter(pa.array(fits))
        if len(ordinals):
            block.put(ordinals % BLOCK_ROWS, side_by_side(values))

    def _width(self, number: int, lengths: NDArray[np.int32]) -> int:
        """How wide a block is to be when texts of these lengths come; what fits then is moved out of the heap."""
        start, end = number * BLOCK_ROWS, (number + 1) * BLOCK_ROWS
        width = self._blocks[number].width
        few = self._filled.range_cardinality(start, end) // WORTH_A_PLANE
        longer = lengths[lengths > width]
        if len(longer) + self._in_heap.range_cardinality(start, end) <= few:
            return width
        apart = ordinals_of(self._in_heap & BitMap(range(start, end)))
        strings = self._heap.strings_at(apart)
        apart_lengths = pc.binary_length(strings).to_numpy()
        all_longer = np.concatenate([longer, apart_lengths])
        all_longer = np.sort(all_longer[all_longer <= WIDEST])[::-1]
        if len(all_longer) <= few:
            return width
        width = int(all_longer[few])
        fits = apart_lengths <= width
        if fits.any():
            self._blocks[number].put(apart[fits] % BLOCK_ROWS, side_by_side(strings.filter(pa.array(fits))))
            self._heap.discard(apart[fits])
            self._in_heap -= bitmap_of(apart[fits])
        return width

    def _text_of(self, ordinal: int) -> str:
        if ordinal in self._in_heap:
            return self._heap.of(ordinal)
        number, row = divmod(ordinal, BLOCK_ROWS)
        return self._blocks[number].text_of(row) if number < len(self._blocks) else ""

    def _strings_of(self, ordinals: Ordinals) -> pa.StringArray:
        """The texts of ordinals that ascend."""
        characters, lengths = [np.empty(0, np.uint8)], np.zeros(len(ordinals) + 1, np.int32)
        for number, start, end in bounds_of_blocks(ordinals):
            if number < len(self._blocks):
                texts = self._blocks[number].texts_at(ordinals[start:end] % BLOCK_ROWS)
                is_text = texts != 0
                characters.append(texts[is_text])
                lengths[start + 1 : end + 1] = is_text.sum(axis=1)
        strings = string_array(np.concatenate(characters), np.cumsum(lengths, dtype=np.int32))
        if not self._in_heap:
            return strings
        is_apart = np.isin(ordinals, ordinals_of(self._in_heap & bitmap_of(ordinals)))
        return pc.replace_with_mask(strings, pa.array(is_apart), self._heap.strings_at(ordinals[is_apart]))

    def _found(self, among: BitMap, sure: BytePattern | None, perhaps: Sequence[BytePattern], test: Test) -> BitMap:
        """Those of `among` that pass a test: all that `sure` fits do, and others only if all of `perhaps` fit them."""
        among = among & self._filled
        if self._are_few(among):
            return self._tested(among, test)
        undecided = among & (self._in_heap | self._unusual)
        rest = among - undecided
        found = BitMap() if sure is None else self._fitting(rest, sure)
        if perhaps:
            rest -= found
            for pattern in perhaps:
                if not self._are_few(rest):
                    rest = self._fitting(rest, pattern)
            undecided |= rest
        return found | self._tested(undecided, test)

    def _are_few(self, among: BitMap) -> bool:
        return len(among) * ALONE_COSTS < len(self._blocks) * BLOCK_ROWS

    def _tested(self, among: BitMap, test: Test) -> BitMap:
        ordinals = ordinals_of(among)
        if not len(ordinals):
            return BitMap()
        return bitmap_of(ordinals[test(self._strings_of(ordinals))])

    def _fitting(self, among: BitMap, pattern: BytePattern) -> BitMap:
        """Those of `among` that are in blocks and that a pattern fits."""
        counts = self._counts_by_start(pattern) if among else None
        if counts is None:
            return BitMap()
        first, last = among.min() // BLOCK_ROWS, among.max() // BLOCK_ROWS
        bits = np.zeros((last - first + 1, BLOCK_ROWS // 64), np.uint64)
        for number in range(first, last + 1):
            starts = np.flatnonzero(counts[number].min(axis=0))
            if len(starts) and among.range_cardinality(number * BLOCK_ROWS, (number + 1) * BLOCK_ROWS):
                fitting = counts[number][:, starts].T.tolist()
                there = self._occurring(pattern, number)
                bits[number - first] = self._blocks[number].matching(there, (starts - 1).tolist(), fitting)
        return bitmap_of_bits(bits.view(np.uint8), first * BLOCK_ROWS) & among

    def _counts_by_start(self, pattern: BytePattern) -> NDArray[np.uint32] | None:
        """About how many rows each byte of a pattern fits: by block, by the byte's place, and by the pattern's start,
        from plane -1 on. None if the pattern is longer than all texts.
        """
        starts = 1 + max((block.width for block in self._blocks), default=0) + 1 - len(pattern.sets) + 1
        if starts <= 0:
            return None
        counts = np.zeros((len(self._blocks), len(pattern.sets), starts), np.uint32)
        for place, byte_set in enumerate(pattern.sets):
            for byte in byte_set.members:
                counts[:, place] += self._counts_of(byte).by_plane[:, place : place + starts]
        return counts

    def _counts_of(self, byte: int) -> "_Counts":
        """Before the first plane and behind the last all rows have a zero."""
        if byte not in self._counts:
            width = max(block.width for block in self._blocks)
            by_plane = np.full((len(self._blocks), 1 + width + 1), 0 if byte else BLOCK_ROWS, np.uint32)
            for number, block in enumerate(self._blocks):
                by_plane[number, 1 : block.width + 1] = block.counts_of(byte)
            self._counts[byte] = _Counts(by_plane, [bool(counts.any()) for counts in by_plane])
        return self._counts[byte]

    def _occurring(self, pattern: BytePattern, number: int) -> BytePattern:
        """A pattern that fits, without those cases of letters that a block does not have."""

        def occurring(byte_set: ByteSet) -> ByteSet:
            return ByteSet(tuple(byte for byte in byte_set.members if self._counts_of(byte).occurs[number]))

        return BytePattern(tuple(occurring(one) if 1 < len(one.members) <= 4 else one for one in pattern.sets))


@dataclass(frozen=True, eq=False)
class _Counts:
    """About how many rows have a byte, by block and by plane, from plane -1 on; and whether any in a block has it."""

    by_plane: NDArray[np.uint32]
    occurs: list[bool]


def side_by_side(values: pa.StringArray) -> NDArray[np.uint8]:
    """One row a text, filled up with zeros."""
    characters, offsets = bytes_and_offsets(values)
    lengths = np.diff(offsets)
    width = int(lengths.max())
    if width == lengths.min():
        return characters[offsets[0] : offsets[-1]].reshape(-1, width)
    texts = np.zeros((len(lengths), width), np.uint8)
    texts[np.arange(texts.shape[1]) < lengths[:, None]] = characters[offsets[0] : offsets[-1]]
    return texts
