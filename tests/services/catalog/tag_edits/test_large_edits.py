"""Edits of more files than a call does: jobs that are watched, stopped, killed, and that meet each other."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bowerbird.catalog.v1.job_pb2 import Job, TagEditSpec, TagEditSummary
from bowerbird.catalog.v1.job_service_pb2 import ReadLogRequest, StopJobRequest, WatchJobRequest
from bowerbird.catalog.v1.tag_edit_pb2 import TagEdit
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from deploy.local.ports import LOOPBACK
from services.catalog.assembly import assembled
from tests.services.catalog.jobs_scene import scene
from tests.services.catalog.scans.scene import ScannerProcess, scanner_process, until
from tests.services.catalog.tag_edits.scene import Labels
from tests.suite import Catalog, catalog_environment, connected, refusal, settings_of

FILES = 25_000
PARTS = 3
LEASE_SECONDS = 4


@pytest.fixture(scope="module")
async def environment(make_database: Callable[[], Awaitable[str]]) -> dict[str, str]:
    return catalog_environment(await make_database(), LEASE_SECONDS=str(LEASE_SECONDS))


@pytest.fixture(scope="module")
async def catalog(environment: dict[str, str]) -> AsyncIterator[Catalog]:
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        async with connected(f"{LOOPBACK}:{port}", settings) as catalog:
            yield catalog
        await server.stop(grace_seconds=0)


@pytest.fixture(scope="module")
async def process(
    environment: dict[str, str], catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ScannerProcess]:
    """Catalog's second process."""
    async with scanner_process(environment, tmp_path_factory.mktemp("process") / "process.log") as running:
        yield running


@pytest.fixture
async def many(catalog: Catalog, process: ScannerProcess) -> AsyncIterator[Labels]:
    """A version whose files no model has tagged."""
    async with scene(catalog, files=FILES) as made:
        yield Labels(made)


async def test_a_large_edit_is_a_job_that_says_what_it_did(many: Labels) -> None:
    await many.edit(range(100), add=["mine"])
    edit = await many.edit(range(FILES), add=["mine"], request_id="large")
    assert edit.job
    assert edit.file_count == FILES
    assert (await many.edit(range(FILES), add=["mine"], request_id="large")).name == edit.name
    job = await ended(many, edit.job)
    assert (job.state, job.progress.total, job.progress.done) == (Job.STATE_SUCCEEDED, FILES, FILES)
    assert job.tag_edit == TagEditSpec(tag_edit=edit.name)
    assert job.tag_edit_summary == TagEditSummary(files=FILES, changed=FILES - 100)
    assert job.creator == edit.editor
    edit = await many.get(edit)
    assert edit.state == TagEdit.STATE_DONE
    assert (edit.processed_file_count, edit.changed_file_count) == (FILES, FILES - 100)
    assert await given(many) == set(range(FILES))
    answers = many.scene.jobs.ReadLog(ReadLogRequest(name=edit.job))
    assert any("24900" in line.message for answer in [answer async for answer in answers] for line in answer.lines)


async def test_a_large_edit_is_undone_by_a_job(many: Labels) -> None:
    small = await many.edit([7, 15_000], add=["mine"])
    edit = await many.edit(range(FILES), add=["mine"])
    await ended(many, edit.job)
    undoing = await many.undo(edit, request_id="undo")
    assert undoing.undo_job
    assert undoing.state == TagEdit.STATE_UNDOING
    assert (await many.undo(edit, request_id="undo")).undo_job == undoing.undo_job
    job = await ended(many, undoing.undo_job)
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, FILES - 2)
    assert job.tag_edit == TagEditSpec(tag_edit=edit.name, undo=True)
    assert (await many.get(edit)).state == TagEdit.STATE_UNDONE
    assert (await many.get(edit)).reverted_file_count == FILES - 2
    assert await given(many) == {7, 15_000}
    await many.undo(small)
    assert await given(many) == set()
    assert await many.changes_that_stand() == 0


async def test_a_large_edit_that_is_killed_changes_each_file_once(many: Labels, process: ScannerProcess) -> None:
    revision = await many.revision()
    async with held_up(many, ordinal=15_000):
        edit = await many.edit(range(FILES), add=["mine"])
        await until(lambda: reached(many, edit, "processed_file_count"))
        await process.kill()
    await process.start()
    assert (await ended(many, edit.job)).state == Job.STATE_SUCCEEDED
    edit = await many.get(edit)
    assert (edit.state, edit.processed_file_count, edit.changed_file_count) == (TagEdit.STATE_DONE, FILES, FILES)
    assert await many.revision() == revision + PARTS
    assert await given(many) == set(range(FILES))


async def test_a_large_undoing_that_is_killed_reverts_each_file_once(many: Labels, process: ScannerProcess) -> None:
    edit = await many.edit(range(FILES), add=["mine"])
    await ended(many, edit.job)
    revision = await many.revision()
    async with held_up(many, ordinal=15_000):
        edit = await many.undo(edit)
        await until(lambda: reached(many, edit, "reverted_file_count"))
        await process.kill()
    await process.start()
    assert (await ended(many, edit.undo_job)).state == Job.STATE_SUCCEEDED
    edit = await many.get(edit)
    assert (edit.state, edit.reverted_file_count) == (TagEdit.STATE_UNDONE, FILES)
    assert await many.revision() == revision + PARTS
    assert await given(many) == set()


