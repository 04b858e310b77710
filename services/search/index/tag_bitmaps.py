"""The tags of a version: for each file the list of its tags, and for each tag and kind a bitmap of its files."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.conditions import TagKind
from services.search.index.bitmaps import (
    BLOCK_ROWS,
    Mask,
    Ordinals,
    bitmap_arrays,
    bitmap_of,
    bitmaps_from,
    move,
    ordinals_of,
    size_bytes,
)
from services.search.index.many_bitmaps import bitmaps_by_number
from services.search.index.stored import Arrays, part, under
from services.search.index.tag_lists import Lengths, Numbers, TagLists
from services.search.index.tag_numbers import TagNumbers

# Of the files that have tags: more are kept as bits, fewer are compared quickly, as lists as they are.
LISTED_SHARES = 0.065, 0.005

# To make bitmaps of many files together costs least; so many take some tens of megabytes meanwhile.
MOST_UNSETTLED = 8 * BLOCK_ROWS

GIVEN = (TagKind.AI, TagKind.USER, TagKind.REJECTED)


class TagBitmaps:
    """Bitmaps hold files whatever their status; intersect with the active ones.

    A list has a mark for each tag and kind, so one list says all of a file. Marks of files that were written last enter
    the bitmaps when these are next asked for, many files at a time.
    """

    def __init__(self) -> None:
        self._numbers = TagNumbers()
        self._lists = TagLists()
        self._tagged = {kind: BitMap() for kind in TagKind}
        self._seen = BitMap()
        # By mark. No bitmap has a file that is unsettled.
        self._bitmaps: dict[int, BitMap] = {}
        self._unsettled = BitMap()
        # By the tag's number, only of tags that people have touched: for the others the bitmap of AI is the one that
        # holds.
        self._holding: dict[int, BitMap] = {}

    def learn(self, names: Mapping[int, str]) -> None:
        """Take the names of new tag ids."""
        self._numbers.learn(names)

    def put(self, ordinals: Ordinals, lists: Mapping[TagKind, pa.ListArray]) -> None:
        """Replace the tags of these files, given as lists of tag ids by kind; an id stands once in a list."""
        order = np.argsort(ordinals, kind="stable")
        if (order[1:] < order[:-1]).any():
            ordinals, lists = ordinals[order], {kind: ids.take(pa.array(order)) for kind, ids in lists.items()}
        files = bitmap_of(ordinals)
        self._take_out((files & self._seen) - self._unsettled)
        marks, lengths = self._marks(lists)
        self._lists.put(ordinals, marks, np.sum(list(lengths.values()), axis=0))
        for kind in GIVEN:
            move(self._tagged[kind], ordinals, lengths[kind] > 0)
        move(self._tagged[TagKind.ALL], ordinals, self._is_held(ordinals, lengths))
        self._seen |= files
        self._unsettled |= files
        if len(self._unsettled) >= MOST_UNSETTLED:
            self._settle()

    def files(self, kind: TagKind, name: str) -> BitMap:
        """Files that have the tag; not to be changed."""
        number = self._numbers.number_of.get(name)
        if number is None:
            return BitMap()
        self._settle()
        return self._files(kind, number)

    @property
    def names(self) -> Iterable[str]:
        """All names that the version's feed told of, those that no file has any more too."""
        return self._numbers.names

    def is_given(self, name: str) -> bool:
        """Whether some file has or had the tag, of whichever kind."""
        return name in self._numbers.number_of

    def tagged(self, kind: TagKind) -> BitMap:
        """Files that have any tag of the kind; not to be changed."""
        return self._tagged[kind]

    def counts(self, kind: TagKind, among: BitMap) -> dict[str, int]:
        """How many of these files have each tag; tags that none of them has are left out."""
        most, least = LISTED_SHARES
        if least * len(self._seen) < len(among) < most * len(self._seen):
            # Lists are slow to compare with lists. The other files are so many that they are kept as bits.
            others = self._seen - among
            counted = (
                (number, len(files) - files.intersection_cardinality(others)) for number, files in self._by_tag(kind)
            )
        else:
            counted = ((number, files.intersection_cardinality(among)) for number, files in self._by_tag(kind))
        return {self._numbers.names[number]: count for number, count in counted if count}

    def names_at(self, ordinals: Ordinals) -> dict[TagKind, list[list[str]]]:
        """The names of each file's tags by kind, sorted."""
        names, kinds = self._numbers.names, len(GIVEN)
        found: list[list[list[str]]] = [[[] for _ in range(len(ordinals))] for _ in GIVEN]
        for row, marks in enumerate(map(self._lists.of, ordinals.tolist())):
            for mark in marks:
                found[mark % kinds][row].append(names[mark // kinds])
        for lists in found:
            for given in lists:
                given.sort()
        return dict(zip(GIVEN, found, strict=True))

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        bitmaps = (*self._bitmaps.values(), *self._holding.values(), *self._tagged.values(), self._seen)
        return self._lists.size_bytes + self._numbers.size_bytes + size_bytes((*bitmaps, self._unsettled))

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`. A query beside it may settle files: see `load`."""
        arrays = under("numbers", self._numbers.dump()) | under("lists", self._lists.dump())
        arrays |= under("files", bitmap_arrays([self._seen, self._unsettled, *self._tagged.values()]))
        bitmaps = self._bitmaps.copy()
        arrays["marks"] = np.fromiter(bitmaps, np.int64)
        return arrays | under("bitmaps", bitmap_arrays(list(bitmaps.values())))

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._numbers.load(part("numbers", arrays))
        self._lists.load(part("lists", arrays))
        self._seen, self._unsettled, *tagged = bitmaps_from(part("files", arrays))
        self._tagged = dict(zip(TagKind, tagged, strict=True))
        self._bitmaps = dict(zip(arrays["marks"].tolist(), bitmaps_from(part("bitmaps", arrays)), strict=True))
        if self._unsettled:
            # Some of the bitmaps may have been dumped with them.
            for bitmap in self._bitmaps.values():
                bitmap.difference_update(self._unsettled)
        self._holding.clear()

    def _marks(self, lists: Mapping[TagKind, pa.ListArray]) -> tuple[Numbers, dict[TagKind, Lengths]]:
        """The marks of each file, one list behind the other, and how many are of each kind."""
        lengths = {kind: lists[kind].value_lengths().fill_null(0).to_numpy(zero_copy_only=False) for kind in GIVEN}
        kinds = len(GIVEN)
        width: type[np.uint16 | np.uint32] = np.uint16 if kinds * len(self._numbers.names) <= 1 << 16 else np.uint32
        marks: Numbers = np.empty(0, width)
        ends = np.zeros(len(lengths[TagKind.AI]), np.int64)
        for place, kind in enumerate(GIVEN):
            numbers = self._numbers.of_ids(lists[kind].flatten().to_numpy(zero_copy_only=False))
            given: Numbers = (numbers * kinds + place).astype(width)
            marks = np.insert(marks, np.repeat(ends, lengths[kind]), given) if len(marks) else given
            ends += np.cumsum(lengths[kind])
        return marks, lengths

    def _is_held(self, ordinals: Ordinals, lengths: Mapping[TagKind, Lengths]) -> Mask:
        """Which files have a tag that holds, by their lists and by how many are of each kind."""
        is_held: Mask = (lengths[TagKind.AI] > 0) | (lengths[TagKind.USER] > 0)
        is_disputed = is_held & (lengths[TagKind.REJECTED] > 0)
        disputed = ordinals[is_disputed]
        holding = [np.empty(0, np.uint32)]
        for block, rows, marks, lengths_there in self._lists.at(disputed):
            numbers, places = np.divmod(marks, len(GIVEN))
            owners = np.repeat(rows, lengths_there)
            pairs = owners.astype(np.int64) << 32 | numbers
            rejected = places == GIVEN.index(TagKind.REJECTED)
            holding.append(owners[~rejected & ~np.isin(pairs, pairs[rejected])] + block * BLOCK_ROWS)
        is_held[is_disputed] = np.isin(disputed, np.concatenate(holding))
        return is_held

    def _settle(self) -> None:
        """Bring the files that are not in the bitmaps into them."""
        if not self._unsettled:
            return
        for mark, files in self._files_by_mark(self._unsettled):
            if mark in self._bitmaps:
                self._bitmaps[mark] |= files
            else:
                self._bitmaps[mark] = files
            self._holding.pop(mark // len(GIVEN), None)
        self._unsettled = BitMap()

    def _take_out(self, files: BitMap) -> None:
        """Empty the bitmaps of files that are in them."""
        for mark, having in self._files_by_mark(files):
            self._bitmaps[mark] -= having
            if not self._bitmaps[mark]:
                del self._bitmaps[mark]
            self._holding.pop(mark // len(GIVEN), None)

    def _files_by_mark(self, files: BitMap) -> Iterator[tuple[int, BitMap]]:
        """Each mark in the lists of some files, and those of them whose lists have it."""

        def pairs() -> Iterator[tuple[int, Numbers, Ordinals]]:
            for block, rows, marks, lengths in self._lists.at(ordinals_of(files)):
                yield block, marks, np.repeat(rows, lengths)

        return bitmaps_by_number(pairs())

    def _files(self, kind: TagKind, number: int) -> BitMap:
        marks = range(number * len(GIVEN), (number + 1) * len(GIVEN))
        if kind is not TagKind.ALL:
            return self._bitmaps.get(marks[GIVEN.index(kind)]) or BitMap()
        ai, user, rejected = map(self._bitmaps.get, marks)
        if user is None and rejected is None:
            return ai or BitMap()
        if number not in self._holding:
            self._holding[number] = ((ai or BitMap()) | (user or BitMap())) - (rejected or BitMap())
        return self._holding[number]

    def _by_tag(self, kind: TagKind) -> Iterator[tuple[int, BitMap]]:
        """The number of each tag, and the files that have it."""
        self._settle()
        return ((number, self._files(kind, number)) for number in range(len(self._numbers.names)))
