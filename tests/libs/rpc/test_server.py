"""The server lets through what roles allow, and shows errors with their reason."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, ClassVar, cast

import grpc
import grpc.aio
import pytest
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from bowerbird.catalog.v1 import job_service_pb2, job_service_pb2_grpc
from bowerbird.catalog.v1.job_service_pb2 import GetJobRequest, GetJobResponse, WatchJobRequest, WatchJobResponse
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from bowerbird.type.v1.role_pb2 import Role
from libs.rpc.channel import open_channel
from libs.rpc.errors import AddressUnreachable, NotFound, ServiceUnavailable, Unauthenticated
from libs.rpc.identity import Caller, current_caller
from libs.rpc.server import RpcServer, Service
from libs.rpc.status import from_rpc_error


class Tokens:
    """An authenticator whose tokens are the names of roles."""

    async def authenticate(self, token: str) -> Caller:
        if f"ROLE_{token}" not in dict(Role.items()):
            raise Unauthenticated(problem="The token is unknown")
        return Caller("w", Role.Value(f"ROLE_{token}"), token)


class Jobs(job_service_pb2_grpc.JobServiceServicer):
    calls: ClassVar[Counter[str]] = Counter()

    async def GetJob(self, request: GetJobRequest, context: Any) -> GetJobResponse:  # noqa: N802
        self.calls[request.name] += 1
        if request.name == "bug":
            raise RuntimeError("secret detail")
        if request.name == "away":
            raise ServiceUnavailable(service="The database")
        if request.name == "outside":
            raise AddressUnreachable(address="model.example:443")
        raise NotFound(resource="job", name=request.name)

    async def WatchJob(self, request: WatchJobRequest, context: Any) -> AsyncIterator[WatchJobResponse]:  # noqa: N802
        answer = WatchJobResponse()
        answer.job.creator = current_caller().subject
        yield answer
        raise NotFound(resource="job", name=request.name)


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    descriptor = job_service_pb2.DESCRIPTOR.services_by_name["JobService"]
    service = Service(descriptor, job_service_pb2_grpc.add_JobServiceServicer_to_server, Jobs())  # type: ignore[abstract]
    server = RpcServer([service], Tokens())
    port = await server.start("127.0.0.1:0")
    yield f"127.0.0.1:{port}"
    await server.stop(0)


async def get_job(address: str, token: str, name: str = "j") -> grpc.aio.AioRpcError:
    async with open_channel(address, token) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await job_service_pb2_grpc.JobServiceStub(channel).GetJob(GetJobRequest(name=name))
    return caught.value


async def test_a_call_without_a_token_is_refused(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await job_service_pb2_grpc.JobServiceStub(channel).GetJob(GetJobRequest())
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_an_unknown_token_is_refused(address: str) -> None:
    assert (await get_job(address, "NOBODY")).code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("role", "refused"), [("VIEWER", True), ("SERVICE", True), ("EDITOR", False), ("ADMIN", False)]
)
async def test_an_editors_call_needs_an_editor(address: str, role: str, refused: bool) -> None:
    async with open_channel(address, role) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await job_service_pb2_grpc.JobServiceStub(channel).StopJob(job_service_pb2.StopJobRequest())
    assert (caught.value.code() is grpc.StatusCode.PERMISSION_DENIED) is refused


async def test_an_error_carries_its_reason_and_details_over_the_wire(address: str) -> None:
    error = from_rpc_error(await get_job(address, "VIEWER", "workspaces/w/jobs/7"))
    assert error.status is grpc.StatusCode.NOT_FOUND
    assert error.reason == ErrorReason.ERROR_REASON_NOT_FOUND
    assert error.details == {"resource": "job", "name": "workspaces/w/jobs/7"}


async def test_an_unforeseen_error_shows_nothing_of_itself(address: str) -> None:
    error = await get_job(address, "VIEWER", "bug")
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in str(error.details())


@pytest.mark.parametrize(("name", "calls"), [("away", 5), ("outside", 1)])
async def test_only_a_part_of_the_suite_that_is_away_is_called_again(address: str, name: str, calls: int) -> None:
    before = Jobs.calls[name]
    assert (await get_job(address, "VIEWER", name)).code() is grpc.StatusCode.UNAVAILABLE
    assert Jobs.calls[name] - before == calls


async def test_a_stream_knows_its_caller_and_ends_with_its_error(address: str) -> None:
    async with open_channel(address, "VIEWER") as channel:
        stream = job_service_pb2_grpc.JobServiceStub(channel).WatchJob(WatchJobRequest(name="j"))
        seen = []
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async for answer in stream:
                seen.append(answer.job.creator)
    assert seen == ["VIEWER"]
    assert from_rpc_error(caught.value).reason == ErrorReason.ERROR_REASON_NOT_FOUND


async def test_health_needs_no_token(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        answer = await HealthStub(channel).Check(  # type: ignore[attr-defined]
            HealthCheckRequest()
        )
    assert answer.status == HealthCheckResponse.SERVING


async def test_health_can_be_watched(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        call = HealthStub(channel).Watch(HealthCheckRequest())  # type: ignore[attr-defined]
        assert (await call.read()).status == HealthCheckResponse.SERVING
        call.cancel()


def test_a_server_with_an_rpc_that_declares_no_role_does_not_start() -> None:
    descriptor = health_pb2.DESCRIPTOR.services_by_name["Health"]
    with pytest.raises(ValueError, match="declares no required_role"):
        RpcServer([Service(cast("ServiceDescriptor", descriptor), lambda servicer, server: None, None)], Tokens())