async def test_a_stopped_edit_stands_in_part_and_can_be_undone(many: Labels) -> None:
    async with held_up(many, ordinal=5_000) as gate:
        edit = await many.edit(range(FILES), add=["mine"])
        await until(gate.is_reached)
        refused = await refusal(many.undo(edit))
        assert (refused.reason_name, "still running" in str(refused)) == ("STATE_CONFLICT", True)
        stopping = asyncio.create_task(stop(many, edit.job))  # the part that is under way is finished first
    await stopping
    assert (await ended(many, edit.job)).state == Job.STATE_STOPPED
    edit = await many.get(edit)
    assert (edit.state, edit.reason) == (TagEdit.STATE_STOPPED, ErrorReason.ERROR_REASON_JOB_STOPPED)
    assert edit.message
    assert edit.processed_file_count in {10_000, 20_000}
    assert await given(many) == set(range(edit.processed_file_count))
    undone = await many.undo(edit)
    if undone.undo_job:
        await ended(many, undone.undo_job)
    assert (await many.get(edit)).state == TagEdit.STATE_UNDONE
    assert await given(many) == set()


async def test_a_stopped_undoing_can_be_gone_on_with(many: Labels) -> None:
    edit = await many.edit(range(FILES), add=["mine"])
    await ended(many, edit.job)
    async with held_up(many, ordinal=22_000) as gate:
        edit = await many.undo(edit)
        await until(gate.is_reached)
        stopping = asyncio.create_task(stop(many, edit.undo_job))
    await stopping
    assert (await ended(many, edit.undo_job)).state == Job.STATE_STOPPED
    edit = await many.get(edit)
    assert edit.state == TagEdit.STATE_STOPPED
    assert edit.reverted_file_count in {5_000, 15_000}
    assert await given(many) == set(range(FILES - edit.reverted_file_count))
    again = await many.undo(edit)
    if again.undo_job:
        await ended(many, again.undo_job)
    assert (await many.get(edit)).state == TagEdit.STATE_UNDONE
    assert await given(many) == set()


async def test_an_edit_of_a_version_that_is_published_meanwhile_fails_with_its_reason(many: Labels) -> None:
    async with held_up(many, ordinal=5_000) as gate:
        edit = await many.edit(range(FILES), add=["mine"])
        await until(gate.is_reached)
        publishing = asyncio.create_task(many.publish())  # waits for the lock of the version, as the next part will
    await publishing
    job = await ended(many, edit.job)
    edit = await many.get(edit)
    assert (job.state, job.reason) == (Job.STATE_FAILED, ErrorReason.ERROR_REASON_VERSION_PUBLISHED)
    assert (edit.state, edit.reason) == (TagEdit.STATE_STOPPED, ErrorReason.ERROR_REASON_VERSION_PUBLISHED)
    assert await given(many) == set(range(edit.processed_file_count))


async def test_two_large_edits_and_small_ones_at_once_leave_what_their_order_says(many: Labels) -> None:
    first = await many.edit(range(FILES), add=["mine"])
    second = await many.edit(range(0, FILES, 2), remove=["mine"], add=["other"])
    small = await asyncio.gather(*(many.edit([number], add=["small"]) for number in range(0, FILES, 5_000)))
    await asyncio.gather(ended(many, first.job), ended(many, second.job))
    tags = await many.tags()
    # Each part of the second either came behind the part of the first with the same file, or before it.
    assert {ordinal for ordinal, (_, user, _) in tags.items() if "mine" in user} >= set(range(1, FILES, 2))
    assert {ordinal for ordinal, (_, user, _) in tags.items() if "other" in user} == set(range(0, FILES, 2))
    undoings = [await many.undo(edit) for edit in (first, *small, second)]
    await asyncio.gather(*(ended(many, edit.undo_job) for edit in undoings if edit.undo_job))
    assert await many.tags() == {}
    assert await many.changes_that_stand() == 0


async def ended(labels: Labels, job: str) -> Job:
    """The job when it has ended."""
    last = Job()
    async with asyncio.timeout(120):
        async for answer in labels.scene.jobs.WatchJob(WatchJobRequest(name=job)):
            last = answer.job
    assert last.HasField("end_time")
    return last


async def stop(labels: Labels, job: str) -> None:
    await labels.scene.jobs.StopJob(StopJobRequest(name=job))


async def given(labels: Labels) -> set[int]:
    """Files that have the tag `mine` by hand."""
    return {ordinal for ordinal, (_, user, _) in (await labels.tags()).items() if "mine" in user}


async def reached(labels: Labels, edit: TagEdit, count: str) -> bool:
    return bool(getattr(await labels.get(edit), count) > 0)


class held_up:  # noqa: N801
    """Holds up the part that writes the tags of one file, until the block ends.

    The trigger stays, and holds up nothing any more: to drop it would lock the table and its parts in another order
    than writers do.
    """

    _keys = itertools.count(1)

    def __init__(self, labels: Labels, *, ordinal: int) -> None:
        self._version_id = labels.scene.version_id
        self._ordinal = ordinal
        self._database = labels.scene.database
        self._key = next(self._keys)

    async def is_reached(self) -> bool:
        """Whether the part waits."""
        return bool(
            await self._gate.fetchval(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                "WHERE l.locktype = 'advisory' AND l.objid = $1::bigint::oid AND NOT l.granted "
                "AND d.datname = current_database()",
                self._key,
            )
        )

    async def __aenter__(self) -> "held_up":
        self._gate = await self._database.acquire()
        gate = f"gate_{self._key}"
        await self._gate.execute(
            f"CREATE FUNCTION {gate}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"PERFORM pg_advisory_xact_lock({self._key}); RETURN new; END $$; "
            f"CREATE TRIGGER {gate} BEFORE INSERT OR UPDATE ON file_tags FOR EACH ROW "
            f"WHEN (new.version_id = {self._version_id} AND new.ordinal = {self._ordinal}) "
            f"EXECUTE FUNCTION {gate}(); SELECT pg_advisory_lock({self._key})"
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._gate.execute("SELECT pg_advisory_unlock($1)", self._key)
        await self._database.release(self._gate)
