"""What search holds of a version: bitmaps of tags and columns of everything else, by ordinal."""

import operator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.conditions import NumberField, TimeField
from services.search.index.attributes import Attributes
from services.search.index.bitmaps import Ordinals, bitmap_arrays, bitmaps_from, move, size_bytes
from services.search.index.dictionary_column import DictionaryColumn
from services.search.index.number_column import NO_TIME, NumberColumn
from services.search.index.pages import (
    FilesPage,
    flags_in,
    numbers_in,
    ordinals_in,
    read_batch,
    strings_in,
    times_in,
)
from services.search.index.stored import Arrays, Stored, part, under
from services.search.index.strings import string_arrays, strings_from
from services.search.index.tag_bitmaps import GIVEN, TagBitmaps
from services.search.index.text_column import TextColumn

STATUS_ACTIVE = 1

FILE_TIMES = (TimeField.MODIFY, TimeField.CREATE, TimeField.SYNC)
TIMES = (*FILE_TIMES, TimeField.TAG)


class FileRecord(NamedTuple):
    """One file as it is shown. Times are microseconds since 1970, None where there is none.

    A tuple is made in a fourth of the time of a frozen dataclass, and a page has many.
    """

    ordinal: int
    path: str
    size_bytes: int
    etag: str
    content_type: str
    is_active: bool
    width_px: int
    height_px: int
    ai: list[str]
    user: list[str]
    rejected: list[str]
    is_stale: bool
    comment: str
    attributes_json: str | None
    modify_us: int | None
    create_us: int | None
    sync_us: int | None
    tag_us: int | None


