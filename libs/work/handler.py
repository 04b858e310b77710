"""What a worker service brings to the loop.

The loop calls `Worker.open` for the first chunk of a job and keeps what it gives until no chunk of the job is left.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.rpc.errors import BowerbirdError
from libs.work.files import Exported, FileResult, WorkFile

Prepared = TypeVar("Prepared")


class JobFailed(Exception):
    """The job as a whole cannot go on: `error` says why. May be raised from anywhere in a handler."""

    def __init__(self, error: BowerbirdError) -> None:
        super().__init__(str(error))
        self.error = error


class FileHandler(Protocol, Generic[Prepared]):
    """One job over files. A file is prepared ahead, looked up with others, and finished in a batch.

    Any step may end a file with its FileResult. A BowerbirdError, or the error of another service of the suite,
    ends each file that the step was about as failed with it; what nobody foresaw does so as INTERNAL, and is logged.
    Every step may be cancelled at any time.
    """

    @property
    def concurrency(self) -> int:
        """Calls of `finish` at the same time."""
        ...

    @property
    def batch_size(self) -> int:
        """Files that one `finish` takes at most; it gets fewer only when no more are on their way."""
        ...

    async def prepare(self, file: WorkFile) -> Prepared | FileResult:
        """Whatever costs nothing: read, open, downscale. Several run at once, ahead of `finish`."""
        ...

    async def look_up(self, prepared: Sequence[Prepared]) -> Sequence[Prepared | FileResult]:
        """One entry a file, in order; `prepared` as it is where there is nothing to look up.

        Called with as many files as have piled up, one call at a time, so that one round trip serves many; again, where
        a service of the suite does not answer.
        """
        ...

    async def finish(self, batch: Sequence[Prepared]) -> Sequence[FileResult]:
        """One result a file, in order. Whatever is paid for happens here."""
        ...


class Chunk(Protocol):
    """A chunk without files: the whole job."""

    @property
    def job(self) -> str:
        """`workspaces/{workspace}/jobs/{job}`."""
        ...

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is; sent along with the next renewal."""
        ...

    def log(self, message: str) -> None:
        """A line for the job's log."""
        ...


@runtime_checkable
class ChunkHandler(Protocol):
    """One job without files."""

    async def run(self, chunk: Chunk) -> Exported:
        """Do the whole job. A BowerbirdError or JobFailed fails it. Cancelled on a stop or when the lease is lost."""
        ...


class Worker(Protocol):
    """A worker service."""

    @property
    def kinds(self) -> Sequence[JobKind.ValueType]:
        """Jobs that it takes."""
        ...

    def open(self, job: str) -> AbstractAsyncContextManager[FileHandler[Any] | ChunkHandler]:
        """What handles the job, `workspaces/{workspace}/jobs/{job}`.

        A BowerbirdError fails the job, unless it says that a service of the suite does not answer: then the chunks are
        given back, to be tried again.
        """
        ...
