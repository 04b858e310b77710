"""Random versions as plain Python, and the pages of catalog's feed that bring their changes."""

import json
import random
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from services.search.index.pages import WHOLE_REVISION, Cursor, FilesPage, VectorsPage
from tests.suite import WORKSPACE

TAGS = ["bird", "red car", "Lane/line", "straße", "雨", "night", "old"]
FOLDERS = ["", "front/", "Front/2024/", "rear cam/a/b/", "ÄRGER/", "/", "x//"]
NAMES = [
    "IMG_{}.jpg", "img {}.PNG", "Straße-{}.gif", "雨{}.webp", "a\n{}.bmp", "CAFÉ{}.tiff", "100%_{}.jpeg",
    "Red car_{}.jpg", "red.car.jpg", "IMG_1.jpg", "data{}",
]  # fmt: skip
TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
         "bmp": "image/bmp", "tiff": "application/x-tiff"}  # fmt: skip
TIMES_US = [1_700_000_000_000_000 + step for step in (0, 1, 999_999, 1_000_000, 86_400_000_000)]
SIZES = [0, 1, 999, 1_000, 1_048_576, 5_000_000_000]
SIDES = [0, 0, 1, 640, 4_000]
COMMENTS = ["", "", "", "good", "Good light", "a_b", "雨 bird"]
JOBS = [f"{WORKSPACE}/jobs/1", f"{WORKSPACE}/jobs/2"]
# Times by RFC 3339, and texts that nearly are.
TIMES = [
    "2023-11-14T22:13:20Z", "2023-11-14t22:13:20.000001z", "2023-11-14T23:13:20.9999999+01:00",
    "2023-11-14 16:43:21-05:30", "2016-12-31T23:59:60Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
    "2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "2023-11-14T22:13:20", "2023-11-14", "2023-13-01T00:00:00Z",
    "2023-11-14T24:00:00Z", "x2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z\n", "2023-11-14T22:13:20+24:00",
    "2023-11-00T22:13:20Z", "2023-11-14T22:13:20.Z", "\u0662\u0660\u0662\u0663-11-14T22:13:20Z",
]  # fmt: skip
WORDS = ["front", "Front", "rear cam", "REAR_CAM", "雨", "straße", "", "a.b", "true", "3"]
NUMBERS = [0, 3, 3.0, -0.5, -0.0, 2.5, 1e300, 2**53 + 1, 10**25]

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
    width_px: int = 4
    height_px: int = 3
    created_us: int | None = TIMES_US[0]
    synced_us: int | None = TIMES_US[1]
    comment: str = ""
    attributes: dict[str, Any] | None = None
    ai: set[str] = field(default_factory=set)
    user: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    stale: bool = False
    tagged_us: int | None = None
    indexed: bool = False
    indexed_us: int | None = None
    job: str = ""

    @property
    def directory(self) -> str:
        return self.path[: max(self.path.rfind("/"), 0)]

    @property
    def name(self) -> str:
        return self.path[self.path.rfind("/") + 1 :]

    @property
    def holding(self) -> set[str]:
        return {tag for tag in self.ai | self.user if tag not in self.rejected}


@dataclass(frozen=True)
class Changes:
    """Files that were changed, whose tags were, and whose vectors were, each by ordinal."""

    files: list[PlainFile]
    tagged: list[PlainFile]
    indexed: list[PlainFile]


