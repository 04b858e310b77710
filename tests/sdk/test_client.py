"""The client against a server that misbehaves: retries, deadlines, errors, streams that break."""

import grpc
import pytest

from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetResponse, GetDatasetResponse, ListDatasetsResponse
from bowerbird.catalog.v1.job_pb2 import Job, JobLogLine
from bowerbird.catalog.v1.job_service_pb2 import CreateJobResponse, ReadLogResponse, WatchJobResponse
from bowerbird.client import (
    AlreadyExists,
    Client,
    ClientSettings,
    DeadlineExceeded,
    InvalidRequest,
    NotFound,
    RequestFailed,
    Unavailable,
    jobs,
)
from bowerbird.search.v1.search_pb2 import Hit, Query
from bowerbird.search.v1.search_service_pb2 import StreamHitsResponse
from tests.sdk.conftest import TOKEN
from tests.sdk.scripted import Failure, ScriptedServer, Silence

DOWN = Failure(grpc.StatusCode.UNAVAILABLE)
PHOTOS = "workspaces/default/datasets/photos"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RECONNECT_SECONDS", 0.01)


async def test_reads_are_repeated_while_the_service_is_unavailable(scripted: ScriptedServer, client: Client) -> None:
    scripted.script("GetDataset", DOWN, DOWN, GetDatasetResponse(dataset=Dataset(name=PHOTOS)))
    assert (await client.datasets.get("photos")).name == PHOTOS
    calls = scripted.called("GetDataset")
    assert [call.request.name for call in calls] == [PHOTOS] * 3
    assert {call.token for call in calls} == {f"Bearer {TOKEN}"}


async def test_what_would_not_bear_repetition_is_not_repeated(scripted: ScriptedServer, client: Client) -> None:
    scripted.script("CreateDataset", DOWN, CreateDatasetResponse())
    with pytest.raises(Unavailable):
        await client.datasets.create("photos", "s3://bucket")
    assert len(scripted.called("CreateDataset")) == 1


async def test_a_job_is_asked_for_again_with_the_same_request_id(scripted: ScriptedServer, client: Client) -> None:
    scripted.script("CreateJob", DOWN, CreateJobResponse(job=Job(name="workspaces/default/jobs/1")))
    await client.jobs.scan("photos")
    first, second = (call.request for call in scripted.called("CreateJob"))
    assert first.request_id == second.request_id
    assert len(first.request_id) >= 16
    assert first.job.version == f"{PHOTOS}/versions/latest"


async def test_a_call_without_an_answer_ends_at_its_deadline(scripted: ScriptedServer, client: Client) -> None:
    scripted.script("GetDataset", Silence())
    with pytest.raises(DeadlineExceeded, match="did not answer in time"):
        await client.datasets.get("photos")


async def test_an_error_carries_its_reason_its_message_and_its_metadata(
    scripted: ScriptedServer, client: Client
) -> None:
    metadata = {"resource": "dataset", "name": "photos"}
    scripted.script("GetDataset", Failure(grpc.StatusCode.NOT_FOUND, "There is none.", "NOT_FOUND", metadata))
    with pytest.raises(NotFound) as caught:
        await client.datasets.get("photos")
    assert (caught.value.reason, caught.value.message) == ("NOT_FOUND", "There is none.")
    assert caught.value.metadata == metadata


@pytest.mark.parametrize("trailing", [None, b"", b"\xff\xff no protobuf"])
async def test_an_error_of_another_kind_of_server_is_told_as_it_is(
    scripted: ScriptedServer, client: Client, trailing: bytes | None
) -> None:
    scripted.script("CreateDataset", Failure(grpc.StatusCode.ALREADY_EXISTS, "taken", trailing=trailing))
    with pytest.raises(AlreadyExists, match=f"{scripted.address} answered ALREADY_EXISTS: taken") as caught:
        await client.datasets.create("photos", "s3://bucket")
    assert caught.value.reason == ""


async def test_a_reason_of_a_newer_server_reaches_the_caller(scripted: ScriptedServer, client: Client) -> None:
    scripted.script("GetDataset", Failure(grpc.StatusCode.DATA_LOSS, "new", "REASON_OF_TOMORROW"))
    with pytest.raises(RequestFailed) as caught:
        await client.datasets.get("photos")
    assert caught.value.reason == "REASON_OF_TOMORROW"


async def test_nothing_at_the_address_is_unavailable() -> None:
    async with Client(ClientSettings("127.0.0.1:1", "127.0.0.1:1", TOKEN)) as nobody:
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 does not answer"):
            await nobody.datasets.get("photos")


@pytest.mark.parametrize("address", ["localhost", "http://localhost:80", "host:port", ":80", "https://host:1/path"])
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(InvalidRequest, match="expected host:port"):
        Client(ClientSettings(address, address, TOKEN))


async def test_a_list_asks_for_every_page(scripted: ScriptedServer, client: Client) -> None:
    scripted.script(
        "ListDatasets",
        ListDatasetsResponse(datasets=[Dataset(name="a"), Dataset(name="b")], next_page_token="more"),
        ListDatasetsResponse(datasets=[Dataset(name="c")]),
    )
    assert [dataset.name async for dataset in client.datasets.list()] == ["a", "b", "c"]
    assert [call.request.page_token for call in scripted.called("ListDatasets")] == ["", "more"]


async def test_watching_goes_on_when_the_connection_breaks(scripted: ScriptedServer, client: Client) -> None:
    running, ended = (WatchJobResponse(job=Job(state=state)) for state in (Job.STATE_RUNNING, Job.STATE_SUCCEEDED))
    scripted.script("WatchJob", [running, DOWN], DOWN, [running], [ended])
    states = [job.state async for job in client.jobs.watch("1")]
    assert states == [Job.STATE_RUNNING, Job.STATE_RUNNING, Job.STATE_SUCCEEDED]


async def test_watching_ends_when_nothing_answers_for_long(
    scripted: ScriptedServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.0)
    scripted.script("WatchJob", DOWN)
    with pytest.raises(Unavailable):
        await client.jobs.wait("1")


async def test_a_log_goes_on_behind_the_last_line_that_came(scripted: ScriptedServer, client: Client) -> None:
    lines = [JobLogLine(sequence=number, message=f"line {number}") for number in (1, 2, 3)]
    scripted.script("ReadLog", [ReadLogResponse(lines=lines[:2]), DOWN], [ReadLogResponse(lines=lines[2:])])
    read = [line.sequence async for line in client.jobs.log("1", follow=True)]
    assert read == [1, 2, 3]
    assert [call.request.after_sequence for call in scripted.called("ReadLog")] == [0, 2]


async def test_hits_that_break_off_are_an_error_and_not_an_end(scripted: ScriptedServer, client: Client) -> None:
    scripted.script("StreamHits", [StreamHitsResponse(hits=[Hit(score=0.5)]), DOWN])
    seen = []
    with pytest.raises(Unavailable):
        async for hit in client.search.hits("photos", Query(text="a bird")):
            seen.append(hit.score)
    assert seen == [0.5]
