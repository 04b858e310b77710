"""Exports by the real exporter, from a real catalog into a real bucket."""

import re
from array import array
from datetime import UTC, datetime

from pyroaring import BitMap

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.services.catalog.scans.scene import until
from tests.services.exporter.conftest import IMAGES, Exports

ALL = BitMap(range(IMAGES))


async def test_a_row_has_every_attribute_of_its_file(exports: Exports) -> None:
    dataset = exports.dataset
    workspace = await dataset.database.fetchval("SELECT id FROM workspaces")
    tags = {
        name: await dataset.database.fetchval(
            "INSERT INTO tags (workspace_id, name) VALUES ($1, $2) RETURNING id", workspace, name
        )
        for name in ("bird", "sky", "Zürich", "wrong")
    }
    await dataset.database.execute(
        'INSERT INTO file_tags (version_id, ordinal, ai, "user", rejected, tagged, revision) '
        "VALUES ($1, 3, $2, $3, $4, now(), 1)",
        dataset.version_id,
        sorted([tags["bird"], tags["wrong"], tags["sky"]]),
        [tags["Zürich"]],
        [tags["wrong"]],
    )
    await dataset.database.execute(
        "UPDATE files SET width_px = 640, height_px = 480, comment = 'nice', attributes = '{\"camera\": \"X1\"}' "
        "WHERE version_id = $1 AND ordinal = 3",
        dataset.version_id,
    )
    known = {row["ordinal"]: row for row in (await dataset.files()).values()}
    async with exports.exporter():
        written = await exports.run(BitMap([3, 5]), scores=array("f", [0.5, -0.25]).tobytes())
    tagged, plain = written.rows
    root = f"{exports.bucket.root}/photos"
    path = known[3]["path"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}", tagged.pop("DatasetFileMetaId"))
    assert datetime.fromisoformat(tagged.pop("FileUpdateTime")) == known[3]["modified"]
    assert datetime.fromisoformat(tagged.pop("FileCreateTime")) == known[3]["created"]
    assert tagged == {
        "Uri": f"{root}/{path}",
        "Revision": known[3]["revision"],
        "FileName": path.rpartition("/")[2],
        "FileDir": path.rpartition("/")[0],
        "DataSize": known[3]["size_bytes"],
        "FileType": "image",
        "ContentType": "image/jpeg",
        "Comment": "nice",
        "MetaAttributes": {"camera": "X1", "ImageWidth": 640, "ImageHeight": 480},
        "FileFingerPrint": known[3]["etag"],
        "Tags.user": ["Zürich"],
        "Tags.user-delete-ai-tags": ["wrong"],
        "Tags.ai": ["bird", "sky", "wrong"],
        "Tags.all": ["Zürich", "bird", "sky"],
        "Score": 0.5,
    }
    assert plain["Uri"] == f"{root}/{known[5]['path']}"
    assert (plain["MetaAttributes"], plain["Comment"], plain["Score"]) == ({}, "", -0.25)
    assert [plain[f"Tags.{kind}"] for kind in ("user", "user-delete-ai-tags", "ai", "all")] == [[], [], [], []]


async def test_the_manifest_names_all_that_there_is(exports: Exports) -> None:
    async with exports.exporter(ROWS_PER_PART="50"):
        written = await exports.run(ALL, "FileName", "Score")
    job = written.job
    # With a number behind it where another export of the dataset began within the same second.
    assert re.fullmatch(r"exports/scanned-\d+-v1-\d{4}(-\d\d){5}(-\d+)?", written.folder)
    assert f"{job.create_time.ToDatetime():%Y-%m-%d-%H-%M-%S}" in written.folder
    assert (job.export_summary.rows, job.export_summary.parts) == (IMAGES, 3)
    assert (job.progress.total, job.progress.done) == (IMAGES, IMAGES)
    manifest = written.manifest
    parts = manifest.pop("parts")
    assert manifest == {
        "format": "bowerbird-export/1",
        "job": job.name,
        "dataset": exports.dataset.dataset.rpartition("/")[2],
        "version": "v1",
        "revision": 1,
        "created": job.create_time.ToDatetime(UTC).replace(microsecond=0),
        "attributes": ["Uri", "Revision", "FileName"],  # there are no scores
        "rows": IMAGES,
    }
    assert [(part["name"], part["rows"]) for part in parts] == [
        ("part-00000.jsonl", 50),
        ("part-00001.jsonl", 50),
        ("part-00002.jsonl", 20),
    ]
    for part in parts:
        assert (await exports.bucket.stat(f"{written.folder}/{part['name']}")).size_bytes == part["size_bytes"]
    assert [row["FileName"] for row in written.rows] == [
        path.rpartition("/")[2] for path in await exports.dataset.files()
    ]
    assert set(written.rows[0]) == {"Uri", "Revision", "FileName"}


