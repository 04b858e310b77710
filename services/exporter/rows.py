"""Rows of a file list: one JSON object a file, with the attributes that were chosen.

The names are those of the managed product, as `ExportSpec.filtered_attributes` lists them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from libs.objects.uri import StorageUri

SCORE = "Score"

# `Uri` says which file a row is about, `Revision` which state of it was read.
ALWAYS = ("Uri", "Revision")

Column = Callable[[pa.RecordBatch], list[Any]]


class RowWriter:
    """Writes rows with the chosen attributes; all of them if none is chosen."""

    def __init__(self, root: StorageUri, chosen: Sequence[str], *, scored: bool) -> None:
        self._prefix = f"{str(root).rstrip('/')}/"
        names = tuple(chosen) or (*COLUMNS, SCORE)
        self.attributes = (*ALWAYS, *(name for name in names if name != SCORE or scored))

    def lines(self, files: pa.RecordBatch, scores: Sequence[float]) -> bytes:
        """JSON lines of files as `FeedService.ReadSelection` sends them; `scores` is empty or has one for each."""
        columns = [self._column(name, files, scores) for name in self.attributes]
        return b"".join(
            orjson.dumps(dict(zip(self.attributes, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
            for values in zip(*columns, strict=True)
        )

    def _column(self, name: str, files: pa.RecordBatch, scores: Sequence[float]) -> Sequence[Any]:
        if name == "Uri":
            return [self._prefix + path for path in plain("path")(files)]
        if name == "Revision":
            return plain("revision")(files)
        return scores if name == SCORE else COLUMNS[name](files)


def plain(column: str) -> Column:
    """The values of a column as they are."""
    return lambda files: files.column(column).to_pylist()


def moment(column: str) -> Column:
    """Times in RFC 3339, UTC."""
    return lambda files: pc.strftime(files.column(column), format="%Y-%m-%dT%H:%M:%SZ").to_pylist()


def names(files: pa.RecordBatch) -> list[str]:
    return [path.rpartition("/")[2] for path in plain("path")(files)]


def folders(files: pa.RecordBatch) -> list[str]:
    return [path.rpartition("/")[0] for path in plain("path")(files)]


def types(files: pa.RecordBatch) -> list[str]:
    return [content_type.partition("/")[0] for content_type in plain("content_type")(files)]


def meta_attributes(files: pa.RecordBatch) -> list[dict[str, Any]]:
    """What people noted of a file, and its size in pixels once a job has opened it."""
    columns = (plain(name)(files) for name in ("attributes", "width_px", "height_px"))
    return [
        (orjson.loads(attributes) if attributes else {})
        | ({"ImageWidth": width, "ImageHeight": height} if width else {})
        for attributes, width, height in zip(*columns, strict=True)
    ]


def all_tags(files: pa.RecordBatch) -> list[list[str]]:
    """The tags that hold: those of models and of people, without those that people rejected."""
    columns = (plain(name)(files) for name in ("ai", "user", "rejected"))
    return [sorted({*ai, *user} - {*rejected}) for ai, user, rejected in zip(*columns, strict=True)]


COLUMNS: Mapping[str, Column] = {
    "DatasetFileMetaId": plain("file_id"),
    "FileName": names,
    "FileDir": folders,
    "DataSize": plain("size_bytes"),
    "FileType": types,
    "ContentType": plain("content_type"),
    "Comment": plain("comment"),
    "MetaAttributes": meta_attributes,
    "FileFingerPrint": plain("etag"),
    "FileCreateTime": moment("create_time"),
    "FileUpdateTime": moment("modify_time"),
    "Tags.user": plain("user"),
    "Tags.user-delete-ai-tags": plain("rejected"),
    "Tags.ai": plain("ai"),
    "Tags.all": all_tags,
}
