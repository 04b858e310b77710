"""The one conversation with catalog: tells results, renews leases, and asks for what there is room for."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

import grpc
import grpc.aio
import structlog

from bowerbird.catalog.v1 import work_pb2
from bowerbird.catalog.v1.work_service_pb2 import CommitWorkRequest, LeaseWorkRequest, LeaseWorkResponse
from bowerbird.catalog.v1.work_service_pb2_grpc import WorkServiceStub
from libs.rpc.status import from_rpc_error
from libs.work.executor import Executor
from libs.work.state import HeldLease, WorkState

log = structlog.get_logger(__name__)

COMMIT_RESULTS: Final = 32
COMMIT_SECONDS: Final = 1.0
RENEW_SECONDS: Final = 3.0
LONG_POLL_SECONDS: Final = 20
CALL_SECONDS: Final = 10.0
MOST_DEMANDED: Final = 1024
BACK_OFF_MOST_SECONDS: Final = 5.0
REFUSED: Final = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}


class Poller:
    """One call to catalog at a time. While catalog is away it backs off and goes on."""

    def __init__(
        self,
        catalog: grpc.aio.Channel,
        state: WorkState,
        executor: Executor,
        *,
        worker: str,
        kinds: Sequence[work_pb2.JobKind.ValueType],
    ) -> None:
        self._work = WorkServiceStub(catalog)
        self._state = state
        self._executor = executor
        self._demand = work_pb2.WorkDemand(worker=worker, kinds=kinds)
        self._called_at = 0.0
        self._renew_seconds = RENEW_SECONDS
        self._failures = 0
        self._not_before = 0.0
        self._waiting: grpc.aio.UnaryUnaryCall[LeaseWorkRequest, LeaseWorkResponse] | None = None

    async def run(self) -> None:
        """Until the state drains and nothing is held any more. Raises the error of a catalog that refuses the token."""
        while self._state.leases or not self._state.draining:
            await self._sleep_until(self._due_at)
            try:
                await (self._commit() if self._state.leases else self._lease())
            except grpc.aio.AioRpcError as error:
                if error.code() in REFUSED:
                    raise from_rpc_error(error) from error
                self._back_off(error)
                self._let_go_of_expired()
            else:
                self._failures, self._not_before = 0, 0.0

    def interrupt(self) -> None:
        """End a wait for work."""
        if self._waiting is not None:
            self._waiting.cancel()

    async def _sleep_until(self, due_at: Callable[[], float]) -> None:
        """Until that time, which is asked for again after every change."""
        while (seconds := due_at() - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._state.changed.wait()
            self._state.changed.clear()

    def _due_at(self) -> float:
        state = self._state
        leases = state.leases.values()
        if not leases:
            return self._not_before
        has_end = any(lease.ended for lease in leases) or all(lease.is_through for lease in leases)
        if has_end or state.results >= COMMIT_RESULTS:
            return self._not_before
        due_at = self._called_at + self._renew_seconds
        if state.oldest_result_at is not None:
            due_at = min(due_at, state.oldest_result_at + COMMIT_SECONDS)
        return max(due_at, self._not_before)

    async def _lease(self) -> None:
        sent_at = time.monotonic()
        request = LeaseWorkRequest(demand=self._demand_for(self._executor.wanted), wait_seconds=LONG_POLL_SECONDS)
        call = self._work.LeaseWork(request, timeout=LONG_POLL_SECONDS + CALL_SECONDS)
        self._waiting = call
        try:
            answer = await call
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            return  # interrupted
        finally:
            self._waiting = None
        self._take(answer.leases, max(sent_at, time.monotonic() - CALL_SECONDS))

    async def _commit(self) -> None:
        leases = list(self._state.leases.values())
        request = CommitWorkRequest(updates=[lease.update() for lease in leases])
        wanted = 0 if self._state.draining else self._executor.wanted
        if wanted:
            request.demand.CopyFrom(self._demand_for(wanted))
        sent_at = time.monotonic()
        answer = await self._work.CommitWork(request, timeout=CALL_SECONDS)
        self._called_at = sent_at
        self._take(answer.leases, sent_at)  # first, so that a job whose last chunk ends with this call stays open
        for lease, status in zip(leases, answer.statuses, strict=True):
            lease.confirm(sent_at)
            self._apply(lease, status.state)

    def _demand_for(self, wanted: int) -> work_pb2.WorkDemand:
        demand = work_pb2.WorkDemand(max_files=min(wanted, MOST_DEMANDED))
        demand.MergeFrom(self._demand)
        return demand

    def _take(self, leases: Sequence[work_pb2.Lease], given_at: float) -> None:
        for message in leases:
            self._renew_seconds = renew_seconds(message.end_time.ToNanoseconds() / 1e9 - time.time())
            lease = self._state.add(message, given_at)
            if self._state.draining:
                lease.release()
            else:
                self._executor.take(lease)

    def _apply(self, lease: HeldLease, state: work_pb2.LeaseStatus.State.ValueType) -> None:
        if state == work_pb2.LeaseStatus.STATE_HELD and not lease.end_told:
            if lease.is_through and not lease.results:
                lease.release()  # catalog dropped a result: the file has changed meanwhile
            return
        if state in (work_pb2.LeaseStatus.STATE_LOST, work_pb2.LeaseStatus.STATE_STOPPED):
            log.info("a chunk is dropped", job=lease.job, state=work_pb2.LeaseStatus.State.Name(state))
        self._state.remove(lease)
        self._executor.drop(lease)

    def _back_off(self, error: grpc.aio.AioRpcError) -> None:
        seconds = min(BACK_OFF_MOST_SECONDS, 0.25 * 2**self._failures) * random.uniform(0.5, 1)  # noqa: S311
        self._failures += 1
        self._not_before = time.monotonic() + seconds
        log.warning(
            "catalog does not take the call, it is made again",
            code=error.code().name,
            problem=error.details(),
            wait_seconds=round(seconds, 2),
        )

    def _let_go_of_expired(self) -> None:
        """Another worker may have these chunks by now; what is known of them is still told, for it was paid for."""
        for lease in self._state.leases.values():
            if lease.expired and not lease.ended:
                log.warning("a lease ran out", job=lease.job, lease=lease.lease)
                self._executor.drop(lease)
                lease.release()


def renew_seconds(left_seconds: float) -> float:
    """How often to renew a lease that has so long left: often enough for a short one, whatever the two clocks say."""
    return min(RENEW_SECONDS, max(RENEW_SECONDS / 6, left_seconds / 4))
