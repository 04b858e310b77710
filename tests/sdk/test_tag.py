"""`bowerbird tag` against a scripted server: what it asks for, what it prints, how it ends."""

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.job_pb2 import Job, JobProgress, Selection, TagEditSpec, TagEditSummary
from bowerbird.catalog.v1.job_service_pb2 import GetJobResponse, WatchJobResponse
from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges, TagEdit
from bowerbird.catalog.v1.tag_edit_service_pb2 import (
    EditTagsResponse,
    GetTagEditResponse,
    ListTagEditsResponse,
    UndoTagEditResponse,
)
from bowerbird.client import Client
from bowerbird.search.v1.search_pb2 import Query, TagFilter
from bowerbird.search.v1.search_service_pb2 import CountResponse, SelectResponse
from tests.sdk.conftest import Bowerbird
from tests.sdk.scripted import Failure, ScriptedServer

JOB = "workspaces/default/jobs/7"
VERSION = "workspaces/default/datasets/photos/versions/v1"
SELECTED = SelectResponse(
    selection=Selection(version=VERSION, revision=5, ordinals=b"files", scores=b"1234", expression="split = a"),
    total=20_000,
)


def tag_edit(number: int = 12, **fields: object) -> TagEdit:
    values = {
        "name": f"{VERSION}/tagEdits/{number}",
        "changes": TagChanges(add=["checked"]),
        "state": TagEdit.STATE_DONE,
        "file_count": 20_000,
        "changed_file_count": 19_000,
        "editor": "workspaces/default/tokens/ann",
    }
    return TagEdit(**(values | fields))  # type: ignore[arg-type]


def editing(state: Job.State.ValueType, done: int) -> Job:
    job = Job(
        name=JOB,
        version=VERSION,
        tag_edit=TagEditSpec(tag_edit=tag_edit().name),
        state=state,
        progress=JobProgress(total=20_000, done=done),
    )
    if state == Job.STATE_SUCCEEDED:
        job.tag_edit_summary.CopyFrom(TagEditSummary(files=20_000, changed=19_000))
    return job


@pytest.mark.parametrize("kind", ["add", "remove", "reject", "restore"])
async def test_tags_of_all_files_that_match_are_edited(
    bowerbird: Bowerbird, scripted: ScriptedServer, kind: str
) -> None:
    scripted.script("Select", SELECTED)
    scripted.script("EditTags", EditTagsResponse(tag_edit=tag_edit(notes=["No file has the tag 'x'."])))
    outcome = await bowerbird("tag", kind, "photos", "checked", "my bird", "--all", "bird", "--text", "a bird")
    assert outcome.code == 0
    (asked,) = scripted.called("Select")
    assert asked.request.query == Query(text="a bird", tags=TagFilter(all_of=["bird"]))
    (edited,) = scripted.called("EditTags")
    assert edited.request.changes == TagChanges(**{kind: ["checked", "my bird"]})
    assert edited.request.selection == Selection(version=VERSION, revision=5, ordinals=b"files", expression="split = a")
    assert edited.request.parent == VERSION
    assert edited.request.request_id
    assert "19,000 of 20,000 files changed" in outcome.out
    assert "No file has the tag 'x'." in outcome.out
    assert "bowerbird tag undo photos 12" in outcome.out


async def test_a_large_edit_is_watched_to_its_end(bowerbird: Bowerbird, scripted: ScriptedServer) -> None:
    scripted.script("Select", SELECTED)
    scripted.script("EditTags", EditTagsResponse(tag_edit=tag_edit(state=TagEdit.STATE_RUNNING, job=JOB)))
    scripted.script("GetJob", GetJobResponse(job=editing(Job.STATE_RUNNING, 0)))
    states = [(Job.STATE_RUNNING, 10_000), (Job.STATE_SUCCEEDED, 20_000)]
    scripted.script("WatchJob", [WatchJobResponse(job=editing(*state)) for state in states])
    scripted.script("GetTagEdit", GetTagEditResponse(tag_edit=tag_edit(job=JOB)))
    outcome = await bowerbird("tag", "add", "photos", "checked", "--every-file", "--json")
    assert outcome.code == 0
    assert outcome.document["tag_edit"]["state"] == "DONE"
    detached = await bowerbird("tag", "add", "photos", "checked", "--every-file", "--detach")
    assert (detached.code, "bowerbird job watch 7" in detached.out) == (0, True)


async def test_a_stopped_edit_ends_with_its_code(bowerbird: Bowerbird, scripted: ScriptedServer) -> None:
    scripted.script("Select", SELECTED)
    scripted.script("EditTags", EditTagsResponse(tag_edit=tag_edit(state=TagEdit.STATE_RUNNING, job=JOB)))
    scripted.script("GetJob", GetJobResponse(job=editing(Job.STATE_STOPPED, 10_000)))
    stopped = tag_edit(state=TagEdit.STATE_STOPPED, changed_file_count=10_000, message="It was stopped.")
    scripted.script("GetTagEdit", GetTagEditResponse(tag_edit=stopped))
    outcome = await bowerbird("tag", "add", "photos", "checked", "--every-file")
    assert outcome.code == 4
    assert "stopped; 10,000 of 20,000 files changed. It was stopped." in outcome.out


