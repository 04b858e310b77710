"""What a worker says of its leases and their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from services.catalog.answers import Answer


@dataclass(frozen=True)
class Tagged:
    """Tags were given, perhaps none; names in the form of `tag_name`."""

    tags: Sequence[str]


@dataclass(frozen=True)
class Indexed:
    """The vector lies in the vector database."""


@dataclass(frozen=True)
class Failed:
    """A file, or a job as a whole, failed."""

    reason: ErrorReason.ValueType
    message: str


@dataclass(frozen=True)
class FileResult:
    """What became of one file. `answer` is what was paid for now; `reused` says that the ledger's was taken."""

    ordinal: int
    etag: str
    sha256: bytes
    width_px: int
    height_px: int
    outcome: Tagged | Indexed | Failed
    answer: Answer | None = None
    reused: bool = False


@dataclass(frozen=True)
class LogLine:
    """A line of a job's log; `level` as JobLogLine.Level. Without a time it is written anew whenever it is repeated."""

    level: int
    message: str
    time: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """How far a scan or an export is, in files."""

    total: int
    done: int
    failed: int = 0


@dataclass(frozen=True)
class ScanSummary:
    """What a scan found, in files; `skipped` are objects that are no images."""

    added: int
    changed: int
    gone: int
    unchanged: int
    skipped: int


@dataclass(frozen=True)
class ExportSummary:
    """What an export wrote."""

    manifest_uri: str
    rows: int
    parts: int


@dataclass(frozen=True)
class TagEditSummary:
    """What an edit of tags did, in files: those worked through, and those that it changed."""

    files: int
    changed: int


Summary = ScanSummary | ExportSummary | TagEditSummary


@dataclass(frozen=True)
class Released:
    """The worker gives the chunk back as it is."""


@dataclass(frozen=True)
class LeaseUpdate:
    """A worker's word on one lease; with nothing but the lease it is a renewal."""

    lease: str
    results: Sequence[FileResult] = ()
    log_lines: Sequence[LogLine] = ()
    progress: Progress | None = None
    end: Summary | Failed | Released | None = None

    @property
    def is_renewal(self) -> bool:
        """Whether it says nothing but that the worker lives."""
        return not self.results and not self.log_lines and self.progress is None and self.end is None
