"""What is to be told to catalog stays until catalog has confirmed it, in a form that catalog can keep."""

import asyncio

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.work.files import LONGEST_ANSWER_BYTES, Answer, Exported, Failed, FileResult, Tagged, WorkFile
from libs.work.messages import file_result
from libs.work.state import HeldLease

FILES = [WorkFile(ordinal, f"photo {ordinal}", 1, f"etag {ordinal}", f"id {ordinal}") for ordinal in range(3)]


def lease() -> HeldLease:
    return HeldLease("lease", "job", FILES, 0.0, asyncio.Event())


def tagged(file: WorkFile, answer: Answer | None = None) -> FileResult:
    return FileResult(file, Tagged(("bird",)), b"s" * 32, 640, 480, answer)


def test_news_are_told_again_until_they_are_confirmed() -> None:
    held = lease()
    held.record(tagged(FILES[0]))
    held.log("hello")
    assert [result.ordinal for result in held.update().results] == [0]
    held.record(tagged(FILES[1]))  # while the call is under way, which then fails
    again = held.update()
    assert [result.ordinal for result in again.results] == [0, 1]
    assert [line.message for line in again.log_lines] == ["hello"]
    held.record(tagged(FILES[2]))  # while the call is under way, which then succeeds
    held.confirm(sent_at=1.0)
    after = held.update()
    assert [result.ordinal for result in after.results] == [2]
    assert not after.log_lines


def test_a_second_result_for_a_file_is_dropped() -> None:
    held = lease()
    held.record(tagged(FILES[0]))
    held.record(FileResult(FILES[0], Failed(ErrorReason.ERROR_REASON_INTERNAL, "no")))
    (result,) = held.update().results
    assert list(result.tags.tags) == ["bird"]


def test_an_end_that_comes_during_a_call_is_not_taken_for_told() -> None:
    held = lease()
    held.update()
    held.release()
    held.confirm(sent_at=1.0)
    assert held.ended
    assert not held.end_told
    assert held.update().HasField("released")
    held.confirm(sent_at=2.0)
    assert held.end_told


def test_the_first_end_counts() -> None:
    held = lease()
    held.fail_job(Failed(ErrorReason.ERROR_REASON_MODEL_NOT_FOUND, "gone"))
    held.release()
    held.finish(Exported("s3://b/m", 1, 1))
    update = held.update()
    assert update.WhichOneof("end") == "job_failed"
    assert update.job_failed.message == "gone"


def test_progress_is_told_once_and_the_last_word_counts() -> None:
    held = lease()
    held.progress(1, 10)
    held.progress(7, 10)
    assert (held.update().progress.done, held.update().progress.total) == (7, 10)
    held.confirm(sent_at=1.0)
    assert not held.update().HasField("progress")


def test_an_answer_is_cut_to_what_the_ledger_keeps_and_rid_of_what_no_database_takes() -> None:
    answer = "\0half a pair: \ud800 " + "é" * LONGEST_ANSWER_BYTES
    text = file_result(tagged(FILES[0], Answer(answer, 5, 7))).answer.text
    assert text.startswith("half a pair: ? é")
    assert LONGEST_ANSWER_BYTES - 2 <= len(text.encode()) <= LONGEST_ANSWER_BYTES


def test_no_tags_are_an_outcome() -> None:
    assert file_result(FileResult(FILES[0], Tagged(()))).WhichOneof("outcome") == "tags"
