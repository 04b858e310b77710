"""Scans that meet a store which refuses or breaks off, a stop, and the death of the scanner."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, FolderConfig
from bowerbird.catalog.v1.job_pb2 import Job, JobLogLine, ScanSummary
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from services.catalog.database import Database
from services.catalog.job_facts import FactsOfJobs
from services.catalog.leases import LeaseKey
from services.catalog.scanner.own_work import LeaseGone
from services.catalog.scanner.scan import Scan, ScanReport
from tests.services.catalog.scans.conftest import ALLOWED
from tests.services.catalog.scans.listing_server import ListingServer
from tests.services.catalog.scans.scene import (
    Scanned,
    ScannerProcess,
    job_id,
    make_dataset,
    s3_connection,
    until,
)
from tests.suite import Catalog


@pytest.mark.usefixtures("scanner")
async def test_a_storage_that_refuses_fails_the_job_with_its_reason(
    catalog: Catalog, database: asyncpg.Pool, s3: Connection, bucket: str, tmp_path: Path
) -> None:
    wrong = Connection()
    wrong.CopyFrom(s3)
    wrong.s3.secret_access_key = "wrong"
    gone = Connection(folder=FolderConfig(root=str(tmp_path)))
    cases = [
        (s3, "s3://there-is-no-such-bucket/x", ErrorReason.ERROR_REASON_BUCKET_NOT_FOUND, "no-such-bucket"),
        (wrong, f"s3://{bucket}", ErrorReason.ERROR_REASON_STORAGE_ACCESS_DENIED, "check the keys"),
        (
            s3_connection("http://127.0.0.1:1"),
            "s3://photos",
            ErrorReason.ERROR_REASON_ADDRESS_UNREACHABLE,
            "127.0.0.1:1",
        ),
        (gone, f"file://{tmp_path}/gone", ErrorReason.ERROR_REASON_BUCKET_NOT_FOUND, "/gone"),
    ]
    datasets = [await make_dataset(catalog, database, connection, uri) for connection, uri, _, _ in cases]
    jobs = await asyncio.gather(*(dataset.fail() for dataset in datasets))
    for job, (_, uri, reason, words) in zip(jobs, cases, strict=True):
        assert job.reason == reason, uri
        assert words in job.message, uri
    log = await datasets[0].log(jobs[0])
    assert [line.level for line in log][-1] == JobLogLine.LEVEL_ERROR
    assert not (await datasets[0].now()).HasField("scan_time")


async def test_a_listing_that_breaks_off_takes_nothing_for_gone(dataset: Scanned, server: ListingServer) -> None:
    server.objects = {f"{i:04}.jpg": "1" for i in range(3000)}
    await dataset.scan()
    before = await dataset.files()
    server.fails_at = 2
    assert (await dataset.fail()).reason == ErrorReason.ERROR_REASON_STORAGE_FAILED
    assert await dataset.files() == before
    server.fails_at = None
    assert await dataset.scan() == ScanSummary(unchanged=3000)


async def test_a_stop_ends_a_scan_within_five_seconds(dataset: Scanned, server: ListingServer) -> None:
    server.objects = {f"{i:04}.jpg": "1" for i in range(3000)}
    server.waits_at = 2
    job = await dataset.begin()
    await server.waiting.wait()
    await dataset.stop(job)
    job = await dataset.end(job, seconds=5)
    assert job.state == Job.STATE_STOPPED
    assert await dataset.files() == {}
    server.goes_on.set()
    assert await dataset.scan() == ScanSummary(added=3000)


async def test_a_scanner_that_ends_gives_its_scan_back_at_once(
    dataset: Scanned, server: ListingServer, scanner: ScannerProcess
) -> None:
    server.objects = {f"{i:04}.jpg": "1" for i in range(3000)}
    server.waits_at = 2
    job = await dataset.begin()
    await server.waiting.wait()
    await scanner.stop()
    assert await dataset.database.fetchval("SELECT lease_end IS NULL FROM chunks WHERE job_id = $1", job_id(job))
    server.goes_on.set()
    await scanner.start()
    job = await dataset.end(job)
    assert job.scan_summary == ScanSummary(added=3000)


async def test_a_scan_that_is_killed_between_revisions_ends_with_each_file_once(
    dataset: Scanned, server: ListingServer, scanner: ScannerProcess
) -> None:
    server.objects = {f"{i:05}.jpg": "1" for i in range(25_000)}
    async with dataset.database.acquire() as gate, revisions_wait(gate, ordinal=15_000):
        job = await dataset.begin()
        await until(lambda: first_revision(dataset))
        await scanner.kill()
    await scanner.start()
    job = await dataset.end(job)
    assert job.scan_summary == ScanSummary(added=25_000)
    assert [row["ordinal"] for row in (await dataset.files()).values()] == list(range(25_000))
    version = await dataset.now()
    assert (version.file_count, version.revision) == (25_000, 3)


async def test_a_scan_whose_lease_is_lost_writes_nothing(dataset: Scanned, server: ListingServer) -> None:
    job = await dataset.end(await dataset.begin())  # its chunk has ended
    lease = await dataset.database.fetchval("SELECT lease FROM chunks WHERE job_id = $1", job_id(job))
    database = Database(dataset.catalog.database_url, connections=2)
    server.objects = {"a.jpg": "1"}
    try:
        facts = await FactsOfJobs(database).of(job_id(job))
        assert facts is not None
        async with open_store(storage_config(s3_connection(server.endpoint)), "s3://photos", ALLOWED) as store:
            for token in (lease, b"another's lease."):
                with pytest.raises(LeaseGone):
                    await Scan(database, facts, LeaseKey(facts.id, token), ScanReport()).run(store.pages())
    finally:
        await database.close()
    assert await dataset.files() == {}


async def first_revision(dataset: Scanned) -> bool:
    return (await dataset.now()).revision >= 1


class revisions_wait:  # noqa: N801
    """Holds up the revision that brings the file of an ordinal, until the block ends."""

    def __init__(self, gate: asyncpg.pool.PoolConnectionProxy, *, ordinal: int) -> None:
        self._gate = gate
        self._ordinal = ordinal

    async def __aenter__(self) -> None:
        await self._gate.execute(
            f"CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"PERFORM pg_advisory_xact_lock(7); RETURN new; END $$; "
            f"CREATE TRIGGER gate BEFORE INSERT ON files FOR EACH ROW WHEN (new.ordinal = {self._ordinal}) "
            f"EXECUTE FUNCTION wait_at_gate(); SELECT pg_advisory_lock(7)"
        )

    async def __aexit__(self, *_: object) -> None:
        await self._gate.execute("SELECT pg_advisory_unlock(7)")
        await self._gate.execute("DROP TRIGGER gate ON files; DROP FUNCTION wait_at_gate()")