async def test_a_dry_run_only_counts(bowerbird: Bowerbird, scripted: ScriptedServer) -> None:
    scripted.script("Count", CountResponse(total=1234))
    outcome = await bowerbird("tag", "reject", "photos", "bird", "--all", "bird", "--dry-run")
    assert (outcome.code, outcome.out) == (0, "1,234 files match; nothing was changed.\n")
    assert scripted.called("EditTags") == []


@pytest.mark.parametrize("options", [[], ["--every-file", "--all", "bird"]])
async def test_which_files_must_be_said_and_once(
    bowerbird: Bowerbird, scripted: ScriptedServer, options: list[str]
) -> None:
    outcome = await bowerbird("tag", "add", "photos", "checked", *options)
    assert (outcome.code, "--every-file" in outcome.err) == (2, True)
    assert scripted.calls == []


async def test_the_last_edit_that_stands_is_undone(bowerbird: Bowerbird, scripted: ScriptedServer) -> None:
    edits = [
        tag_edit(14, state=TagEdit.STATE_UNDONE),
        tag_edit(13, changed_file_count=0),
        tag_edit(12),
        tag_edit(11),
    ]
    scripted.script("ListTagEdits", ListTagEditsResponse(tag_edits=edits))
    undone = tag_edit(state=TagEdit.STATE_UNDONE, undo_time=Timestamp(seconds=1), reverted_file_count=18_000)
    scripted.script("UndoTagEdit", UndoTagEditResponse(tag_edit=undone))
    outcome = await bowerbird("tag", "undo", "photos")
    assert (outcome.code, "undone; 18,000 files changed back." in outcome.out) == (0, True)
    assert [call.request.name for call in scripted.called("UndoTagEdit")] == [tag_edit(12).name]
    await bowerbird("tag", "undo", "photos", "11", "--version", "v1")
    assert scripted.called("UndoTagEdit")[-1].request.name == tag_edit(11).name


async def test_without_an_edit_there_is_nothing_to_undo(bowerbird: Bowerbird, scripted: ScriptedServer) -> None:
    scripted.script("ListTagEdits", ListTagEditsResponse())
    outcome = await bowerbird("tag", "undo", "photos")
    assert (outcome.code, "no edit to undo" in outcome.err) == (1, True)
    empty = await bowerbird("tag", "edits", "photos")
    assert "Nobody has edited tags." in empty.out


async def test_edits_are_shown_with_who_and_what(bowerbird: Bowerbird, scripted: ScriptedServer) -> None:
    both = tag_edit(changes=TagChanges(add=["a", "b"], reject=["c"]), create_time=Timestamp(seconds=1_800_000_000))
    scripted.script("ListTagEdits", ListTagEditsResponse(tag_edits=[both, tag_edit(11, expression="split = a")]))
    shown = await bowerbird("tag", "edits", "photos")
    (line,) = [line for line in shown.out.splitlines() if line.startswith("12")]
    assert "add a, b; reject c" in line
    assert "ann" in line
    assert "chosen files" in line
    assert "split = a" in shown.out
    assert "2027-01-15" in line
    limited = await bowerbird("tag", "edits", "photos", "--limit", "1", "--json")
    assert [edit["changes"]["reject"] for edit in limited.document["tag_edits"]] == [["c"]]


async def test_an_error_says_what_to_type_next(bowerbird: Bowerbird, scripted: ScriptedServer) -> None:
    missing = Failure(grpc.StatusCode.NOT_FOUND, reason="NOT_FOUND", metadata={"resource": "tag edit", "name": "x"})
    scripted.script("UndoTagEdit", missing)
    outcome = await bowerbird("tag", "undo", "photos", "99")
    assert (outcome.code, "next: bowerbird tag edits DATASET" in outcome.err) == (1, True)


async def test_a_client_edits_files_by_name_and_repeats_what_broke(client: Client, scripted: ScriptedServer) -> None:
    broken = Failure(grpc.StatusCode.UNAVAILABLE)
    scripted.script("EditTags", broken, EditTagsResponse(tag_edit=tag_edit()))
    scripted.script("UndoTagEdit", broken, UndoTagEditResponse(tag_edit=tag_edit(state=TagEdit.STATE_UNDONE)))
    names = [f"{VERSION}/files/a", f"{VERSION}/files/b"]
    edit = await client.tag_edits.edit("photos", names, TagChanges(add=["checked"]))
    await client.tag_edits.undo(edit.name)
    for method in ("EditTags", "UndoTagEdit"):
        first, second = scripted.called(method)
        assert first.request == second.request
        assert first.request.request_id
    assert list(scripted.called("EditTags")[0].request.names.names) == names
