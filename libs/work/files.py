"""Files to work on and what becomes of them, as worker services see them."""

from dataclasses import dataclass, field

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError

LONGEST_ANSWER_BYTES = 16 * 1024
LONGEST_MESSAGE = 2000


@dataclass(frozen=True)
class Answer:
    """What a model said about one content, and what it cost. Texts beyond 16 KiB are cut where they are sent."""

    text: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class WorkFile:
    """A file of a job. `sha256` and `answer` are what catalog knows of its content: maybe nothing."""

    ordinal: int
    path: str
    size_bytes: int
    etag: str
    file_id: str
    sha256: bytes = b""
    answer: Answer | None = None


@dataclass(frozen=True)
class Tagged:
    """Tags were given, perhaps none: `NAME` or `NAME/VALUE`."""

    tags: tuple[str, ...]


@dataclass(frozen=True)
class Indexed:
    """The vector lies in the vector database."""


@dataclass(frozen=True)
class Failed:
    """The file failed, for good as far as this job goes."""

    reason: ErrorReason.ValueType
    message: str

    @classmethod
    def of(cls, error: BowerbirdError) -> "Failed":
        return cls(error.reason, str(error))


Outcome = Tagged | Indexed | Failed


@dataclass(frozen=True)
class FileResult:
    """What became of a file. `etag` names the content that was read; `answer` is one that was paid for by this job."""

    file: WorkFile = field(repr=False)
    outcome: Outcome
    sha256: bytes = b""
    width_px: int = 0
    height_px: int = 0
    answer: Answer | None = None
    reused: bool = False

    @classmethod
    def failed(cls, file: WorkFile, error: BowerbirdError, sha256: bytes = b"") -> "FileResult":
        return cls(file, Failed.of(error), sha256)


@dataclass(frozen=True)
class Exported:
    """What an export wrote."""

    manifest_uri: str
    rows: int
    parts: int
