"""A dataset with files and all that jobs on it need, made through catalog's own RPCs; only the scan is played."""

import hashlib
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncpg

from bowerbird.catalog.v1.connection_pb2 import Connection, FolderConfig, Model, ModelServiceConfig, PgvectorConfig
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.index_set_pb2 import IndexSet
from bowerbird.catalog.v1.index_set_service_pb2 import SetIndexSetRequest
from bowerbird.catalog.v1.index_set_service_pb2_grpc import IndexSetServiceStub
from bowerbird.catalog.v1.job_pb2 import IndexSpec, Job, JobMode, JobResult, TagSpec
from bowerbird.catalog.v1.job_service_pb2 import (
    CreateJobRequest,
    GetJobRequest,
    ListResultsRequest,
)
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from bowerbird.catalog.v1.tag_definition_pb2 import TagDefinition
from bowerbird.catalog.v1.tag_definition_service_pb2 import CreateTagDefinitionRequest
from bowerbird.catalog.v1.tag_definition_service_pb2_grpc import TagDefinitionServiceStub
from bowerbird.catalog.v1.work_pb2 import (
    JOB_KIND_TAG,
    Answer,
    FailedOutcome,
    FileResult,
    IndexOutcome,
    JobKind,
    Lease,
    LeaseStatus,
    LeaseUpdate,
    TagOutcome,
    WorkDemand,
    WorkFile,
)
from bowerbird.catalog.v1.work_service_pb2 import CommitWorkRequest, LeaseWorkRequest
from bowerbird.catalog.v1.work_service_pb2_grpc import WorkServiceStub
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.suite import WORKSPACE, Catalog

if TYPE_CHECKING:  # these are in the stubs alone
    from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceAsyncStub
    from bowerbird.catalog.v1.work_service_pb2_grpc import WorkServiceAsyncStub

FOLDER = "/tmp"  # noqa: S108  # catalog of the tests allows it; nothing is written
numbers = itertools.count(1)


