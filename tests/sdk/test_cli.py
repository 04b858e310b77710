"""The command line against a scripted server: exit codes, documents, errors and what they advise."""

import json
from pathlib import Path

import grpc
import pytest

from bowerbird.catalog.v1 import connection_service_pb2
from bowerbird.catalog.v1.connection_pb2 import Connection, ModelServiceConfig, S3Config
from bowerbird.catalog.v1.connection_service_pb2 import (
    CreateConnectionResponse,
    GetConnectionResponse,
    UpdateConnectionResponse,
)
from bowerbird.catalog.v1.dataset_pb2 import Dataset, Version
from bowerbird.catalog.v1.dataset_service_pb2 import GetVersionResponse, ListDatasetsResponse
from bowerbird.catalog.v1.file_pb2 import File, FileTags
from bowerbird.catalog.v1.index_set_pb2 import IndexSet
from bowerbird.catalog.v1.index_set_service_pb2 import SetIndexSetResponse
from bowerbird.catalog.v1.job_pb2 import (
    ExportSpec,
    ExportSummary,
    IndexSpec,
    Job,
    JobProgress,
    JobResult,
    ScanSpec,
    ScanSummary,
    Selection,
    TagSpec,
)
from bowerbird.catalog.v1.job_service_pb2 import (
    CreateJobResponse,
    GetJobResponse,
    ListResultsResponse,
    WatchJobResponse,
)
from bowerbird.catalog.v1.tag_definition_service_pb2 import GetTagDefinitionResponse
from bowerbird.search.v1.search_pb2 import Hit
from bowerbird.search.v1.search_service_pb2 import CountResponse, SearchResponse, SelectResponse
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.sdk.conftest import TOKEN, Bowerbird
from tests.sdk.scripted import Failure, ScriptedServer

JOB = "workspaces/default/jobs/7"
VERSION = "workspaces/default/datasets/photos/versions/v1"
S3 = Connection(name="workspaces/default/connections/s", s3=S3Config(endpoint="http://s", region="r"), secret_set=True)


def tagging(state: Job.State.ValueType, *, done: int = 0, failed: int = 0) -> Job:
    return Job(
        name=JOB,
        version=VERSION,
        tag=TagSpec(),
        state=state,
        progress=JobProgress(total=10, done=done, failed=failed),
    )


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (Job.STATE_SUCCEEDED, 0),
        (Job.STATE_FAILED, 1),
        (Job.STATE_PARTIALLY_FAILED, 3),
        (Job.STATE_STOPPED, 4),
    ],
)
async def test_the_exit_code_tells_how_a_job_ended(
    scripted: ScriptedServer, bowerbird: Bowerbird, state: Job.State.ValueType, code: int
) -> None:
    scripted.script("CreateJob", CreateJobResponse(job=tagging(Job.STATE_PENDING)))
    watched = [WatchJobResponse(job=tagging(Job.STATE_RUNNING, done=4)), WatchJobResponse(job=tagging(state, done=10))]
    scripted.script("WatchJob", watched)
    outcome = await bowerbird("job", "start", "tag", "photos", "--json")
    assert outcome.code == code
    assert outcome.document["jobs"][0]["progress"]["done"] == 10
    assert outcome.err == ""


async def test_failures_are_told_with_their_files_and_where_to_read_on(
    scripted: ScriptedServer, bowerbird: Bowerbird
) -> None:
    job = tagging(Job.STATE_PARTIALLY_FAILED, done=4, failed=6)
    results = [JobResult(path=f"a\n{n}.jpg", message="The file has no bytes.") for n in range(6)]
    scripted.script("GetJob", GetJobResponse(job=job))
    scripted.script("ListResults", ListResultsResponse(results=results))
    outcome = await bowerbird("job", "watch", "7")
    assert outcome.code == 3
    assert "4 of 10 files done, 6 failed" in outcome.out
    assert "a\\n4.jpg: The file has no bytes." in outcome.out
    assert "a\\n5.jpg" not in outcome.out
    assert "bowerbird job show 7 --failed" in outcome.out
    assert "tag: partially failed 10 of 10, 6 failed" in outcome.err


