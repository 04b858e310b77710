"""`bowerbird job`: list, show, watch, stop, logs; starting has a file of its own."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from bowerbird.catalog.v1.job_pb2 import Job, JobLogLine, JobResult
from bowerbird.catalog.v1.job_service_pb2 import FailureCount
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.cli import job_start
from bowerbird.cli.document import document, enum_name, time_text
from bowerbird.cli.enum_words import number_of, words_of
from bowerbird.cli.exits import Exit
from bowerbird.cli.output import Json, out, print_fields, print_json, print_table, say, shown
from bowerbird.cli.progress import conclude, kind, outcome, state_text
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.jobs import ACTIVE, FINAL
from bowerbird.client.names import short
from bowerbird.type.v1.error_reason_pb2 import ErrorReason

app = typer.Typer(
    no_args_is_help=True, help="Jobs: scan, tag, index and export. They survive the death of any process."
)
app.add_typer(job_start.app, name="start")

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, as `job list` shows it.")]
KINDS = ", ".join(words_of(JobKind.DESCRIPTOR))
STATES = ", ".join(words_of(Job.State.DESCRIPTOR))
LEVEL_STYLES = {JobLogLine.LEVEL_WARNING: "yellow", JobLogLine.LEVEL_ERROR: "red"}


@app.command("list")
def list_jobs(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Only jobs of this dataset.")] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most this many, newest first.")] = 20,
    kind_words: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help=f"Only jobs of a kind: {KINDS}. Repeat for more.")
    ] = None,
    state_words: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help=f"Only jobs in a state: {STATES}. Repeat for more."),
    ] = None,
    active: Annotated[bool, typer.Option("--active", help="Only jobs that have not ended.")] = False,
    as_json: Json = False,
) -> None:
    """List the jobs, newest first.

    \b
    Examples:
      bowerbird job list photos --kind tag --state failed --state partially_failed
      bowerbird job list --active
    """
    kinds = [JobKind.ValueType(number_of(JobKind.DESCRIPTOR, word, "--kind")) for word in kind_words or ()]
    states = {Job.State.ValueType(number_of(Job.State.DESCRIPTOR, word, "--state")) for word in state_words or ()}
    if active:
        states |= ACTIVE

    async def work(client: Client) -> None:
        jobs: list[Job] = []
        async for job in client.jobs.list(dataset, kinds=kinds, states=states):
            jobs.append(job)
            if len(jobs) == limit:
                break
        if as_json:
            print_json({"jobs": [document(job) for job in jobs]})
            return
        print_table(
            ["JOB", "KIND", "DATASET", "STATE", "DONE", "FAILED", "TOTAL", "CREATED"],
            (
                (
                    short(job.name),
                    kind(job),
                    dataset_of(job),
                    state_text(job),
                    job.progress.done,
                    job.progress.failed,
                    job.progress.total,
                    job.create_time,
                )
                for job in jobs
            ),
            empty=(
                "No job is like that."
                if kinds or states
                else "There are no jobs. Start one: bowerbird job start --all DATASET"
            ),
        )

    run(context, work, as_json=as_json)


@app.command()
def show(
    context: typer.Context,
    job: JobArgument,
    failed: Annotated[
        bool, typer.Option("--failed", help="Also how many files failed for which reason, and each of them.")
    ] = False,
    reason: Annotated[
        str, typer.Option(metavar="REASON", help="Of the failed files only those with this reason.", show_default=False)
    ] = "",
    as_json: Json = False,
) -> None:
    """Show a job.

    \b
    Examples:
      bowerbird job show 7 --failed
      bowerbird job show 7 --reason IMAGE_CORRUPT
    """
    wanted = reason_number(reason) if reason else ErrorReason.ERROR_REASON_UNSPECIFIED

    async def work(client: Client) -> None:
        found = await client.jobs.get(job)
        if not (failed or reason):
            print_json({"job": document(found)}) if as_json else print_fields(job_fields(found))
            return
        counts = await client.jobs.failures(job)
        results = [result async for result in client.jobs.results(job, only_failed=True, reason=wanted)]
        if as_json:
            failures = {
                "failure_counts": [document(count) for count in counts],
                "failed": [document(result) for result in results],
            }
            print_json({"job": document(found), **failures})
            return
        print_fields(job_fields(found))
        print_failures(counts, results)

    run(context, work, as_json=as_json)


@app.command()
def watch(context: typer.Context, job: JobArgument, as_json: Json = False) -> None:
    """Watch a job to its end. Ctrl-C ends the watching, not the job."""

    async def work(client: Client) -> Exit:
        return await conclude(client, [await client.jobs.get(job)], detach=False, as_json=as_json, key="job")

    run(context, work, as_json=as_json)


@app.command()
def stop(context: typer.Context, job: JobArgument, as_json: Json = False) -> None:
    """Stop a job. What was done is kept, and a later job of its kind goes on from there."""

    async def work(client: Client) -> None:
        stopped = await client.jobs.stop(job)
        if as_json:
            print_json({"job": document(stopped)})
        elif stopped.state in FINAL:
            say(f"{job} has ended: {state_text(stopped)}.")
        else:
            say(f"{job} stops; calls in flight end within 5 seconds.")

    run(context, work, as_json=as_json)


@app.command()
def logs(
    context: typer.Context,
    job: JobArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with the lines that come, to the end.")] = False,
    as_json: Json = False,
) -> None:
    """Print a job's log."""

    async def work(client: Client) -> None:
        if as_json:
            print_json({"lines": [document(line) async for line in client.jobs.log(job, follow=follow)]})
            return
        async for line in client.jobs.log(job, follow=follow):
            level = enum_name(JobLogLine.Level.DESCRIPTOR, line.level)
            text = f"{time_text(line.time)} {level:7} {shown(line.message)}"
            out.print(Text(text, style=LEVEL_STYLES.get(line.level, "")))

    run(context, work, as_json=as_json)


