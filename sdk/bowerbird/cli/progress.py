"""Watching jobs: a bar each with rate and time left, then what came out and the exit code."""

import asyncio
import time
from collections.abc import Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.cli.document import document, enum_name
from bowerbird.cli.exits import Exit
from bowerbird.cli.output import err, print_json, say, shown, tell
from bowerbird.client import Client
from bowerbird.client.jobs import FINAL
from bowerbird.client.names import short

CODES = {
    Job.STATE_SUCCEEDED: Exit.OK,
    Job.STATE_PARTIALLY_FAILED: Exit.PARTIALLY_FAILED,
    Job.STATE_STOPPED: Exit.STOPPED,
}
WORST_FIRST = (Exit.FAILED, Exit.STOPPED, Exit.PARTIALLY_FAILED, Exit.OK)
LINE_SECONDS = 5.0
FAILURES_SHOWN = 5


async def conclude(client: Client, jobs: Sequence[Job], *, detach: bool, as_json: bool, key: str = "jobs") -> Exit:
    """Watch jobs to their end (unless detached), print what came out, and give the exit code.

    `key` names them in the JSON document: `jobs` for a list, `job` for one.
    """
    if not detach:
        jobs = await follow(client, jobs, quiet=as_json)
    if as_json:
        documents = [document(job) for job in jobs]
        print_json({key: documents if key == "jobs" else documents[0]})
    else:
        for job in jobs:
            await print_outcome(client, job)
    return Exit.OK if detach else exit_code(jobs)


def exit_code(jobs: Sequence[Job]) -> Exit:
    """That of the worst job."""
    codes = {CODES.get(job.state, Exit.FAILED) for job in jobs}
    return next(code for code in WORST_FIRST if code in codes)


async def follow(client: Client, jobs: Sequence[Job], *, quiet: bool) -> list[Job]:
    """The jobs when they have ended, in the same order; shows their progress on standard error unless quiet."""
    display: Display = Silence() if quiet else Bars() if err.is_terminal else Lines()
    try:
        with display:
            async with asyncio.TaskGroup() as tasks:
                watched = [tasks.create_task(follow_one(client, job, display)) for job in jobs]
    except asyncio.CancelledError:
        if not quiet:
            for job in jobs:
                tell(f"The job goes on. Watch it: bowerbird job watch {short(job.name)}")
                tell(f"                Stop it:  bowerbird job stop {short(job.name)}")
        raise
    return [task.result() for task in watched]


async def follow_one(client: Client, job: Job, display: "Display") -> Job:
    display.update(job)
    if job.state in FINAL:
        return job
    async for seen in client.jobs.watch(job.name):
        job = seen
        display.update(job)
    return job


class Silence:
    """Shows nothing."""

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def update(self, job: Job) -> None:
        """The job has changed."""


Display = Silence


class Lines(Silence):
    """For logs: a line whenever a job's state changes, and every few seconds in between."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[int, float]] = {}

    def update(self, job: Job) -> None:
        state, at = self._said.get(job.name, (-1, 0.0))
        if job.state == state and (job.state in FINAL or time.monotonic() - at < LINE_SECONDS):
            return
        self._said[job.name] = (job.state, time.monotonic())
        progress = job.progress
        counts = f" {progress.done + progress.failed} of {progress.total}" if progress.total else ""
        failed = f", {progress.failed} failed" if progress.failed else ""
        tell(f"{kind(job)}: {state_text(job)}{counts}{failed}")


class Bars(Silence):
    """For terminals."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}", markup=False),
            console=err,
        )
        self._rows: dict[str, Task] = {}

    def __enter__(self) -> None:
        self._progress.start()

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, job: Job) -> None:
        progress = job.progress
        row = self._row(job)
        if job.start_time.seconds and row.start_time is None:
            self._progress.start_task(row.id)
        scan = job.scan_summary
        done = progress.done + progress.failed or scan.added + scan.changed + scan.unchanged
        total = progress.total or (done if job.state in FINAL else None)
        failed = f"{progress.failed} failed" if progress.failed else ""
        note = ", ".join(part for part in (state_text(job), failed) if part)
        self._progress.update(row.id, total=total, completed=done, note=note)
        if job.state in FINAL:
            self._progress.stop_task(row.id)

    def _row(self, job: Job) -> Task:
        if job.name not in self._rows:
            task_id = self._progress.add_task(f"{kind(job):6}", start=False, total=None, note="")
            self._rows[job.name] = next(task for task in self._progress.tasks if task.id == task_id)
        return self._rows[job.name]


class RateColumn(ProgressColumn):
    """Files a second, of late."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.1f}/s" if speed else "", style="progress.data.speed")


def kind(job: Job) -> str:
    """scan, tag, index, export or tag edit."""
    return (job.WhichOneof("spec") or "job").replace("_", " ")


def state_text(job: Job) -> str:
    """The state in words."""
    if job.state == Job.STATE_PENDING and job.waits_for:
        return "waits for the scan"
    return enum_name(Job.State.DESCRIPTOR, job.state).lower().replace("_", " ")


async def print_outcome(client: Client, job: Job) -> None:
    """What came out of a job, in a few lines, with what failed and where to read on."""
    job_id = short(job.name)
    if job.state not in FINAL:
        say(f"{kind(job)}: job {job_id} is {state_text(job)}. Watch it: bowerbird job watch {job_id}")
        return
    counts = "" if job.state == Job.STATE_FAILED and not job.progress.total else f": {outcome(job)}"
    say(f"{kind(job)}: {state_text(job)}{took(job)}{counts}")
    if job.message:
        say(f"  {shown(job.message)}")
    if job.progress.failed:
        failures = client.jobs.results(job.name, only_failed=True)
        count = 0
        async for failure in failures:
            count += 1
            if count > FAILURES_SHOWN:
                break
            say(f"  {shown(failure.path)}: {shown(failure.message)}")
        if job.progress.failed > FAILURES_SHOWN:
            say(f"  ... all of them: bowerbird job show {job_id} --failed")


def outcome(job: Job) -> str:
    """The counts of a job that has ended."""
    progress = job.progress
    if job.HasField("scan_summary"):
        scan = job.scan_summary
        skipped = f", {scan.skipped} objects that are no images" if scan.skipped else ""
        return f"{scan.added} new, {scan.changed} changed, {scan.gone} gone, {scan.unchanged} as before{skipped}"
    if job.HasField("export_summary"):
        export = job.export_summary
        return f"{export.rows} files in {export.parts} parts, listed by {export.manifest_uri}"
    if job.HasField("tag_edit_summary"):
        return f"{job.tag_edit_summary.changed} of {job.tag_edit_summary.files} files changed"
    reused = f" ({progress.reused} by answers paid for before)" if progress.reused else ""
    failed = f", {progress.failed} failed" if progress.failed else ""
    return f"{progress.done} of {progress.total} files done{reused}{failed}"


def took(job: Job) -> str:
    """How long it ran."""
    if not (job.HasField("start_time") and job.HasField("end_time")):
        return ""
    minutes, seconds = divmod(job.end_time.seconds - job.start_time.seconds, 60)
    return f" in {minutes} min {seconds} s" if minutes else f" in {seconds} s"
