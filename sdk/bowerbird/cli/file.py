"""`bowerbird file`: one file, and what models said of it."""

from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from bowerbird.catalog.v1.file_answer_pb2 import FileAnswer
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.cli.document import document, enum_name
from bowerbird.cli.names import DatasetArgument, VersionOption
from bowerbird.cli.output import Json, print_fields, print_json, say, shown, size_text, time_shown
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST
from bowerbird.client.names import short

app = typer.Typer(no_args_is_help=True, help="One file of a dataset. To list files: bowerbird files.")

PathArgument = Annotated[str, typer.Argument(metavar="PATH", help="Path of the file below the dataset's path.")]


@app.command()
def show(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    path: PathArgument,
    version: VersionOption = LATEST,
    answers: Annotated[bool, typer.Option("--answers", help="Also what each job said of it, newest first.")] = False,
    as_json: Json = False,
) -> None:
    """Show what is known of a file.

    \b
    Examples:
      bowerbird file show photos birds/crow.jpg
      bowerbird file show photos birds/crow.jpg --answers
    """

    async def work(client: Client) -> None:
        file = await client.files.find(dataset, path, version)
        said = [answer async for answer in client.files.answers(file.name)] if answers else None
        if as_json:
            more = {} if said is None else {"answers": [document(answer) for answer in said]}
            print_json({"file": document(file), **more})
            return
        print_fields(file_fields(file))
        for answer in said or ():
            print_answer(answer)
        if said == []:
            say(f"No job has spoken of it. Start one: bowerbird job start tag {dataset}")

    run(context, work, as_json=as_json)


def file_fields(file: File) -> list[tuple[str, object]]:
    gone = " (gone)" if file.status == File.STATUS_DELETED else ""
    attributes = MessageToDict(file.attributes)
    return [
        ("File", file.path + gone),
        ("Uri", file.uri),
        ("Type", file.content_type),
        ("Size", size_text(file.size_bytes)),
        ("Pixels", f"{file.width_px} x {file.height_px}" if file.width_px else ""),
        ("Tags of models", ", ".join(file.tags.ai) + (" (the content changed since)" if file.tags.stale else "")),
        ("Tags of people", ", ".join(file.tags.user)),
        ("Rejected", ", ".join(file.tags.rejected)),
        ("Comment", file.comment),
        ("Metadata", ", ".join(f"{key}={value}" for key, value in sorted(attributes.items()))),
        ("Modified", file.modify_time),
        ("Found", file.create_time),
        ("Tagged", file.tag_time),
        ("Indexed", file.index_time),
        ("Name", file.name),
    ]


def print_answer(answer: FileAnswer) -> None:
    """What a job said, with the model's own words as they came."""
    kind = enum_name(JobKind.DESCRIPTOR, answer.kind).lower()
    notes = [
        *(["bought by an earlier job"] if answer.reused else []),
        *([] if answer.current else ["of content that has changed since"]),
    ]
    say("")
    say(f"{time_shown(answer.time)} {kind} job {short(answer.job)}, {shown(answer.model)}: {outcome(answer)}")
    if notes:
        say(f"  ({', '.join(notes)})")
    if tokens := answer.input_tokens + answer.output_tokens:
        say(f"  {tokens:,} tokens, of them {answer.output_tokens:,} of the answer:")
    for line in answer.answer.splitlines():
        say(f"    {shown(line)}")


def outcome(answer: FileAnswer) -> str:
    if not answer.done:
        field = FileAnswer.DESCRIPTOR.fields_by_name["reason"]
        reason = enum_name(field.enum_type, answer.reason) if field.enum_type else ""
        return f"failed, {reason}: {shown(answer.message)}"
    if answer.kind == JobKind.JOB_KIND_TAG:
        return ", ".join(map(shown, answer.tags)) or "no tags"
    return "done"
