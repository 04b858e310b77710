"""What a worker holds: leases, and what is still to be told of each."""

import asyncio
import time
from collections.abc import Sequence

from bowerbird.catalog.v1.job_pb2 import JobLogLine
from bowerbird.catalog.v1.work_pb2 import Lease, LeaseUpdate
from libs.work import messages
from libs.work.files import Exported, Failed, FileResult, WorkFile

LEASE_SECONDS = 30.0  # catalog's promise, from the call that gave or renewed the lease


class HeldLease:
    """A chunk in the hands of this worker. News stay until catalog has confirmed them; `changed` is set with each.

    A dropped lease is not worked for any more; what is known of it may still be told.
    """

    def __init__(
        self, lease: str, job: str, files: Sequence[WorkFile], renewed_at: float, changed: asyncio.Event
    ) -> None:
        self.lease = lease
        self.job = job
        self.unfinished = {file.ordinal: file for file in files}
        self.has_files = bool(files)
        self.renewed_at = renewed_at
        self.oldest_result_at: float | None = None
        self.results: list[FileResult] = []
        self.ended = False
        self.end_told = False
        self.dropped = False
        self._changed = changed
        self._log_lines: list[JobLogLine] = []
        self._news = LeaseUpdate(lease=lease)  # progress and end: the last word counts
        self._sent = (0, 0, False)

    @property
    def expired(self) -> bool:
        """Whether another worker may have the chunk by now."""
        return time.monotonic() > self.renewed_at + LEASE_SECONDS

    @property
    def is_through(self) -> bool:
        """Whether nothing is left to do but to tell catalog."""
        return self.ended or (self.has_files and not self.unfinished)

    def record(self, result: FileResult) -> None:
        """Keep a result until it is committed; a second one for the same file is dropped."""
        if self.unfinished.pop(result.file.ordinal, None) is None:
            return
        self.results.append(result)
        self.oldest_result_at = self.oldest_result_at or time.monotonic()
        self._changed.set()

    def log(self, message: str, level: JobLogLine.Level.ValueType = JobLogLine.LEVEL_INFO) -> None:
        """A line for the job's log."""
        self._log_lines.append(messages.log_line(message, level))

    def progress(self, done: int, total: int) -> None:
        """How far a chunk without files is."""
        self._news.progress.done, self._news.progress.total = done, total

    def release(self) -> None:
        """Give the chunk back as it is."""
        if not self.ended:
            self._news.released.SetInParent()
            self._end()

    def fail_job(self, failed: Failed) -> None:
        """The job as a whole cannot go on."""
        if not self.ended:
            self._news.job_failed.CopyFrom(messages.failed_outcome(failed))
            self._end()

    def finish(self, exported: Exported) -> None:
        """The chunk without files is done."""
        if not self.ended:
            self._news.exported.CopyFrom(messages.export_summary(exported))
            self._end()

    def update(self) -> LeaseUpdate:
        """All that is to be told; `confirm` what came of it."""
        update = LeaseUpdate()
        update.CopyFrom(self._news)
        update.results.extend(messages.file_result(result) for result in self.results)
        update.log_lines.extend(self._log_lines)
        self._sent = (len(self.results), len(self._log_lines), self.ended)
        return update

    def confirm(self, sent_at: float) -> None:
        """Catalog has what the last update told."""
        results, lines, self.end_told = self._sent
        del self.results[:results], self._log_lines[:lines]
        self._sent = (0, 0, self.end_told)
        self._news.ClearField("progress")
        self.renewed_at = sent_at
        self.oldest_result_at = time.monotonic() if self.results else None

    def _end(self) -> None:
        self.ended = True
        self._changed.set()


class WorkState:
    """All leases that are held, by name. `changed` is set whenever there is something new to tell or to ask for."""

    def __init__(self) -> None:
        self.leases: dict[str, HeldLease] = {}
        self.draining = False
        self.changed = asyncio.Event()

    def add(self, message: Lease, given_at: float) -> HeldLease:
        """Hold a lease that catalog gave in answer to a call made at `given_at`."""
        files = [messages.work_file(file) for file in message.files]
        lease = HeldLease(message.lease, message.job, files, given_at, self.changed)
        self.leases[lease.lease] = lease
        return lease

    def remove(self, lease: HeldLease) -> None:
        """Forget a lease; results that still come for it go nowhere."""
        self.leases.pop(lease.lease, None)

    @property
    def unfinished_files(self) -> int:
        """Files that have no result yet."""
        return sum(len(lease.unfinished) for lease in self.leases.values())

    @property
    def results(self) -> int:
        """Results that are not committed yet."""
        return sum(len(lease.results) for lease in self.leases.values())

    @property
    def oldest_result_at(self) -> float | None:
        """When the oldest of them came."""
        return min((at for lease in self.leases.values() if (at := lease.oldest_result_at)), default=None)
