"""What models said of one file, through a real server."""

import pytest

from bowerbird.catalog.v1.file_answer_pb2 import FileAnswer
from bowerbird.catalog.v1.file_service_pb2 import ListFileAnswersRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from bowerbird.catalog.v1.job_pb2 import JobMode
from bowerbird.catalog.v1.work_pb2 import Answer, FailedOutcome, FileResult, JobKind, WorkFile
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.names import file_id
from tests.services.catalog.jobs_scene import Scene, make_index_set, scene, sha256, tagged
from tests.suite import WORKSPACE, Catalog, refusal

WRONG = ErrorReason.ERROR_REASON_TAG_ANSWER_MALFORMED


async def answers(made: Scene, ordinal: int = 0, page_size: int = 0) -> list[FileAnswer]:
    """All of them, page by page."""
    parent = f"{made.version}/files/{file_id(made.version_id, ordinal)}"
    request = ListFileAnswersRequest(parent=parent, page_size=page_size)
    found: list[FileAnswer] = []
    while True:
        page = await FileServiceStub(made.catalog.viewer).ListFileAnswers(request)
        found += page.answers
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return found


def unreadable(file: WorkFile) -> FileResult:
    return FileResult(
        ordinal=file.ordinal,
        etag=file.etag,
        sha256=sha256(file),
        failed=FailedOutcome(reason=WRONG, message="The answer is no JSON."),
        answer=Answer(text="I see <b>a bird</b>.", input_tokens=10, output_tokens=4),
    )


async def commit(made: Scene, result: FileResult) -> None:
    (lease,) = await made.lease()
    await made.commit(lease, [result])


async def test_each_job_that_spoke_of_a_file_is_shown_the_newest_first(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as made:
        assert await answers(made) == []
        await make_index_set(made)
        failing = await made.tag()
        (lease,) = await made.lease()
        (file,) = lease.files
        await made.commit(lease, [unreadable(file)])
        index = await made.index()
        await made.finish(index)
        good = await made.tag(model="other")
        await commit(made, tagged(file, "sky", "bird", paid=True))
        found = await answers(made)
        assert [answer.job for answer in found] == [good.name, index.name, failing.name]
        assert [answer.kind for answer in found] == [JobKind.JOB_KIND_TAG, JobKind.JOB_KIND_INDEX, JobKind.JOB_KIND_TAG]
        assert [answer.model for answer in found] == ["other", "gme", "qwen-vl"]
        assert [answer.done for answer in found] == [True, True, False]
        assert all(answer.current and answer.time.seconds and not answer.reused for answer in found)
        first, second, third = found
        assert (list(first.tags), first.answer, first.tag_definition) == (
            ["bird", "sky"], f"answer to {file.etag}", made.tag_definition,
        )  # fmt: skip
        assert (first.input_tokens, first.output_tokens) == (10, 2)
        assert (list(second.tags), second.answer, second.tag_definition, second.input_tokens) == ([], "", "", 0)
        assert (third.reason, third.message) == (WRONG, "The answer is no JSON.")
        assert (third.answer, third.output_tokens) == ("I see <b>a bird</b>.", 4)
        assert await answers(made, page_size=1) == found


async def test_an_answer_that_a_better_one_replaced_is_no_longer_that_of_the_failure(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as made:
        await made.tag()
        (lease,) = await made.lease()
        (file,) = lease.files
        await made.commit(lease, [unreadable(file)])
        await made.tag(mode=JobMode.JOB_MODE_FULL)
        await commit(made, tagged(file, "bird", paid=True))
        good, bad = await answers(made)
        assert (good.done, good.answer) == (True, f"answer to {file.etag}")
        assert (bad.done, bad.answer, bad.reason) == (False, "", WRONG)


async def test_an_answer_to_content_that_has_changed_says_so(catalog: Catalog) -> None:
    async with scene(catalog, files=2) as made:
        await made.finish(await made.tag(), "bird")
        await made.scan({0: "another"})
        assert [answer.current for answer in await answers(made, 0)] == [False]
        assert [answer.current for answer in await answers(made, 1)] == [True]


async def test_an_answer_that_was_reused_says_so(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as made:
        await made.tag()
        (lease,) = await made.lease()
        await made.commit(lease, [tagged(lease.files[0], "bird", paid=True)])
        await made.tag(mode=JobMode.JOB_MODE_FULL)
        (again,) = await made.lease()
        assert again.files[0].answer.text
        reused = tagged(again.files[0], "bird")
        reused.reused = True
        await made.commit(again, [reused])
        found = await answers(made)
        assert [answer.reused for answer in found] == [True, False]
        assert found[0].answer == found[1].answer == f"answer to {lease.files[0].etag}"


@pytest.mark.parametrize("other_workspace", [True, False])
async def test_answers_of_a_file_that_is_not_there_are_not_found(catalog: Catalog, *, other_workspace: bool) -> None:
    async with scene(catalog, files=1) as made:
        version = made.version.replace(WORKSPACE, "workspaces/other") if other_workspace else made.version
        ordinal = 0 if other_workspace else 1
        request = ListFileAnswersRequest(parent=f"{version}/files/{file_id(made.version_id, ordinal)}")
        error = await refusal(FileServiceStub(catalog.viewer).ListFileAnswers(request))
        assert error.reason_name == "NOT_FOUND"