def job_fields(job: Job) -> list[tuple[str, object]]:
    tokens = job.progress.input_tokens + job.progress.output_tokens
    return [
        ("Job", short(job.name)),
        ("Kind", kind(job)),
        ("Dataset", f"{dataset_of(job)} {short(job.version)}"),
        ("State", state_text(job)),
        ("Result", outcome(job)),
        ("Why", job.message),
        ("Model tokens", tokens or ""),
        ("Created", job.create_time),
        ("Started", job.start_time),
        ("Ended", job.end_time),
    ]


def print_failures(counts: Sequence[FailureCount], results: Sequence[JobResult]) -> None:
    """A line a reason, then a line a file."""
    say("")
    if not counts:
        say("No file failed.")
        return
    reasons = ErrorReason.DESCRIPTOR
    by_reason = ((enum_name(reasons, count.reason), count.file_count, count.message) for count in counts)
    print_table(["REASON", "FILES", "SUCH AS"], by_reason, empty="")
    say("")
    by_file = ((result.path, enum_name(reasons, result.reason), result.message) for result in results)
    print_table(["FILE", "REASON", "WHAT HAPPENED"], by_file, empty="No file failed for this reason.")


def reason_number(name: str) -> ErrorReason.ValueType:
    """Raises typer.BadParameter for a reason that there is not."""
    known = {enum_name(ErrorReason.DESCRIPTOR, number): number for number in ErrorReason.values()}
    number = known.get(name.upper())
    if not number:
        raise typer.BadParameter(
            f"there is no reason {name!r}; `job show JOB --failed` shows those of a job", param_hint="--reason"
        )
    return number


def dataset_of(job: Job) -> str:
    """The id in `workspaces/{workspace}/datasets/{dataset}/versions/{version}`."""
    parts = job.version.split("/")
    return parts[3] if len(parts) > 3 else ""
