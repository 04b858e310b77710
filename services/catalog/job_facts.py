"""What of a job never changes, as its work needs it."""

from dataclasses import dataclass

from cachetools import LRUCache
from sqlalchemy import select

from bowerbird.catalog.v1.dataset_pb2 import Dataset
from libs.objects.uri import parse_uri
from services.catalog.database import Database
from services.catalog.schema import datasets, jobs, versions, workspaces

REMEMBERED_JOBS = 1_000


@dataclass(frozen=True)
class JobFacts:
    """`kind` is a JobKind. `store` and `prefix` say where the files' contents lie: connection and bucket, and what
    stands before a file's path within the bucket.
    """

    id: int
    kind: int
    workspace: str
    workspace_id: int
    version_id: int
    fingerprint: bytes
    index_set_id: int | None
    store: str
    prefix: str


class FactsOfJobs:
    """Reads the facts of a job once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: LRUCache[int, JobFacts] = LRUCache(REMEMBERED_JOBS)

    async def of(self, job_id: int) -> JobFacts | None:
        """None for a job that does not exist, or no longer."""
        facts = self._remembered.get(job_id)
        if facts is None:
            facts = await self._read(job_id)
            if facts is not None:
                self._remembered[job_id] = facts
        return facts

    async def _read(self, job_id: int) -> JobFacts | None:
        statement = (
            select(
                jobs.c.kind,
                jobs.c.workspace_id,
                jobs.c.version_id,
                jobs.c.fingerprint,
                jobs.c.index_set_id,
                workspaces.c.slug,
                datasets.c.root_uri,
                datasets.c.import_format,
                datasets.c.storage_connection_id,
            )
            .join(workspaces, jobs.c.workspace_id == workspaces.c.id)
            .join(versions, jobs.c.version_id == versions.c.id)
            .join(datasets, versions.c.dataset_id == datasets.c.id)
            .where(jobs.c.id == job_id)
        )
        async with self._database.begin() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        bucket, prefix = _place(row.root_uri, row.import_format)
        return JobFacts(
            id=job_id,
            kind=row.kind,
            workspace=row.slug,
            workspace_id=row.workspace_id,
            version_id=row.version_id,
            fingerprint=row.fingerprint or b"",
            index_set_id=row.index_set_id,
            store=f"{row.storage_connection_id}/{bucket}",
            prefix=prefix,
        )


def _place(root_uri: str, import_format: int) -> tuple[str, str]:
    """Bucket and prefix of a dataset's files; empty for a logical dataset, which has no root."""
    if not root_uri:
        return "", ""
    root = parse_uri(root_uri)
    if import_format == Dataset.IMPORT_FORMAT_FILE:
        root, _ = root.split()
    return root.bucket, f"{root.path}/" if root.path else ""