async def test_all_jobs_start_with_the_defaults_and_the_worst_tells_the_exit_code(
    scripted: ScriptedServer, bowerbird: Bowerbird
) -> None:
    summary = ScanSummary(added=10, skipped=1)
    scan = Job(name=JOB, version=VERSION, scan=ScanSpec(), state=Job.STATE_SUCCEEDED, scan_summary=summary)
    index = Job(name=JOB, version=VERSION, index=IndexSpec(), state=Job.STATE_FAILED, message="No database.")
    tag = tagging(Job.STATE_SUCCEEDED, done=10)
    scripted.script("GetTagDefinition", GetTagDefinitionResponse())
    scripted.script("GetConnection", GetConnectionResponse())
    scripted.script("GetVersion", GetVersionResponse(version=Version(name=VERSION)))
    scripted.script("SetIndexSet", SetIndexSetResponse(index_set=IndexSet()))
    scripted.script("CreateJob", *(CreateJobResponse(job=job) for job in (scan, tag, index)))
    outcome = await bowerbird("job", "start", "--all", "photos")
    assert outcome.code == 1
    assert "10 new, 0 changed, 0 gone, 0 as before, 1 objects that are no images" in outcome.out
    assert "index: failed\n  No database.\n" in outcome.out
    (configured,) = (call.request.index_set for call in scripted.called("SetIndexSet"))
    assert configured.model_connection == "workspaces/default/connections/embedding"
    assert configured.database_connection == "workspaces/default/connections/database"
    specs = [call.request.job for call in scripted.called("CreateJob")]
    assert [job.WhichOneof("spec") for job in specs] == ["scan", "tag", "index"]
    assert specs[1].tag.model_connection == "workspaces/default/connections/tagging"
    assert specs[1].tag.tag_definition == "workspaces/default/tagDefinitions/default"


async def test_nothing_is_started_where_a_part_of_it_is_missing(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    missing = {"resource": "tag definition", "name": "default"}
    scripted.script("GetTagDefinition", Failure(grpc.StatusCode.NOT_FOUND, "There is none.", "NOT_FOUND", missing))
    outcome = await bowerbird("job", "start", "--all", "photos")
    assert outcome.code == 1
    assert "next: bowerbird tagdef list" in outcome.err
    assert scripted.called("CreateJob") == []


async def test_an_index_set_that_is_there_is_kept(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    version = Version(name=VERSION, index_set=f"{VERSION}/indexSets/1")
    scripted.script("GetVersion", GetVersionResponse(version=version))
    scripted.script("CreateJob", CreateJobResponse(job=Job(name=JOB, index=IndexSpec(), state=Job.STATE_PENDING)))
    outcome = await bowerbird("job", "start", "index", "photos", "--detach", "--mode", "full")
    assert (outcome.code, scripted.called("SetIndexSet")) == (0, [])
    assert "bowerbird job watch 7" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["job", "start"],
        ["job", "start", "--all", "photos", "tag", "photos"],
        ["job", "start", "--mode", "full", "tag", "photos"],
        ["job", "start", "tag", "photos", "--max-concurrency", "0"],
        ["search", "photos", "a bird", "--image", "bird.jpg"],
        ["search", "photos", "--after", "yesterday"],
        ["search", "photos", "--image", "/no/such/file.jpg"],
        ["dataset", "create", "photos"],
        ["dataset", "create", "photos", "s3://b", "--label", "novalue"],
        ["connection", "create", "model", "m", "http://m", "--protocol", "openai-chat", "--model", "m=many"],
        ["connection", "create", "s3", "s", "--access-key-id", "id"],
        ["connection", "create", "s3", "s", "--access-key-id", "id", "--secret-env", "NOT_SET_ANYWHERE"],
        ["tagdef", "create", "t", "--file", "/no/such/file.json"],
        ["token", "create", "t", "--expires-in", "soon"],
        ["token", "create", "t", "--role", "king"],
    ],
)
async def test_a_wrong_command_line_exits_2_before_anything_is_tried(
    scripted: ScriptedServer, bowerbird: Bowerbird, arguments: list[str]
) -> None:
    outcome = await bowerbird(*arguments)
    assert outcome.code == 2
    assert "Usage:" in outcome.out + outcome.err
    assert "Traceback" not in outcome.err
    assert scripted.calls == []