class VersionIndex:
    """Files with their tags. Not safe for threads: all its work is done on one (see `LoadedVersion`).

    `active` holds the files with status ACTIVE and `deleted` all others that were ever there; an answer is among one
    of the two. A path is kept as `folder`, which ends in a slash unless it is empty, and `name`.
    """

    def __init__(self, version_uid: int) -> None:
        self.version_uid = version_uid
        self.active = BitMap()
        self.deleted = BitMap()
        self.stale = BitMap()
        self.tags = TagBitmaps()
        self.folder = DictionaryColumn()
        self.name = TextColumn()
        self.content_type = DictionaryColumn()
        self.times = {time: NumberColumn(np.int64, NO_TIME) for time in TIMES}
        self.numbers: dict[NumberField, NumberColumn[Any]] = {
            NumberField.SIZE_BYTES: NumberColumn(np.int64, -1),
            NumberField.WIDTH_PX: NumberColumn(np.int32),
            NumberField.HEIGHT_PX: NumberColumn(np.int32),
        }
        self._etag = TextColumn()
        # Few files have one.
        self.comments: dict[int, str] = {}
        self.attributes = Attributes()

    def apply(self, page: FilesPage) -> None:
        """Take a page of the feed."""
        self.tags.learn(page.tag_names)
        if (files := read_batch(page.files)) is not None:
            self._apply_files(files)
        if (tags := read_batch(page.tags)) is not None:
            self._apply_tags(tags)

    def records(self, ordinals: Ordinals) -> list[FileRecord]:
        """These files, in this order."""
        files = ordinals.tolist()
        tags = self.tags.names_at(ordinals)
        # In the order of FileRecord.
        columns: tuple[list[Any], ...] = (
            files,
            self.paths_at(ordinals),
            self.numbers[NumberField.SIZE_BYTES].at(ordinals).tolist(),
            self._etag.at(ordinals),
            self.content_type.at(ordinals),
            [file in self.active for file in files],
            self.numbers[NumberField.WIDTH_PX].at(ordinals).tolist(),
            self.numbers[NumberField.HEIGHT_PX].at(ordinals).tolist(),
            *(tags[kind] for kind in GIVEN),
            [file in self.stale for file in files],
            [self.comments.get(file, "") for file in files],
            self.attributes.json_at(ordinals),
            *(shown_times(self.times[time], ordinals) for time in TIMES),
        )
        return [FileRecord(*file) for file in zip(*columns, strict=True)]

    def paths_at(self, ordinals: Ordinals) -> list[str]:
        """The paths of these files, in this order."""
        return list(map(operator.add, self.folder.at(ordinals), self.name.at(ordinals)))

    def directories(self) -> pa.StringArray:
        """The directory of each of `folder.strings`: without the slash at its end."""
        return pc.utf8_slice_codeunits(self.folder.arrow(), 0, -1)

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        numbers = (*self.numbers.values(), *self.times.values())
        strings = (self.folder, self.name, self.content_type, self._etag)
        return (
            sum(column.size_bytes for column in numbers)
            + sum(column.size_bytes for column in strings)
            + self.tags.size_bytes
            + self.attributes.size_bytes
            + size_bytes((self.active, self.deleted, self.stale))
            + sum(200 + len(comment) for comment in self.comments.values())
        )

    def dump(self) -> dict[str, NDArray[Any]]:
        """See `Stored`."""
        arrays: dict[str, NDArray[Any]] = under("files", bitmap_arrays([self.active, self.deleted, self.stale]))
        for name, stored in self._parts().items():
            arrays |= under(name, stored.dump())
        arrays["comments/ordinals"] = np.fromiter(self.comments, np.uint32)
        return arrays | under("comments", string_arrays(pa.array(self.comments.values(), pa.string())))

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self.active, self.deleted, self.stale = bitmaps_from(part("files", arrays))
        for name, stored in self._parts().items():
            stored.load(part(name, arrays))
        comments = part("comments", arrays)
        self.comments = dict(zip(comments["ordinals"].tolist(), strings_from(comments).to_pylist(), strict=True))

    def _parts(self) -> dict[str, Stored]:
        return {
            "tags": self.tags,
            "folder": self.folder,
            "name": self.name,
            "etag": self._etag,
            "content_type": self.content_type,
            "attributes": self.attributes,
            **{number.value: column for number, column in self.numbers.items()},
            **{time.value: column for time, column in self.times.items()},
        }

    def _apply_files(self, batch: pa.RecordBatch) -> None:
        ordinals = ordinals_in(batch)
        self._put_paths(ordinals, strings_in(batch, "path"))
        self._etag.put(ordinals, strings_in(batch, "etag"))
        self.content_type.put(ordinals, strings_in(batch, "content_type"))
        for number, column in self.numbers.items():
            column.put(ordinals, numbers_in(batch, number.value))
        for time in FILE_TIMES:
            self.times[time].put(ordinals, times_in(batch, time.value))
        is_active = numbers_in(batch, "status") == STATUS_ACTIVE
        move(self.active, ordinals, is_active)
        move(self.deleted, ordinals, ~is_active)
        put_few(self.comments, ordinals, strings_in(batch, "comment"))
        self.attributes.put(ordinals, strings_in(batch, "attributes"))

    def _put_paths(self, ordinals: Ordinals, paths: pa.StringArray) -> None:
        """The path of an ordinal never changes, so only new ones are kept."""
        is_new = ~self.name.has(ordinals)
        if is_new.any():
            if not is_new.all():
                ordinals, paths = ordinals[is_new], paths.filter(pa.array(is_new))
            folders, names = folders_and_names(paths)
            self.folder.put(ordinals, folders)
            self.name.put(ordinals, names)

    def _apply_tags(self, batch: pa.RecordBatch) -> None:
        ordinals = ordinals_in(batch)
        self.tags.put(ordinals, {kind: batch.column(kind.value) for kind in GIVEN})
        move(self.stale, ordinals, flags_in(batch, "stale"))
        self.times[TimeField.TAG].put(ordinals, times_in(batch, TimeField.TAG.value))


def folders_and_names(paths: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """Each path up to and with its last slash, and what comes behind it."""
    pieces = pc.split_pattern(paths, "/", max_splits=1, reverse=True)
    bounds = pieces.offsets.to_numpy()
    folders = pc.binary_join_element_wise(pieces.values.take(pa.array(bounds[:-1])), "/", "")
    return pc.if_else(pc.equal(pieces.value_lengths(), 2), folders, ""), pieces.values.take(pa.array(bounds[1:] - 1))


def put_few(few: dict[int, str], ordinals: Ordinals, strings: pa.StringArray) -> None:
    """Write strings of which nearly all are empty."""
    filled = pc.not_equal(strings, "").to_numpy(zero_copy_only=False)
    for ordinal in few.keys() & set(ordinals[~filled].tolist()) if few else ():
        del few[ordinal]
    few.update(zip(ordinals[filled].tolist(), strings.filter(pa.array(filled)).to_pylist(), strict=True))


def shown_times(column: NumberColumn[np.int64], ordinals: Ordinals) -> list[int | None]:
    """The times of these files; None for NO_TIME."""
    return [None if time == NO_TIME else time for time in column.at(ordinals).tolist()]
