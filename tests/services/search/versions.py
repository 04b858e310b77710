"""Random versions as plain Python, and the pages of catalog's feed that bring their changes."""

import json
import random
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from services.search.index.pages import WHOLE_REVISION, Cursor, FilesPage, VectorsPage

TAGS = ["bird", "red car", "Lane/line", "straße", "雨", "night", "old"]
FOLDERS = ["", "front/", "Front/2024/", "rear cam/a/b/", "ÄRGER/", "/", "x//"]
NAMES = ["IMG_{}.jpg", "img {}.PNG", "Straße-{}.gif", "雨{}.webp", "a\n{}.bmp", "CAFÉ{}.tiff", "100%_{}.jpeg"]
TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
         "bmp": "image/bmp", "tiff": "image/tiff"}  # fmt: skip
TIMES_US = [1_700_000_000_000_000 + step for step in (0, 1, 999_999, 1_000_000, 86_400_000_000)]

TIME = pa.timestamp("us", "UTC")
FILES = pa.schema(
    [
        ("ordinal", pa.uint32()), ("path", pa.string()), ("size_bytes", pa.int64()), ("etag", pa.string()),
        ("content_type", pa.string()), ("status", pa.int8()), ("width_px", pa.int32()), ("height_px", pa.int32()),
        ("modify_time", TIME), ("create_time", TIME), ("sync_time", TIME), ("attributes", pa.string()),
        ("comment", pa.string()),
    ]
)  # fmt: skip
TAG_LISTS = pa.schema(
    [
        ("ordinal", pa.uint32()), ("ai", pa.list_(pa.int32())), ("user", pa.list_(pa.int32())),
        ("rejected", pa.list_(pa.int32())), ("stale", pa.bool_()), ("tag_time", TIME),
    ]
)  # fmt: skip
VECTORS = pa.schema([("ordinal", pa.uint32()), ("current", pa.bool_()), ("index_time", TIME), ("job", pa.string())])


@dataclass
class PlainFile:
    """A file as a person would write it down."""

    ordinal: int
    path: str
    size_bytes: int
    etag: str
    content_type: str
    modified_us: int
    active: bool = True
    comment: str = ""
    attributes: dict[str, Any] | None = None
    ai: set[str] = field(default_factory=set)
    user: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    stale: bool = False
    tagged_us: int | None = None

    @property
    def directory(self) -> str:
        return self.path[: max(self.path.rfind("/"), 0)]

    @property
    def name(self) -> str:
        return self.path[self.path.rfind("/") + 1 :]

    @property
    def holding(self) -> set[str]:
        return {tag for tag in self.ai | self.user if tag not in self.rejected}


class PlainVersion:
    """Files that are added and edited at random; `changes` tells the pages since the last time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - it makes test data
        self.files: dict[int, PlainFile] = {}
        self.revision = 0
        self._changed_files: set[int] = set()
        self._changed_tags: set[int] = set()
        self._named: set[str] = set()

    def grow(self, count: int) -> None:
        """New files."""
        for ordinal in range(len(self.files), len(self.files) + count):
            name = self.random.choice(NAMES).format(ordinal)
            file = PlainFile(
                ordinal, self.random.choice(FOLDERS) + name, self.random.randrange(10**7), self._etag(),
                TYPES[name.rpartition(".")[2].lower()], self.random.choice(TIMES_US),
            )  # fmt: skip
            self.files[ordinal] = file
            self._changed_files.add(ordinal)
            if self.random.random() < 0.7:
                self._tag(file)

    def edit(self, count: int) -> None:
        """Changes of files and of their tags."""
        for _ in range(count):
            file = self.files[self.random.randrange(len(self.files))]
            if self.random.random() < 0.5:
                self._tag(file)
                continue
            self._changed_files.add(file.ordinal)
            file.active = self.random.random() < 0.8
            file.etag = self._etag()
            file.modified_us = self.random.choice(TIMES_US)
            file.comment = self.random.choice(["", "", "good"])
            file.attributes = self.random.choice([None, {"camera": "front", "speed": 3}])

    def changes(self, rows_a_page: int) -> list[FilesPage]:
        """The pages of the feed, in an order in which ordinals go up and down as revisions make them."""
        self.revision += 1
        changed = sorted(self._changed_files | self._changed_tags, key=lambda _: self.random.random())
        pages = []
        for start in range(0, max(len(changed), 1), rows_a_page):
            part = changed[start : start + rows_a_page]
            files = [self.files[ordinal] for ordinal in part if ordinal in self._changed_files]
            tagged = [self.files[ordinal] for ordinal in part if ordinal in self._changed_tags]
            names = {tag for file in tagged for tag in file.ai | file.user | file.rejected} - self._named
            self._named |= names
            tag_names = {tag_id(name): name for name in names}
            place = Cursor(self.revision, part[-1] if part else 0)
            pages.append(FilesPage(stream(files_batch(files)), stream(tags_batch(tagged)), tag_names, place))
        last = pages[-1]
        pages[-1] = FilesPage(last.files, last.tags, last.tag_names, Cursor(self.revision, WHOLE_REVISION))
        self._changed_files.clear()
        self._changed_tags.clear()
        return pages

    def _tag(self, file: PlainFile) -> None:
        def some() -> set[str]:
            return set(self.random.sample(TAGS, self.random.choice([0, 0, 1, 2, 3])))

        file.ai, file.user, file.rejected = some(), some(), some()
        file.stale = self.random.random() < 0.2
        file.tagged_us = self.random.choice(TIMES_US)
        self._changed_tags.add(file.ordinal)

    def _etag(self) -> str:
        return f"{self.random.getrandbits(128):032x}"


def tag_id(name: str) -> int:
    return TAGS.index(name) + 1


def files_batch(files: list[PlainFile]) -> pa.RecordBatch:
    rows = [
        {
            "ordinal": file.ordinal, "path": file.path, "size_bytes": file.size_bytes, "etag": file.etag,
            "content_type": file.content_type, "status": 1 if file.active else 2, "width_px": 4, "height_px": 3,
            "modify_time": file.modified_us, "create_time": TIMES_US[0], "sync_time": TIMES_US[1],
            "attributes": json.dumps(file.attributes) if file.attributes else None, "comment": file.comment,
        }
        for file in files
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(rows, schema=FILES)


def tags_batch(files: list[PlainFile]) -> pa.RecordBatch:
    rows = [
        {
            "ordinal": file.ordinal,
            **{kind: sorted(map(tag_id, getattr(file, kind))) for kind in ("ai", "user", "rejected")},
            "stale": file.stale, "tag_time": file.tagged_us,
        }
        for file in files
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(rows, schema=TAG_LISTS)


def vectors_page(current: dict[int, bool], revision: int) -> VectorsPage:
    rows = [
        {"ordinal": ordinal, "current": there, "index_time": TIMES_US[0], "job": "workspaces/w/jobs/1"}
        for ordinal, there in current.items()
    ]
    return VectorsPage(stream(pa.RecordBatch.from_pylist(rows, schema=VECTORS)), Cursor(revision, WHOLE_REVISION))


def stream(batch: pa.RecordBatch) -> bytes:
    if not batch.num_rows:
        return b""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    encoded: bytes = sink.getvalue().to_pybytes()
    return encoded
