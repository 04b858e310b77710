"""The work queue: leases, commits and answers together, for the workers' servicer and for catalog's own scanner."""

from collections.abc import Sequence

import structlog

from bowerbird.catalog.v1.work_pb2 import LeaseStatus
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from services.catalog.answers import Answer, Answers
from services.catalog.bell import Bell
from services.catalog.chunk_commit import Status
from services.catalog.commits import Commits, lost
from services.catalog.database import Database
from services.catalog.job_facts import FactsOfJobs, JobFacts
from services.catalog.leases import Demand, Lease, LeaseKey, Leases
from services.catalog.results import Failed, FileResult, LeaseUpdate
from services.catalog.tags import Tags

log = structlog.get_logger(__name__)

# A file whose leases ran out so often is given up: it kills or stalls whoever takes it.
LOSSES_BEFORE_GIVING_UP = 6


class WorkQueue:
    """What workers do with jobs. All of it may be repeated."""

    def __init__(self, database: Database, bell: Bell, tags: Tags, lease_seconds: float) -> None:
        self._facts = FactsOfJobs(database)
        self._leases = Leases(database, self._facts, bell, lease_seconds)
        self._commits = Commits(database, self._facts, tags, bell, lease_seconds)
        self._answers = Answers(database)

    async def lease(self, demand: Demand, wait_seconds: float = 0) -> list[Lease]:
        """Chunks for a worker; empty if none came within the wait."""
        leases = await self._leases.lease(demand, wait_seconds)
        hopeless = [one for one in leases if one.losses >= LOSSES_BEFORE_GIVING_UP and len(one.files) == 1]
        for one in hopeless:  # each is the end of minutes of losses
            log.warning("a file is given up", job=one.job.id, path=one.files[0].path, losses=one.losses)
            await self._commits.commit(given_up(one))
        return [one for one in leases if one not in hopeless]

    async def commit(self, updates: Sequence[LeaseUpdate]) -> list[Status]:
        """One status an update, in their order. Raises FieldInvalid for a malformed lease."""
        keys = {update.lease: LeaseKey.parse(update.lease) for update in updates}
        renewed = await self._renewed([keys[update.lease] for update in updates if update.is_renewal])
        return [
            renewed.get(update.lease, lost(update.lease)) if update.is_renewal else await self._commits.commit(update)
            for update in updates
        ]

    async def look_up_answers(self, job: JobFacts, contents: Sequence[bytes]) -> list[Answer | None]:
        """Answers to contents (SHA-256) that were paid for before, in their order."""
        return await self._answers.look_up(job, contents)

    async def facts(self, job_id: int) -> JobFacts | None:
        """What of a job never changes; None for one that does not exist."""
        return await self._facts.of(job_id)

    async def _renewed(self, keys: Sequence[LeaseKey]) -> dict[str, Status]:
        if not keys:
            return {}
        rows = await self._leases.renew(keys)
        return {
            str(key): Status(str(key), renewal_state(row.ended, row.goes_on), row.lease_end)
            for key, row in rows.items()
        }


def renewal_state(ended: bool, goes_on: bool) -> LeaseStatus.State.ValueType:
    """What a worker hears of a lease that it renews."""
    if ended:
        return LeaseStatus.STATE_ENDED
    return LeaseStatus.STATE_HELD if goes_on else LeaseStatus.STATE_STOPPED


def given_up(lease: Lease) -> LeaseUpdate:
    """The failure of the one file of a lease."""
    (file,) = lease.files
    message = f"{lease.losses} workers took it and none came back with a result."
    failure = Failed(ErrorReason.ERROR_REASON_INTERNAL, message)
    return LeaseUpdate(lease.lease, [FileResult(file.ordinal, file.etag, b"", 0, 0, failure)])
