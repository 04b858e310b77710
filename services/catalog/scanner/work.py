"""The work of the scanner: take scans from the queue, do them while their leases are renewed, say how they ended."""

import asyncio
import os
import platform
from contextlib import suppress

import structlog

from bowerbird.catalog.v1.work_pb2 import JobKind, LeaseStatus
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import BowerbirdError, ServiceUnavailable
from libs.rpc.status import InternalFault
from services.catalog.connections import Connections
from services.catalog.database import Database
from services.catalog.leases import CHUNK_FILES, Demand, Lease, LeaseKey
from services.catalog.results import Failed, LeaseUpdate, Progress, Released, ScanSummary
from services.catalog.scanner.listing import find_source, open_listing
from services.catalog.scanner.scan import LeaseGone, Scan, ScanReport
from services.catalog.work import WorkQueue

log = structlog.get_logger(__name__)

# So many scans at once: one of a large bucket does not hold up those of small ones.
PARALLEL_SCANS = 4
WAIT_SECONDS = 5.0
PAUSE_SECONDS = 2.0


class Scanner:
    """Takes scans from the queue and does them."""

    def __init__(
        self,
        database: Database,
        queue: WorkQueue,
        connections: Connections,
        addresses: AddressPolicy,
        renew_seconds: float,
    ) -> None:
        self._database = database
        self._renew_seconds = renew_seconds
        self._queue = queue
        self._connections = connections
        self._addresses = addresses
        self._worker = f"scanner {os.getpid()} on {platform.node()}"

    async def run(self, stopped: asyncio.Event) -> None:
        """Scan until `stopped`; then give back what is not done."""
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work()) for _ in range(PARALLEL_SCANS)]
            await stopped.wait()
            log.info("stopping")
            for worker in workers:
                worker.cancel()

    async def _work(self) -> None:
        demand = Demand(self._worker, (JobKind.JOB_KIND_SCAN,), CHUNK_FILES)
        while True:
            try:
                for lease in await self._queue.lease(demand, WAIT_SECONDS):
                    await self.scan(lease)
            except ServiceUnavailable as error:  # its database: leases run out, and somebody takes the work up again
                log.warning("waiting", problem=str(error))
                await asyncio.sleep(PAUSE_SECONDS)

    async def scan(self, lease: Lease) -> None:
        """Do the one scan of a lease, to whatever end. Raises ServiceUnavailable where the database goes away."""
        log.info("scan begins", job=lease.job.id, losses=lease.losses)
        end: ScanSummary | Failed | Released
        report = ScanReport()
        try:
            end = await self._scan_renewed(lease, report)
        except LeaseGone:
            log.info("scan dropped", job=lease.job.id)
            return
        except ServiceUnavailable:
            raise
        except asyncio.CancelledError:
            with suppress(BowerbirdError):
                await asyncio.shield(self._say(lease, report, Released()))
            raise
        except BowerbirdError as error:
            end = Failed(error.reason, str(error))
        except Exception:
            fault = InternalFault(request_id=lease.lease)
            log.exception("scan failed unforeseen", job=lease.job.id, lease=lease.lease)
            end = Failed(fault.reason, str(fault))
        await self._say(lease, report, end)
        log.info("scan ends", job=lease.job.id, end=end)

    async def _scan_renewed(self, lease: Lease, report: ScanReport) -> ScanSummary:
        """The scan, while the lease is renewed. Raises LeaseGone where it is lost or the job stops."""
        scanning = asyncio.create_task(self._scan(lease, report))
        try:
            while not scanning.done():
                await asyncio.wait([scanning], timeout=self._renew_seconds)
                if not scanning.done() and await self._say(lease, report) != LeaseStatus.STATE_HELD:
                    raise LeaseGone
            return await scanning
        finally:
            scanning.cancel()
            await asyncio.wait([scanning])

    async def _scan(self, lease: Lease, report: ScanReport) -> ScanSummary:
        source = await find_source(self._database, self._connections, lease.job.workspace, lease.job.version_id)
        report.log(f"Scanning {source.root if source.key is None else source.root.child(source.key)}.")
        async with open_listing(source, self._addresses) as pages:
            return await Scan(self._database, lease.job, LeaseKey.parse(lease.lease), report).run(pages)

    async def _say(
        self, lease: Lease, report: ScanReport, end: ScanSummary | Failed | Released | None = None
    ) -> LeaseStatus.State.ValueType:
        update = LeaseUpdate(lease.lease, log_lines=report.take_lines(), progress=Progress(0, report.images), end=end)
        [status] = await self._queue.commit([update])
        return status.state