async def test_an_error_says_what_was_wrong_and_what_to_type_next(
    scripted: ScriptedServer, bowerbird: Bowerbird
) -> None:
    missing = Failure(
        grpc.StatusCode.NOT_FOUND,
        "There is no dataset 'phtos' here.",
        "NOT_FOUND",
        {"resource": "dataset", "name": "phtos"},
    )
    scripted.script("GetDataset", missing)
    outcome = await bowerbird("dataset", "show", "phtos")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.splitlines()[:2] == [
        "error: There is no dataset 'phtos' here.",
        "  next: bowerbird dataset list",
    ]


async def test_an_error_is_a_document_too(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    taken = {"resource": "dataset", "name": "workspaces/default/datasets/photos"}
    scripted.script("CreateDataset", Failure(grpc.StatusCode.ALREADY_EXISTS, "Taken.", "ALREADY_EXISTS", taken))
    outcome = await bowerbird("dataset", "create", "photos", "s3://bucket", "--json")
    assert (outcome.code, outcome.out) == (1, "")
    assert json.loads(outcome.err) == {
        "error": {
            "reason": "ALREADY_EXISTS",
            "metadata": taken,
            "message": "Taken.",
            "next": ["bowerbird dataset show photos"],
        }
    }


async def test_without_a_bowerbird_it_says_how_to_get_one(run_bowerbird: Bowerbird) -> None:
    outcome = await run_bowerbird("dataset", "list")
    assert outcome.code == 1
    assert "next: make run" in outcome.err


async def test_a_bowerbird_that_is_down_is_named(run_bowerbird: Bowerbird) -> None:
    outcome = await run_bowerbird("dataset", "list", BOWERBIRD_ADDRESS="127.0.0.1:1", BOWERBIRD_TOKEN=TOKEN)
    assert outcome.code == 1
    assert "error: 127.0.0.1:1 does not answer" in outcome.err


async def test_the_token_may_come_from_a_file(
    scripted: ScriptedServer, run_bowerbird: Bowerbird, tmp_path: Path
) -> None:
    scripted.script("ListDatasets", ListDatasetsResponse())
    path = tmp_path / "token"
    path.write_text("from a file\n")
    outcome = await run_bowerbird("--address", scripted.address, "--token-file", str(path), "dataset", "list")
    assert outcome.code == 0
    assert "bowerbird dataset create NAME" in outcome.out
    assert [call.token for call in scripted.calls] == ["Bearer from a file"]
    outcome = await run_bowerbird("--address", scripted.address, "--token-file", f"{path}s", "dataset", "list")
    assert outcome.code == 1
    assert "cannot be read" in outcome.err


async def test_a_table_shows_names_whole_and_without_markup(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    root = "s3://bucket/[bold]" + "long/" * 60
    scripted.script("ListDatasets", ListDatasetsResponse(datasets=[Dataset(name="x/y/z", root_uri=root)]))
    outcome = await bowerbird("dataset", "list")
    assert root in outcome.out


async def test_a_secret_is_read_from_a_variable_and_never_shown(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    scripted.script("CreateConnection", CreateConnectionResponse(connection=S3))
    arguments = ["connection", "create", "s3", "s", "--access-key-id", "id", "--secret-env", "A_KEY"]
    outcome = await bowerbird(*arguments, "--endpoint", "http://s", "--addressing", "path", A_KEY="hidden")
    (call,) = scripted.called("CreateConnection")
    assert call.request.connection.s3.secret_access_key == "hidden"
    assert call.request.connection.s3.addressing_style == S3Config.ADDRESSING_STYLE_PATH
    assert outcome.code == 0
    assert "hidden" not in outcome.out + outcome.err


async def test_a_secret_is_read_from_standard_input(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    scripted.script("CreateConnection", CreateConnectionResponse(connection=S3))
    arguments = ["connection", "create", "pgvector", "v", "--host", "h", "--database", "d", "--username", "u"]
    await bowerbird(*arguments, "--secret-stdin", input="pass word \n")
    (call,) = scripted.called("CreateConnection")
    assert call.request.connection.pgvector.password == "pass word "
    assert call.request.connection.pgvector.port == 5432


async def test_a_model_service_needs_no_key(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    scripted.script("CreateConnection", CreateConnectionResponse(connection=S3))
    models = ["--model", "first=1152", "--model", "second"]
    await bowerbird("connection", "create", "model", "m", "http://m", "--protocol", "dashscope-embedding", *models)
    (call,) = scripted.called("CreateConnection")
    config = call.request.connection.model_service
    assert config.protocol == ModelServiceConfig.PROTOCOL_DASHSCOPE_EMBEDDING
    assert [(model.model, model.dimension) for model in config.models] == [("first", 1152), ("second", 0)]
    assert config.api_key == ""


async def test_an_update_changes_what_is_named_and_keeps_the_rest(
    scripted: ScriptedServer, bowerbird: Bowerbird
) -> None:
    scripted.script("GetConnection", GetConnectionResponse(connection=S3))
    scripted.script("UpdateConnection", UpdateConnectionResponse(connection=S3))
    settings = ["--set", "region=eu", "--set", "addressing_style=virtual"]
    outcome = await bowerbird("connection", "update", "s", *settings, "--secret-env", "A_KEY", A_KEY="new")
    assert outcome.code == 0
    (call,) = scripted.called("UpdateConnection")
    assert list(call.request.update_mask.paths) == ["s3"]
    changed = call.request.connection.s3
    assert (changed.endpoint, changed.region, changed.secret_access_key) == ("http://s", "eu", "new")
    assert changed.addressing_style == S3Config.ADDRESSING_STYLE_VIRTUAL


@pytest.mark.parametrize("setting", ["colour=red", "secret_access_key=x", "addressing_style=round", "noequals"])
async def test_an_update_of_a_field_that_there_is_not_is_refused(
    scripted: ScriptedServer, bowerbird: Bowerbird, setting: str
) -> None:
    scripted.script("GetConnection", GetConnectionResponse(connection=S3))
    outcome = await bowerbird("connection", "update", "s", "--set", setting)
    assert outcome.code == 2
    assert scripted.called("UpdateConnection") == []


async def test_a_connection_that_does_not_work_exits_1_with_the_reason(
    scripted: ScriptedServer, bowerbird: Bowerbird
) -> None:
    reason = ErrorReason.ERROR_REASON_BUCKET_NOT_FOUND
    answer = connection_service_pb2.TestConnectionResponse(reason=reason, message="No bucket b.")
    scripted.script("TestConnection", answer)
    outcome = await bowerbird("connection", "test", "s", "--uri", "s3://b")
    assert (outcome.code, outcome.out) == (1, "s does not work: No bucket b. (BUCKET_NOT_FOUND)\n")
    outcome = await bowerbird("connection", "test", "s", "--json")
    assert outcome.document == {"works": False, "reason": "BUCKET_NOT_FOUND", "message": "No bucket b."}


@pytest.fixture
def hits() -> SearchResponse:
    tags = FileTags(ai=["bird", "red"], user=["good", "bird"], rejected=["red"])
    return SearchResponse(
        hits=[Hit(file=File(path="a/crow.jpg", tags=tags), score=0.25)], total=9, next_page_token="T", moved=True
    )


async def test_a_search_shows_score_file_and_the_tags_that_hold(
    scripted: ScriptedServer, bowerbird: Bowerbird, hits: SearchResponse
) -> None:
    scripted.script("Search", hits)
    outcome = await bowerbird("search", "photos", "a bird")
    assert outcome.out.splitlines()[0].split() == ["SCORE", "FILE", "TAGS"]
    assert outcome.out.splitlines()[1].split(maxsplit=2) == ["0.2500", "a/crow.jpg", "bird, good"]
    assert "1 of 9 that match." in outcome.out
    assert "has changed since the page before" in outcome.err
    assert "--page-token T" in outcome.err
    assert (await bowerbird("search", "photos", "--json")).document["hits"][0]["score"] == 0.25


async def test_every_condition_of_a_search_reaches_the_server(
    scripted: ScriptedServer, bowerbird: Bowerbird, tmp_path: Path
) -> None:
    scripted.script("Search", SearchResponse())
    picture = tmp_path / "crow.jpg"
    picture.write_bytes(b"pixels")
    conditions = "--any a --any b --all c --none d --name crow --dir birds --type image/png --top-k 7 --threshold 0"
    times = "--after 2026-01-02 --before 2026-01-02T01:00:00+01:00"
    pages = "--page-size 3 --skip 2 --page-token T --version v2"
    arguments = f"search photos --image {picture} {conditions} {times} {pages}".split()
    outcome = await bowerbird(*arguments)
    assert (outcome.code, outcome.out) == (0, "No file matches.\n")
    (call,) = scripted.called("Search")
    request = call.request
    assert request.version == "workspaces/default/datasets/photos/versions/v2"
    assert (request.page_size, request.skip, request.page_token) == (3, 2, "T")
    query = request.query
    assert (query.image, query.top_k, query.HasField("score_threshold"), query.score_threshold) == (
        b"pixels",
        7,
        True,
        0,
    )
    assert (list(query.tags.any_of), list(query.tags.all_of), list(query.tags.none_of)) == (["a", "b"], ["c"], ["d"])
    assert (query.file_name, query.directory, list(query.content_types)) == ("crow", "birds", ["image/png"])
    assert query.modified_after.seconds - query.modified_before.seconds == 0


async def test_a_search_by_uri_counts_and_facets(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    scripted.script("Count", CountResponse(total=12345))
    outcome = await bowerbird("search", "photos", "--image", "s3://b/crow.jpg", "--count")
    assert outcome.out == "12345\n"
    assert scripted.calls[0].request.query.image_uri == "s3://b/crow.jpg"


async def test_an_export_takes_the_selection_of_its_query(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    selection = Selection(version=VERSION, revision=3, ordinals=b"bits")
    scripted.script("Select", SelectResponse(selection=selection, total=2))
    summary = ExportSummary(manifest_uri="s3://b/x/manifest.yaml", rows=2, parts=1)
    job = Job(name=JOB, version=VERSION, export=ExportSpec(), state=Job.STATE_SUCCEEDED, export_summary=summary)
    scripted.script("CreateJob", CreateJobResponse(job=job))
    outcome = await bowerbird("export", "photos", "s3://b/x", "--all", "bird", "--attribute", "FileName")
    assert outcome.code == 0
    assert "2 files in 1 parts, listed by s3://b/x/manifest.yaml" in outcome.out
    (call,) = scripted.called("CreateJob")
    assert call.request.job.export.selection == selection
    assert list(call.request.job.export.filtered_attributes) == ["FileName"]
    assert call.request.job.version == VERSION


async def test_a_question_may_be_answered_with_no(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    outcome = await bowerbird("dataset", "delete", "photos", input="n\n")
    assert outcome.code == 1
    assert scripted.calls == []


async def test_every_command_has_help_and_every_leaf_speaks_json(run_bowerbird: Bowerbird) -> None:
    for leaf in (
        *(f"dataset {verb}" for verb in ("create", "list", "show", "versions", "update", "scan", "delete")),
        *(f"dataset index {verb}" for verb in ("set", "show", "refresh")),
        *(f"connection create {kind}" for kind in ("s3", "folder", "model", "pgvector")),
        *(f"connection {verb}" for verb in ("list", "show", "test", "ls", "count", "update", "delete")),
        *(f"tagdef {verb}" for verb in ("create", "list", "show", "update", "delete")),
        *(f"job start {kind}" for kind in ("scan", "tag", "index")),
        *(f"job {verb}" for verb in ("list", "show", "watch", "stop", "logs")),
        *(f"tag {verb}" for verb in ("add", "remove", "reject", "restore", "edits", "undo")),
        *(f"token {verb}" for verb in ("create", "list", "delete")),
        *("search", "export", "files", "file show"),
    ):
        outcome = await run_bowerbird(*leaf.split(), "--help")
        assert outcome.code == 0, leaf
        assert "--json" in outcome.out, leaf