async def test_an_empty_selection_is_a_manifest_without_parts(exports: Exports) -> None:
    async with exports.exporter():
        written = await exports.run(BitMap())
    assert (written.manifest["rows"], written.manifest["parts"]) == (0, [])


async def test_scores_stay_with_their_files_across_parts(exports: Exports) -> None:
    chosen = BitMap(range(0, IMAGES, 2))
    scores = array("f", [ordinal / 128 for ordinal in chosen])
    async with exports.exporter(ROWS_PER_PART="7"):
        written = await exports.run(chosen, "DataSize", "Score", scores=scores.tobytes())
    sizes = [row["size_bytes"] for row in (await exports.dataset.files()).values()]
    assert [(row["DataSize"], row["Score"]) for row in written.rows] == [
        (sizes[ordinal], ordinal / 128) for ordinal in chosen
    ]


async def test_jobs_of_one_second_have_folders_of_their_own(exports: Exports) -> None:
    jobs = [await exports.begin(BitMap([number]), "FileName") for number in range(4)]
    await exports.dataset.database.execute("UPDATE jobs SET created = (SELECT max(created) FROM jobs) WHERE kind = 4")
    async with exports.exporter():
        written = [await exports.written(await exports.dataset.end(job)) for job in jobs]
    assert len({one.folder for one in written}) == 4
    assert [one.manifest["job"] for one in written] == [job.name for job in jobs]
    assert all(len(one.rows) == 1 for one in written)


async def test_files_that_the_version_does_not_have_fail_the_job(exports: Exports) -> None:
    async with exports.exporter():
        job = await exports.dataset.end(
            await exports.begin(BitMap([0, 10_000]), destination=f"{exports.destination}/missing")
        )
    assert (job.state, job.reason) == (Job.STATE_FAILED, ErrorReason.ERROR_REASON_FIELD_INVALID)
    assert "ordinals" in job.message
    assert not await exported(exports, job)


async def test_a_bucket_that_is_not_there_fails_the_job(exports: Exports) -> None:
    async with exports.exporter():
        job = await exports.dataset.end(await exports.begin(ALL, destination="s3://no-such-bucket/x"))
    assert (job.state, job.reason) == (Job.STATE_FAILED, ErrorReason.ERROR_REASON_BUCKET_NOT_FOUND)
    assert "no-such-bucket" in job.message


async def test_a_kill_in_the_middle_leaves_each_row_once(exports: Exports) -> None:
    pool = exports.dataset.database
    async with pool.acquire() as gate:
        exporter = await exports.exporter_process(ROWS_PER_PART="3")
        job = await exports.begin(ALL, "FileName", destination=f"{exports.destination}/killed")
        await until(lambda: exported(exports, job))
        async with gate.transaction():
            await gate.execute("LOCK TABLE files IN ACCESS EXCLUSIVE MODE")  # the next part can't be read
            before = await etags(exports, job)
            assert 0 < len(before) <= IMAGES // 3
            assert not await has_manifest(exports, job)
            await exporter.kill()
    again = await exports.exporter_process(ROWS_PER_PART="50")  # the parts stay as they were begun
    try:
        job = await exports.dataset.end(job)
    finally:
        await again.stop()
    assert job.state == Job.STATE_SUCCEEDED, job
    written = await exports.written(job)
    assert [len(part) for part in written.parts] == [3] * (IMAGES // 3)
    assert len({row["Uri"] for row in written.rows}) == IMAGES
    after = await etags(exports, job)
    assert {key: after[key] for key in before} == before


async def test_a_stop_ends_an_export_without_a_manifest(exports: Exports) -> None:
    async with exports.exporter(ROWS_PER_PART="3"), exports.dataset.database.acquire() as gate:
        job = await exports.begin(ALL, "FileName", destination=f"{exports.destination}/stopped")
        await until(lambda: exported(exports, job))
        async with gate.transaction():
            await gate.execute("LOCK TABLE files IN ACCESS EXCLUSIVE MODE")
            await exports.dataset.stop(job)
            job = await exports.dataset.end(job, seconds=5)
    assert job.state == Job.STATE_STOPPED
    assert not await has_manifest(exports, job)


async def exported(exports: Exports, job: Job) -> list[str]:
    """The parts of an export that are there. It has a destination of its own: folders are named by the second."""
    return [key for key in await keys_of(exports, job) if key.endswith(".jsonl")]


async def has_manifest(exports: Exports, job: Job) -> bool:
    return any(key.endswith("manifest.yaml") for key in await keys_of(exports, job))


async def keys_of(exports: Exports, job: Job) -> list[str]:
    folder = job.export.destination_uri.removeprefix(f"{exports.bucket.root}/")
    assert folder != "exports"
    return await exports.keys(f"{folder}/")


async def etags(exports: Exports, job: Job) -> dict[str, tuple[str, datetime]]:
    stats = {key: await exports.bucket.stat(key) for key in await exported(exports, job)}
    return {key: (stat.etag, stat.modified) for key, stat in stats.items()}
