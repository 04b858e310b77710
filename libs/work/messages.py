"""Work in the words of the contract: decoded where it comes in, encoded where it goes out."""

import time

from bowerbird.catalog.v1 import work_pb2
from bowerbird.catalog.v1.job_pb2 import ExportSummary, JobLogLine
from libs.work.files import (
    LONGEST_ANSWER_BYTES,
    LONGEST_MESSAGE,
    Answer,
    Exported,
    Failed,
    FileResult,
    Indexed,
    Tagged,
    WorkFile,
)


def work_file(message: work_pb2.WorkFile) -> WorkFile:
    """A file of a lease."""
    return WorkFile(
        ordinal=message.ordinal,
        path=message.path,
        size_bytes=message.size_bytes,
        etag=message.etag,
        file_id=message.file_id,
        sha256=message.sha256,
        answer=answer(message.answer) if message.HasField("answer") else None,
    )


def answer(message: work_pb2.Answer) -> Answer:
    """An answer from the ledger."""
    return Answer(message.text, message.input_tokens, message.output_tokens)


def file_result(result: FileResult) -> work_pb2.FileResult:
    """A result as catalog takes it."""
    message = work_pb2.FileResult(
        ordinal=result.file.ordinal,
        etag=result.file.etag,
        sha256=result.sha256,
        width_px=result.width_px,
        height_px=result.height_px,
        reused=result.reused,
    )
    match result.outcome:
        case Tagged(tags):
            message.tags.tags.extend(tags)
            message.tags.SetInParent()  # no tags are an outcome, too
        case Indexed():
            message.index.SetInParent()
        case Failed() as failed:
            message.failed.CopyFrom(failed_outcome(failed))
    if result.answer is not None:
        message.answer.text = _cut(result.answer.text)
        message.answer.input_tokens = result.answer.input_tokens
        message.answer.output_tokens = result.answer.output_tokens
    return message


def failed_outcome(failed: Failed) -> work_pb2.FailedOutcome:
    """Why a file or a job failed."""
    return work_pb2.FailedOutcome(reason=failed.reason, message=_storable(failed.message)[:LONGEST_MESSAGE])


def export_summary(exported: Exported) -> ExportSummary:
    """What an export wrote."""
    return ExportSummary(manifest_uri=exported.manifest_uri, rows=exported.rows, parts=exported.parts)


def log_line(message: str, level: JobLogLine.Level.ValueType) -> JobLogLine:
    """A line of now."""
    line = JobLogLine(level=level, message=_storable(message)[:LONGEST_MESSAGE])
    line.time.FromNanoseconds(time.time_ns())
    return line


def _cut(text: str) -> str:
    return _storable(text).encode()[:LONGEST_ANSWER_BYTES].decode(errors="ignore")


def _storable(text: str) -> str:
    """PostgreSQL's text takes neither NUL nor half of a surrogate pair; a model's answer may hold both."""
    return text.replace("\0", "").encode(errors="replace").decode()
