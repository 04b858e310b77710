"""The scans among the jobs that catalog does itself."""

from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.rpc.addresses import AddressPolicy
from services.catalog.connections import Connections
from services.catalog.database import Database
from services.catalog.leases import Lease, LeaseKey
from services.catalog.results import ScanSummary
from services.catalog.scanner.listing import open_listing
from services.catalog.scanner.own_work import OwnWork
from services.catalog.scanner.scan import Scan, ScanReport
from services.catalog.scanner.source import find_source
from services.catalog.work import WorkQueue


class Scanner(OwnWork[ScanReport]):
    """Lists buckets and folders."""

    kind = JobKind.JOB_KIND_SCAN
    at_once = 4

    def __init__(
        self,
        database: Database,
        queue: WorkQueue,
        connections: Connections,
        addresses: AddressPolicy,
        renew_seconds: float,
    ) -> None:
        super().__init__(queue, renew_seconds)
        self._database = database
        self._connections = connections
        self._addresses = addresses

    def report(self) -> ScanReport:
        return ScanReport()

    async def work(self, lease: Lease, report: ScanReport) -> ScanSummary:
        source = await find_source(self._database, self._connections, lease.job.workspace, lease.job.version_id)
        report.log(f"Scanning {source.root if source.key is None else source.root.child(source.key)}.")
        async with open_listing(source, self._addresses) as pages:
            return await Scan(self._database, lease.job, LeaseKey.parse(lease.lease), report).run(pages)
