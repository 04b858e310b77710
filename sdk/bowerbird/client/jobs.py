"""Jobs: create them, follow them, stop them, ask what they said."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence

from bowerbird.catalog.v1.job_pb2 import (
    ExportSpec,
    IndexSpec,
    Job,
    JobLogLine,
    JobMode,
    JobResult,
    ScanSpec,
    Selection,
    TagSpec,
)
from bowerbird.catalog.v1.job_service_pb2 import (
    CountFailuresRequest,
    CreateJobRequest,
    FailureCount,
    GetJobRequest,
    ListJobsRequest,
    ListJobsResponse,
    ListResultsRequest,
    ReadLogRequest,
    StopJobRequest,
    WatchJobRequest,
)
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.client.defaults import LATEST, TAG_DEFINITION, TAGGING_CONNECTION
from bowerbird.client.errors import Unavailable
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport
from bowerbird.type.v1.error_reason_pb2 import ErrorReason

ACTIVE = frozenset({Job.STATE_PENDING, Job.STATE_RUNNING, Job.STATE_STOPPING})
FINAL = frozenset({Job.STATE_SUCCEEDED, Job.STATE_PARTIALLY_FAILED, Job.STATE_FAILED, Job.STATE_STOPPED})
# A job outlives the restart of any service; whoever watches it does too.
PATIENCE_SECONDS = 120.0
RECONNECT_SECONDS = 1.0


class Jobs:
    """`client.jobs`."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = JobServiceStub(transport.channel)

    async def scan(self, dataset: str, version: str = LATEST) -> Job:
        """Find the files below the dataset's root."""
        return await self.create(Job(version=self._names.version(dataset, version), scan=ScanSpec()))

    async def tag(
        self,
        dataset: str,
        version: str = LATEST,
        *,
        model_connection: str = TAGGING_CONNECTION,
        model: str = "",
        tag_definition: str = TAG_DEFINITION,
        max_concurrency: int = 0,
        mode: JobMode.ValueType = JobMode.JOB_MODE_INCREMENTAL,
    ) -> Job:
        """Give tags by a model."""
        spec = TagSpec(
            model_connection=self._names.connection(model_connection),
            model=model,
            tag_definition=self._names.tag_definition(tag_definition),
            max_concurrency=max_concurrency,
            mode=mode,
        )
        return await self.create(Job(version=self._names.version(dataset, version), tag=spec))

    async def index(
        self,
        dataset: str,
        version: str = LATEST,
        *,
        index_set: str = "",
        max_concurrency: int = 0,
        mode: JobMode.ValueType = JobMode.JOB_MODE_INCREMENTAL,
    ) -> Job:
        """Bring an index set up to date; the version's own if it is not named."""
        spec = IndexSpec(index_set=index_set, max_concurrency=max_concurrency, mode=mode)
        return await self.create(Job(version=self._names.version(dataset, version), index=spec))

    async def export(
        self, selection: Selection, destination_uri: str, *, filtered_attributes: Iterable[str] = ()
    ) -> Job:
        """Write a selection of `client.search.select` as a file list below `destination_uri`."""
        spec = ExportSpec(selection=selection, destination_uri=destination_uri, filtered_attributes=filtered_attributes)
        return await self.create(Job(version=selection.version, export=spec))

    async def create(self, job: Job) -> Job:
        """A job with its version and spec. It is created once, however often the connection breaks meanwhile."""
        request = CreateJobRequest(parent=self._names.parent, job=job, request_id=uuid.uuid4().hex)
        return (await self._transport.call(self._stub.CreateJob, request)).job

    async def get(self, job: str) -> Job:
        return (await self._transport.call(self._stub.GetJob, GetJobRequest(name=self._names.job(job)))).job

    def list(
        self,
        dataset: str = "",
        *,
        kinds: Iterable[JobKind.ValueType] = (),
        states: Iterable[Job.State.ValueType] = (),
    ) -> AsyncIterator[Job]:
        """Newest first; those of one dataset if it is named, of these kinds and in these states, such as ACTIVE, if any
        are given.
        """
        request = ListJobsRequest(
            parent=self._names.parent,
            dataset=self._names.dataset(dataset) if dataset else "",
            kinds=kinds,
            states=states,
        )

        def page(token: str) -> Awaitable[ListJobsResponse]:
            request.page_token = token
            return self._transport.call(self._stub.ListJobs, request)

        return paged(page, lambda page: page.jobs)

    async def watch(self, job: str) -> AsyncIterator[Job]:
        """The job as it is, then after every change, until it has ended.

        Goes on where a connection breaks; raises Unavailable when nothing answers for two minutes.
        """
        request = WatchJobRequest(name=self._names.job(job))
        patience = Patience()
        while True:
            try:
                async for answer in self._transport.stream(self._stub.WatchJob, request):
                    patience.renew()
                    yield answer.job
                    if answer.job.state in FINAL:
                        return
            except Unavailable as error:
                patience.check(error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def wait(self, job: str) -> Job:
        """The job when it has ended, whatever its state is then."""
        last = Job()
        async for seen in self.watch(job):
            last = seen
        return last

    async def stop(self, job: str) -> Job:
        """Ask for its stop; what was done is kept."""
        return (await self._transport.call(self._stub.StopJob, StopJobRequest(name=self._names.job(job)))).job

    def results(
        self,
        job: str,
        *,
        only_failed: bool = False,
        reason: ErrorReason.ValueType = ErrorReason.ERROR_REASON_UNSPECIFIED,
    ) -> AsyncIterator[JobResult]:
        """What the job said of its files, in the order of the version; with a reason those that failed for it."""
        parent = self._names.job(job)
        return paged(
            lambda token: self._transport.call(
                self._stub.ListResults,
                ListResultsRequest(
                    parent=parent, page_size=1000, page_token=token, only_failed=only_failed, reason=reason
                ),
            ),
            lambda page: page.results,
        )

    async def failures(self, job: str) -> Sequence[FailureCount]:
        """How many files failed for which reason, the most frequent one first."""
        request = CountFailuresRequest(name=self._names.job(job))
        return (await self._transport.call(self._stub.CountFailures, request)).failures

    async def log(self, job: str, *, after_sequence: int = 0, follow: bool = False) -> AsyncIterator[JobLogLine]:
        """The lines of its log; with `follow` also those to come, until it has ended. Goes on like `watch`."""
        request = ReadLogRequest(name=self._names.job(job), after_sequence=after_sequence, follow=follow)
        patience = Patience()
        while True:
            try:
                async for part in self._transport.stream(self._stub.ReadLog, request):
                    patience.renew()
                    for line in part.lines:
                        request.after_sequence = line.sequence
                        yield line
                return
            except Unavailable as error:
                patience.check(error)
            await asyncio.sleep(RECONNECT_SECONDS)


class Patience:
    """How long nothing may answer: counted from the first failure, for a stream may be silent for hours and be well."""

    def __init__(self) -> None:
        self._ends_at: float | None = None

    def renew(self) -> None:
        self._ends_at = None

    def check(self, error: Unavailable) -> None:
        """Raises `error` when it has ended."""
        if self._ends_at is None:
            self._ends_at = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > self._ends_at:
            raise error
