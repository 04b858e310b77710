"""The tags of a version: one bitmap of ordinals a tag and kind, and the names of tags."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.conditions import TagKind
from services.search.index.bitmaps import Ordinals, bitmap_arrays, bitmap_of, bitmaps_from, size_bytes
from services.search.index.stored import Arrays, part, under
from services.search.index.strings import string_arrays, strings_from

# Of the files that have tags: more are kept as bits, fewer are compared quickly, as lists as they are.
LISTED_SHARES = 0.065, 0.005

GIVEN = (TagKind.AI, TagKind.USER, TagKind.REJECTED)


class TagBitmaps:
    """Bitmaps hold files whatever their status; intersect with the active ones."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        self._given: dict[TagKind, dict[int, BitMap]] = {kind: {} for kind in GIVEN}
        # Only of tags that people have touched: for the others the bitmap of AI is the one that holds.
        self._holding: dict[int, BitMap] = {}
        self._seen = BitMap()

    def learn(self, names: Mapping[int, str]) -> None:
        """Take the names of new tag ids."""
        self._names.update(names)
        self._ids.update((name, tag_id) for tag_id, name in names.items())

    def put(self, ordinals: Ordinals, lists: Mapping[TagKind, pa.ListArray]) -> None:
        """Replace the tags of these files, given as lists of tag ids by kind."""
        files = bitmap_of(ordinals)
        again = files & self._seen
        self._seen |= files
        for kind, bitmaps in self._given.items():
            if again:
                for tag_id in [tag_id for tag_id, bitmap in bitmaps.items() if bitmap.intersect(again)]:
                    bitmaps[tag_id] -= again
                    if not bitmaps[tag_id]:
                        del bitmaps[tag_id]
            for tag_id, tagged in by_tag(ordinals, lists[kind]):
                if tag_id in bitmaps:
                    bitmaps[tag_id] |= tagged
                else:
                    bitmaps[tag_id] = tagged
        self._holding.clear()

    def files(self, kind: TagKind, name: str) -> BitMap:
        """Files that have the tag; not to be changed."""
        tag_id = self._ids.get(name)
        return BitMap() if tag_id is None else self._files(kind, tag_id)

    @property
    def names(self) -> Iterable[str]:
        """All names that the version's feed told of, those that no file has any more too."""
        return self._ids.keys()

    def is_given(self, name: str) -> bool:
        """Whether some file has or had the tag, of whichever kind."""
        return name in self._ids

    def tagged(self, kind: TagKind) -> BitMap:
        """Files that have any tag of the kind."""
        return BitMap.union(BitMap(), *(bitmap for _, bitmap in self._bitmaps(kind)))

    def counts(self, kind: TagKind, among: BitMap) -> dict[str, int]:
        """How many of these files have each tag; tags that none of them has are left out."""
        most, least = LISTED_SHARES
        if least * len(self._seen) < len(among) < most * len(self._seen):
            # Lists are slow to compare with lists. The other files are so many that they are kept as bits.
            others = self._seen - among
            counted = (
                (tag_id, len(files) - files.intersection_cardinality(others)) for tag_id, files in self._bitmaps(kind)
            )
        else:
            counted = ((tag_id, files.intersection_cardinality(among)) for tag_id, files in self._bitmaps(kind))
        return {self._names[tag]: count for tag, count in counted if count}

    def names_at(self, kind: TagKind, ordinals: Ordinals) -> list[list[str]]:
        """The names of each file's tags, sorted."""
        among = bitmap_of(ordinals)
        row_of = {ordinal: row for row, ordinal in enumerate(ordinals.tolist())}
        found: list[list[str]] = [[] for _ in row_of]
        for tag_id, bitmap in self._bitmaps(kind):
            if bitmap.intersect(among):
                for ordinal in bitmap & among:
                    found[row_of[ordinal]].append(self._names[tag_id])
        return [sorted(names) for names in found]

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        bitmaps = [bitmap for given in self._given.values() for bitmap in given.values()]
        return size_bytes([*bitmaps, *self._holding.values(), self._seen]) + 200 * len(self._names)

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        arrays: dict[str, NDArray[np.generic]] = {"tag_ids": np.fromiter(self._names, np.int32)}
        arrays |= under("names", string_arrays(pa.array(self._names.values(), pa.string())))
        arrays |= under("seen", bitmap_arrays([self._seen]))
        for kind, bitmaps in self._given.items():
            arrays[f"{kind.value}/tag_ids"] = np.fromiter(bitmaps, np.int32)
            arrays |= under(kind.value, bitmap_arrays(list(bitmaps.values())))
        return arrays

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        names = strings_from(part("names", arrays)).to_pylist()
        self.learn(dict(zip(arrays["tag_ids"].tolist(), names, strict=True)))
        (self._seen,) = bitmaps_from(part("seen", arrays))
        for kind in GIVEN:
            kept = part(kind.value, arrays)
            self._given[kind] = dict(zip(kept["tag_ids"].tolist(), bitmaps_from(kept), strict=True))
        self._holding.clear()

    def _files(self, kind: TagKind, tag_id: int) -> BitMap:
        if kind is not TagKind.ALL:
            return self._given[kind].get(tag_id) or BitMap()
        ai, user, rejected = (self._given[kind].get(tag_id) for kind in GIVEN)
        if user is None and rejected is None:
            return ai or BitMap()
        if tag_id not in self._holding:
            self._holding[tag_id] = ((ai or BitMap()) | (user or BitMap())) - (rejected or BitMap())
        return self._holding[tag_id]

    def _bitmaps(self, kind: TagKind) -> Iterable[tuple[int, BitMap]]:
        if kind is not TagKind.ALL:
            return self._given[kind].items()
        tag_ids = self._given[TagKind.AI].keys() | self._given[TagKind.USER].keys()
        return ((tag_id, self._files(kind, tag_id)) for tag_id in tag_ids)


def by_tag(ordinals: Ordinals, lists: pa.ListArray) -> Iterator[tuple[int, BitMap]]:
    """Each tag id of the lists with the files whose lists have it."""
    tag_ids: NDArray[np.int32] = lists.flatten().to_numpy(zero_copy_only=False)
    if not len(tag_ids):
        return
    owners = np.repeat(ordinals, lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False))
    order = np.argsort(tag_ids, kind="stable")
    tag_ids, owners = tag_ids[order], owners[order]
    starts = np.flatnonzero(np.diff(tag_ids, prepend=tag_ids[0] - 1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(tag_ids)], strict=True):
        yield int(tag_ids[start]), bitmap_of(owners[start:end])
