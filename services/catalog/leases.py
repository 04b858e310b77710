"""Leases: a chunk of a job in the hands of one worker for a while."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.rpc.errors import FieldInvalid
from services.catalog.answers import Answer
from services.catalog.bell import Bell, heard
from services.catalog.database import Database
from services.catalog.job_facts import FactsOfJobs, JobFacts
from services.catalog.statements import statements
from services.catalog.stops import end_stopped

SQL = statements("leases")

CHUNK_FILES = 64
# How often one who waits looks for leases that ran out and for the work that other replicas made.
LOOK_SECONDS = 1.0
# After so many losses in a row each file is leased alone.
LOSSES_BEFORE_SPLIT = 2


@dataclass(frozen=True)
class Demand:
    """What a worker has room for; `kinds` are JobKinds."""

    worker: str
    kinds: Collection[int]
    max_files: int


@dataclass(frozen=True)
class WorkFile:
    """A file to work on; `sha256` is empty where no worker has read its present content."""

    ordinal: int
    path: str
    size_bytes: int
    etag: str
    sha256: bytes
    answer: Answer | None


@dataclass(frozen=True)
class Lease:
    """A chunk with its files that have no outcome yet, by ordinal; a scan or an export has no files.

    `losses` says how many leases of the chunk ran out before.
    """

    lease: str
    job: JobFacts
    end: datetime
    files: Sequence[WorkFile]
    losses: int


@dataclass(frozen=True)
class LeaseKey:
    """What a lease's text says: 16 random bytes, and its job, because answers are kept after the lease is lost."""

    job_id: int
    token: bytes

    def __str__(self) -> str:
        return f"{self.job_id}-{self.token.hex()}"

    @classmethod
    def parse(cls, lease: str) -> "LeaseKey":
        """Raises FieldInvalid."""
        job_id, _, token = lease.partition("-")
        try:
            key = cls(int(job_id), bytes.fromhex(token))
        except ValueError:
            key = None
        if key is None or str(key) != lease or len(key.token) != 16 or not 0 < key.job_id < 2**63:
            raise FieldInvalid(field="lease", value=lease, expected="a lease as LeaseWork gave it out")
        return key


class Leases:
    """Gives chunks to workers. A chunk is free until it has ended, while nobody holds it or its lease has run out."""

    def __init__(self, database: Database, facts: FactsOfJobs, bell: Bell, lease_seconds: float) -> None:
        self._database = database
        self._facts = facts
        self._bell = bell
        self._lease_seconds = lease_seconds

    async def lease(self, demand: Demand, wait_seconds: float = 0) -> list[Lease]:
        """Whole chunks, until they have `max_files` files, fairly over the jobs; waits so long for the first one."""
        clock = asyncio.get_running_loop()
        deadline = clock.time() + wait_seconds
        while True:
            rung = self._bell.listen()
            async with self._database.begin() as connection:
                await end_stopped(connection)
                claimed = await self._claim(connection, demand)
            left = deadline - clock.time()
            if claimed or left <= 0:
                return await self._encode(claimed)
            await heard(rung, min(LOOK_SECONDS, left))

    async def renew(self, leases: Collection[LeaseKey]) -> Mapping[LeaseKey, Row[Any]]:
        """Rows with `lease_end`, `ended` (the chunk has) and `goes_on` (the job does); none for a lost lease."""
        keys = {key.token: key for key in leases}
        async with self._database.begin() as connection:
            renewed = await connection.execute(
                SQL["renew_leases"], {"leases": list(keys), "lease_seconds": self._lease_seconds}
            )
            return {keys[row.lease]: row for row in renewed}

    async def _claim(self, connection: AsyncConnection, demand: Demand) -> list[Row[Any]]:
        """Rows of chunks that are now the worker's."""
        parameters = {
            "kinds": list(demand.kinds),
            "chunks": math.ceil(demand.max_files / CHUNK_FILES),
            "worker": demand.worker,
            "lease_seconds": self._lease_seconds,
        }
        claimed = list(await connection.execute(SQL["claim_chunks"], parameters))
        suspects = [row.id for row in claimed if row.losses >= LOSSES_BEFORE_SPLIT and row.files > 1]
        if suspects:
            await connection.execute(SQL["split_chunks"], {"chunks": suspects})
            claimed = list(await connection.execute(SQL["claim_chunks"], parameters))
            # What came this time may itself be in need of a split; it is split when it is lost once more.
        if claimed:
            await connection.execute(SQL["begin_jobs"], {"jobs": list({row.job_id for row in claimed})})
        return claimed

    async def _encode(self, claimed: Sequence[Row[Any]]) -> list[Lease]:
        """Leases of the claimed chunks. One statement a job, so that only its version's partition is opened."""
        by_job: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in claimed:
            by_job[row.job_id].append(row)
        leases: list[Lease] = []
        for job_id, chunks in by_job.items():
            job = await self._facts.of(job_id)
            if job is None:
                continue
            files = await self._remaining(job, [chunk.id for chunk in chunks if chunk.files])
            leases += [
                Lease(str(LeaseKey(job_id, chunk.lease)), job, chunk.lease_end, files[chunk.id], chunk.losses)
                for chunk in chunks
            ]
        return leases

    async def _remaining(self, job: JobFacts, chunks: Sequence[int]) -> Mapping[int, Sequence[WorkFile]]:
        """The files without an outcome, by chunk."""
        files: dict[int, list[WorkFile]] = defaultdict(list)
        if not chunks:
            return files
        parameters = {
            "chunks": chunks,
            "job": job.id,
            "version": job.version_id,
            "workspace": job.workspace_id,
            "kind": job.kind,
            "fingerprint": job.fingerprint,
            "store": job.store,
            "prefix": job.prefix,
        }
        async with self._database.begin() as connection:
            for row in await connection.execute(SQL["remaining_files"], parameters):
                files[row.chunk_id].append(
                    WorkFile(
                        ordinal=row.ordinal,
                        path=row.path,
                        size_bytes=row.size_bytes,
                        etag=row.etag,
                        sha256=row.sha256 or b"",
                        answer=None if row.answer is None else Answer(row.answer, row.input_tokens, row.output_tokens),
                    )
                )
        return files