@dataclass(frozen=True)
class Scene:
    """A dataset whose version v1 was scanned. `version` and `dataset` are names, `version_id` is the key."""

    catalog: Catalog
    dataset: str
    version: str
    version_id: int
    model_connection: str
    tag_definition: str
    database: asyncpg.Pool = field(repr=False)

    @property
    def jobs(self) -> "JobServiceAsyncStub":
        return JobServiceStub(self.catalog.editor)

    @property
    def work(self) -> "WorkServiceAsyncStub":
        return WorkServiceStub(self.catalog.service)

    async def tag(self, *, mode: JobMode.ValueType = JobMode.JOB_MODE_INCREMENTAL, **spec: object) -> Job:
        """A tagging job by the scene's model and definition, unless told otherwise."""
        values = {"model_connection": self.model_connection, "tag_definition": self.tag_definition, "mode": mode}
        tag = TagSpec(**(values | spec))  # type: ignore[arg-type]
        return await self.create(Job(version=self.version, tag=tag))

    async def index(self, *, mode: JobMode.ValueType = JobMode.JOB_MODE_INCREMENTAL) -> Job:
        """An indexing job in the version's index set."""
        return await self.create(Job(version=self.version, index=IndexSpec(mode=mode)))

    async def create(self, job: Job, request_id: str = "") -> Job:
        request = CreateJobRequest(parent=WORKSPACE, job=job, request_id=request_id)
        return (await self.jobs.CreateJob(request)).job

    async def get(self, job: Job) -> Job:
        return (await self.jobs.GetJob(GetJobRequest(name=job.name))).job

    async def results(self, job: Job, *, only_failed: bool = False) -> list[JobResult]:
        """All of them, page by page."""
        request = ListResultsRequest(parent=job.name, page_size=100, only_failed=only_failed)
        results: list[JobResult] = []
        while True:
            answer = await self.jobs.ListResults(request)
            results += answer.results
            request.page_token = answer.next_page_token
            if not request.page_token:
                return results

    async def lease(
        self, max_files: int = 64, *, kinds: Sequence[JobKind.ValueType] = (JOB_KIND_TAG,), wait_seconds: int = 0
    ) -> list[Lease]:
        demand = WorkDemand(worker="test", kinds=kinds, max_files=max_files)
        return list((await self.work.LeaseWork(LeaseWorkRequest(demand=demand, wait_seconds=wait_seconds))).leases)

    async def commit(self, lease: Lease, results: Sequence[FileResult] = (), **update: object) -> LeaseStatus:
        said = LeaseUpdate(lease=lease.lease, results=results, **update)  # type: ignore[arg-type]
        (status,) = (await self.work.CommitWork(CommitWorkRequest(updates=[said]))).statuses
        return status

    async def finish(self, job: Job, *tags: str) -> None:
        """Play the worker until nothing is left; every file gets these tags."""
        kind = JobKind.JOB_KIND_INDEX if job.HasField("index") else JobKind.JOB_KIND_TAG
        while leases := await self.lease(256, kinds=[kind]):
            for lease in leases:
                make = indexed if kind == JobKind.JOB_KIND_INDEX else tagged
                await self.commit(lease, [make(file, *tags) for file in lease.files])

    async def scan(self, contents: dict[int, str]) -> None:
        """What a scan writes that finds other content: ETags by ordinal."""
        await self.database.execute(
            "UPDATE files SET etag = given.etag FROM unnest($2::bigint[], $3::text[]) AS given (ordinal, etag) "
            "WHERE version_id = $1 AND files.ordinal = given.ordinal",
            self.version_id, list(contents), list(contents.values()),
        )  # fmt: skip

    async def run_out(self, *leases: Lease) -> None:
        """Let time pass until these leases have run out."""
        tokens = [bytes.fromhex(lease.lease.partition("-")[2]) for lease in leases]
        await self.database.execute(
            "UPDATE chunks SET lease_end = now() - interval '1 ms' WHERE lease = ANY ($1)", tokens
        )

    async def ai(self) -> dict[int, set[str]]:
        """The tags of models, by ordinal."""
        rows = await self.database.fetch(
            "SELECT ordinal, array(SELECT name FROM tags WHERE id = ANY (ai)) AS names FROM file_tags "
            "WHERE version_id = $1", self.version_id,
        )  # fmt: skip
        return {row["ordinal"]: set(row["names"]) for row in rows}

    async def definition(self) -> str:
        """The name of another tag definition."""
        return await make_definition(self.catalog, f"definition-{next(numbers)}")


@asynccontextmanager
async def scene(catalog: Catalog, files: int, *, scanned: bool = True) -> AsyncIterator[Scene]:
    """A new dataset with so many files."""
    number = next(numbers)
    await make_connections(catalog, number)
    dataset = Dataset(storage_connection=f"{WORKSPACE}/connections/folder-{number}", root_uri=f"file://{FOLDER}")
    request = CreateDatasetRequest(parent=WORKSPACE, dataset_id=f"dataset-{number}", dataset=dataset)
    made = (await DatasetServiceStub(catalog.editor).CreateDataset(request)).dataset
    async with asyncpg.create_pool(catalog.database_url, min_size=1, max_size=2) as database:
        version_id = await database.fetchval(
            "SELECT v.id FROM versions v JOIN datasets d ON d.id = v.dataset_id WHERE d.slug = $1", f"dataset-{number}"
        )
        if scanned:
            await play_scan(database, version_id, files)
        definition = await make_definition(catalog, f"definition-{number}")
        models = f"{WORKSPACE}/connections/chat-{number}"
        yield Scene(catalog, made.name, made.latest_version, version_id, models, definition, database)
        # What a test left undone is no work for the next one.
        await database.execute("DELETE FROM jobs WHERE version_id = $1", version_id)