class PlainVersion:
    """Files that are added and edited at random; `changes` and `vector_changes` tell the pages since the last time, or
    `take_changes` the files.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - it makes test data
        self.files: dict[int, PlainFile] = {}
        self.revision = 0
        self._changed_files: set[int] = set()
        self._changed_tags: set[int] = set()
        self._changed_vectors: set[int] = set()
        self._named: set[str] = set()
        self._paths: set[str] = set()

    def grow(self, count: int) -> None:
        """New files."""
        for ordinal in range(len(self.files), len(self.files) + count):
            path = self._new_path(ordinal)
            name = path.rpartition("/")[2]
            file = PlainFile(
                ordinal, path, self.random.randrange(10**7), self._etag(),
                TYPES.get(name.rpartition(".")[2].lower(), ""), self.random.choice(TIMES_US),
            )  # fmt: skip
            self.files[ordinal] = file
            self._describe(file)
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
            self._describe(file)

    def index(self, count: int) -> None:
        """Files get a vector, or lose it."""
        for _ in range(count):
            file = self.files[self.random.randrange(len(self.files))]
            self._changed_vectors.add(file.ordinal)
            if file.indexed and self.random.random() < 0.5:
                file.indexed = False
            else:
                file.indexed, file.job = True, self.random.choice(JOBS)
                file.indexed_us = self.random.choice(TIMES_US)

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

    def vector_changes(self) -> VectorsPage:
        """The page of the feed of vectors."""
        rows = [
            {"ordinal": file.ordinal, "current": file.indexed, "index_time": file.indexed_us, "job": file.job}
            for file in (self.files[ordinal] for ordinal in self._changed_vectors)
        ]
        self._changed_vectors.clear()
        batch = pa.RecordBatch.from_pylist(rows, schema=VECTORS)
        return VectorsPage(stream(batch), Cursor(self.revision, WHOLE_REVISION))

    def take_changes(self) -> Changes:
        """What was changed since the last time."""
        places = (self._changed_files, self._changed_tags, self._changed_vectors)
        taken = Changes(*([self.files[ordinal] for ordinal in sorted(ordinals)] for ordinals in places))
        for ordinals in places:
            ordinals.clear()
        return taken

    def _new_path(self, ordinal: int) -> str:
        """Some names have no number and are soon used up."""
        path = ""
        while not path or path in self._paths:
            path = self.random.choice(FOLDERS) + self.random.choice(NAMES).format(ordinal)
        self._paths.add(path)
        return path

    def _describe(self, file: PlainFile) -> None:
        if self.random.random() < 0.5:
            file.size_bytes = self.random.choice(SIZES)
        file.width_px, file.height_px = self.random.choice(SIDES), self.random.choice(SIDES)
        file.created_us, file.synced_us = self.random.choice([None, *TIMES_US]), self.random.choice([None, *TIMES_US])
        file.comment = self.random.choice(COMMENTS)
        file.attributes = self._attributes(file)

    def _attributes(self, file: PlainFile) -> dict[str, Any] | None:
        """Metadata of every shape that JSON has."""
        choose = self.random

        def value() -> Any:
            return choose.choice([choose.choice(WORDS), choose.choice(NUMBERS), choose.random() < 0.5, None])

        def values() -> list[Any]:
            scalars = [value() for _ in range(choose.randrange(4))]
            others: list[list[Any]] = [[], [], [["front"]], [{"a": 3}]]
            return scalars + choose.choice(others)

        if choose.random() < 0.3:
            return None
        attributes: dict[str, Any] = {
            "camera": choose.choice(WORDS),
            "speed": choose.choice(NUMBERS),
            "night": choose.choice([True, False]),
            "taken": choose.choice([*TIMES, [choose.choice(TIMES), choose.choice(TIMES)]]),
            "mixed": value(),
            "labels": values(),
            "gps": choose.choice([{"city": value(), "a": {"b": values()}}, {"city": value()}, {}, value()]),
            "gps.city": choose.choice([value(), values(), {"c": 3}]),
            "gps.a": {"b": value()},
            "": {"": value()},
            'k "ü"': value(),
            "id": f"file {file.ordinal}",
        }
        kept = choose.sample(sorted(attributes), choose.randrange(len(attributes)))
        return {key: attributes[key] for key in kept}

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
            "content_type": file.content_type, "status": 1 if file.active else 2, "width_px": file.width_px,
            "height_px": file.height_px, "modify_time": file.modified_us, "create_time": file.created_us,
            "sync_time": file.synced_us, "comment": file.comment,
            "attributes": None if file.attributes is None else json.dumps(file.attributes, ensure_ascii=False),
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
        {"ordinal": ordinal, "current": there, "index_time": TIMES_US[0], "job": JOBS[0]}
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
