"""Commits: what workers found out becomes true, each file once a job, however often it is said.

Two transactions an update. The first keeps what stays true whatever becomes of the lease: answers that were paid for,
and the hashes of contents. The second holds the chunk and writes the outcomes, if the lease is still the worker's.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bowerbird.catalog.v1.work_pb2 import JobKind, LeaseStatus
from libs.rpc.errors import FieldInvalid
from services.catalog.bell import Bell
from services.catalog.chunk_commit import SQL, Commit, Status
from services.catalog.database import Database
from services.catalog.job_facts import FactsOfJobs, JobFacts
from services.catalog.leases import LeaseKey
from services.catalog.results import (
    ExportSummary,
    Failed,
    FileResult,
    Indexed,
    LeaseUpdate,
    Released,
    ScanSummary,
    TagEditSummary,
    Tagged,
)
from services.catalog.tags import Tags

# By kind of job: outcomes of files, ends beside failing and releasing, and whether it tells its progress.
ALLOWED: dict[int, tuple[tuple[type, ...], tuple[type, ...], bool]] = {
    JobKind.JOB_KIND_SCAN: ((), (ScanSummary, Failed, Released), True),
    JobKind.JOB_KIND_TAG: ((Tagged, Failed), (Failed, Released), False),
    JobKind.JOB_KIND_INDEX: ((Indexed, Failed), (Failed, Released), False),
    JobKind.JOB_KIND_EXPORT: ((), (ExportSummary, Failed, Released), True),
    # It counts its progress itself, in the transactions that are its work.
    JobKind.JOB_KIND_TAG_EDIT: ((), (TagEditSummary, Failed, Released), False),
}


class Commits:
    """Takes the updates of workers. Repeating one changes nothing."""

    def __init__(self, database: Database, facts: FactsOfJobs, tags: Tags, bell: Bell, lease_seconds: float) -> None:
        self._database = database
        self._facts = facts
        self._tags = tags
        self._bell = bell
        self._lease_seconds = lease_seconds

    async def commit(self, said: LeaseUpdate) -> Status:
        """Keep an update's answers, and its outcomes if the lease is held. Raises FieldInvalid for a malformed one."""
        key = LeaseKey.parse(said.lease)
        job = await self._facts.of(key.job_id)
        if job is None:
            return lost(said.lease)
        check_kind(job, said)
        results = list({result.ordinal: result for result in reversed(said.results)}.values())
        await self._keep(job, results)
        tag_ids = await self._tags.ids(job.workspace_id, names_of(results))
        async with self._database.begin() as connection:
            held = (await connection.execute(SQL["hold_lease"], {"lease": key.token})).one_or_none()
            if held is None:
                return lost(said.lease)
            if held.ended:
                return Status(said.lease, LeaseStatus.STATE_ENDED, held.lease_end)
            status = await Commit(connection, job, held, tag_ids, self._lease_seconds).apply(said, results)
        if said.end is not None:
            self._bell.ring()
        return status

    async def _keep(self, job: JobFacts, results: Sequence[FileResult]) -> None:
        """Answers and the hashes of contents."""
        paid = [result for result in results if result.answer and result.answer.text and result.sha256]
        read = [result for result in results if result.sha256 and not result.etag.startswith("W/")]
        if not paid and not read:
            return
        async with self._database.begin() as connection:
            if paid:
                await connection.execute(SQL["keep_answers"], ledger_columns(job, paid))
            if read:
                parameters = {
                    "version": job.version_id,
                    "store": job.store,
                    "prefix": job.prefix,
                    "ordinal": [result.ordinal for result in read],
                    "etag": [result.etag for result in read],
                    "sha256": [result.sha256 for result in read],
                }
                await connection.execute(SQL["keep_contents"], parameters)


def lost(lease: str) -> Status:
    """The word on a lease whose chunk is no longer the worker's."""
    return Status(lease, LeaseStatus.STATE_LOST, datetime.now(UTC))


def check_kind(job: JobFacts, said: LeaseUpdate) -> None:
    """Raises FieldInvalid for a result, progress or end that the kind of job does not have."""
    kind = JobKind.Name(JobKind.ValueType(job.kind))
    outcomes, ends, has_progress = ALLOWED[job.kind]
    for result in said.results:
        if not isinstance(result.outcome, outcomes):
            raise FieldInvalid(field="results.outcome", value=type(result.outcome).__name__, expected=f"one of {kind}")
    if said.end is not None and not isinstance(said.end, ends):
        raise FieldInvalid(field="end", value=type(said.end).__name__, expected=f"one of {kind}")
    if said.progress is not None and not has_progress:
        raise FieldInvalid(field="progress", value=said.progress, expected=f"none: results tell that of {kind}")


def names_of(results: Sequence[FileResult]) -> set[str]:
    """All tags that were given."""
    return {tag for result in results if isinstance(result.outcome, Tagged) for tag in result.outcome.tags}


def ledger_columns(job: JobFacts, paid: Sequence[FileResult]) -> dict[str, Any]:
    """Results with an answer as columns of one length; the answer of a result that failed is no good."""
    answers = [result.answer for result in paid if result.answer is not None]
    return {
        "workspace": job.workspace_id,
        "kind": job.kind,
        "fingerprint": job.fingerprint,
        "sha256": [result.sha256 for result in paid],
        "answer": [answer.text.replace("\0", "\ufffd") for answer in answers],
        "input_tokens": [answer.input_tokens for answer in answers],
        "output_tokens": [answer.output_tokens for answer in answers],
        "reason": [int(result.outcome.reason) if isinstance(result.outcome, Failed) else None for result in paid],
    }