async def play_scan(database: asyncpg.Pool, version_id: int, files: int) -> None:
    # The ETag names the version, so that no two scenes have content in common.
    await database.execute(
        "INSERT INTO files (version_id, ordinal, path, size_bytes, etag, content_type, status, modified, created, "
        "synced, revision) "
        "SELECT $1, n, format('photo-%s.jpg', n), 1000 + n, format('etag-%s-%s', $1::bigint, n), 'image/jpeg', 1, "
        "now(), now(), now(), 1 FROM generate_series(0, $2 - 1) AS n", version_id, files,
    )  # fmt: skip
    await database.execute(
        "UPDATE versions SET scanned = now(), revision = 1, next_ordinal = $2, file_count = $2 WHERE id = $1",
        version_id, files,
    )  # fmt: skip


async def make_connections(catalog: Catalog, number: int) -> None:
    address = "http://127.0.0.1:9"
    configs = {
        "folder": Connection(folder=FolderConfig(root=FOLDER)),
        "chat": Connection(
            model_service=ModelServiceConfig(
                base_url=f"{address}/v1",
                protocol=ModelServiceConfig.PROTOCOL_OPENAI_CHAT,
                models=[Model(model="qwen-vl"), Model(model="other")],
            )
        ),
        "embedding": Connection(
            model_service=ModelServiceConfig(
                base_url=f"{address}/embed",
                protocol=ModelServiceConfig.PROTOCOL_EAS_EMBEDDING,
                models=[Model(model="gme", dimension=8)],
            )
        ),
        "vectors": Connection(pgvector=PgvectorConfig(host="127.0.0.1", database="vectors", username="vectors")),
    }
    for kind, config in configs.items():
        request = CreateConnectionRequest(parent=WORKSPACE, connection_id=f"{kind}-{number}", connection=config)
        await ConnectionServiceStub(catalog.admin).CreateConnection(request)


async def make_definition(catalog: Catalog, slug: str) -> str:
    definition = TagDefinition(definition_json='{"tags": {"bird": "A bird.", "tree": "A tree.", "sky": "The sky."}}')
    request = CreateTagDefinitionRequest(parent=WORKSPACE, tag_definition_id=slug, tag_definition=definition)
    return (await TagDefinitionServiceStub(catalog.editor).CreateTagDefinition(request)).tag_definition.name


async def make_index_set(scene: Scene) -> str:
    """The version's index set; returns its key."""
    number = scene.dataset.rpartition("-")[2]
    request = SetIndexSetRequest(
        parent=scene.version,
        index_set=IndexSet(
            model_connection=f"{WORKSPACE}/connections/embedding-{number}",
            database_connection=f"{WORKSPACE}/connections/vectors-{number}",
        ),
    )
    index_set = (await IndexSetServiceStub(scene.catalog.editor).SetIndexSet(request)).index_set
    return index_set.name.rpartition("/")[2]


def sha256(file: WorkFile) -> bytes:
    """Of the bytes of a file: its ETag stands for them."""
    return hashlib.sha256(file.etag.encode()).digest()


def tagged(file: WorkFile, *tags: str, paid: bool = False) -> FileResult:
    answer = Answer(text=f"answer to {file.etag}", input_tokens=10, output_tokens=2) if paid else None
    return FileResult(
        ordinal=file.ordinal,
        etag=file.etag,
        sha256=sha256(file),
        width_px=640,
        height_px=480,
        tags=TagOutcome(tags=tags),
        answer=answer,
    )


def indexed(file: WorkFile) -> FileResult:
    return FileResult(ordinal=file.ordinal, etag=file.etag, sha256=sha256(file), index=IndexOutcome())


def failed(file: WorkFile, reason: ErrorReason.ValueType = ErrorReason.ERROR_REASON_IMAGE_CORRUPT) -> FileResult:
    return FileResult(
        ordinal=file.ordinal, etag=file.etag, failed=FailedOutcome(reason=reason, message="It is broken.")
    )
