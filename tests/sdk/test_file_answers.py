"""`bowerbird file show --answers` against a scripted server: every kind of answer, told for people and for programs."""

from bowerbird.catalog.v1.file_answer_pb2 import FileAnswer
from bowerbird.catalog.v1.file_pb2 import File, FileTags
from bowerbird.catalog.v1.file_service_pb2 import ListFileAnswersResponse, ListFilesResponse
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.sdk.conftest import Bowerbird
from tests.sdk.scripted import ScriptedServer

FILE = "workspaces/default/datasets/photos/versions/v1/files/abc"
JOBS = "workspaces/default/jobs"
TAGGED = FileAnswer(
    job=f"{JOBS}/3",
    kind=JobKind.JOB_KIND_TAG,
    done=True,
    tags=["bird", "sky"],
    answer='{"bird": true,\n "sky": "\x1b[2Jblue"}',
    model="qwen-vl",
    input_tokens=1200,
    output_tokens=34,
    reused=True,
    current=True,
)
FAILED = FileAnswer(
    job=f"{JOBS}/1",
    kind=JobKind.JOB_KIND_TAG,
    reason=ErrorReason.ERROR_REASON_TAG_ANSWER_MALFORMED,
    message="It is no JSON.",
    answer="I see a bird.",
    model="other",
)
INDEXED = FileAnswer(job=f"{JOBS}/2", kind=JobKind.JOB_KIND_INDEX, done=True, model="gme", current=True)


def script(scripted: ScriptedServer) -> None:
    tags = FileTags(ai=["bird", "sky"], user=["mine"], rejected=["sky"], stale=True)
    file = File(name=FILE, path="a\nb.jpg", size_bytes=1500, width_px=640, height_px=480, tags=tags)
    file.attributes.update({"camera": "X", "iso": 100})
    scripted.script("ListFiles", ListFilesResponse(files=[file]))
    scripted.script(
        "ListFileAnswers",
        ListFileAnswersResponse(answers=[TAGGED], next_page_token="more"),
        ListFileAnswersResponse(answers=[INDEXED, FAILED]),
    )


async def test_answers_are_told_with_the_words_of_the_model(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    script(scripted)
    outcome = await bowerbird("file", "show", "photos", "a\nb.jpg", "--answers")
    assert outcome.code == 0
    for part in (
        "a\\nb.jpg",
        "bird, sky (the content changed since)",
        "camera=X, iso=100",
        "tag job 3, qwen-vl: bird, sky",
        "(bought by an earlier job)",
        "1,234 tokens, of them 34 of the answer:",
        '    {"bird": true,\n     "sky": "\\x1b[2Jblue"}\n',
        "index job 2, gme: done",
        "tag job 1, other: failed, TAG_ANSWER_MALFORMED: It is no JSON.\n  (of content that has changed since)\n",
        "\n    I see a bird.\n",
    ):
        assert part in outcome.out
    (listed,) = scripted.called("ListFiles")
    assert (listed.request.path, listed.request.show_deleted) == ("a\nb.jpg", True)
    assert [call.request.page_token for call in scripted.called("ListFileAnswers")] == ["", "more"]


async def test_answers_are_one_document_for_programs(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    script(scripted)
    outcome = await bowerbird("file", "show", "photos", "a\nb.jpg", "--answers", "--json")
    assert [answer["job"] for answer in outcome.document["answers"]] == [f"{JOBS}/{n}" for n in (3, 2, 1)]
    assert outcome.document["answers"][0]["answer"] == TAGGED.answer
    assert outcome.document["answers"][2]["reason"] == "TAG_ANSWER_MALFORMED"


async def test_answers_are_not_asked_for_unless_they_are_wanted(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    script(scripted)
    outcome = await bowerbird("file", "show", "photos", "a\nb.jpg", "--json")
    assert list(outcome.document) == ["file"]
    assert scripted.called("ListFileAnswers") == []
