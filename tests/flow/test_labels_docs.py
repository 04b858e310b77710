"""The commands of docs/labels.md work as they are written, in their order, on a dataset that was tagged."""

import re
from pathlib import Path

import pytest

from bowerbird.catalog.v1.tag_edit_pb2 import TagEdit
from bowerbird.client import Client
from bowerbird.search.v1.search_pb2 import Query
from deploy.local.servers.seaweedfs import create_bucket
from tests.flow.terminal import filled, typed
from tests.whole_suite import RunningSuite

DOCS = Path(__file__).parents[2] / "docs" / "labels.md"
PHOTOS = 12
# Other pages make one called photos.
DATASET = "labels-docs"
# What the answer to a command with this part must show.
SHOWN = {
    "--dry-run": "nothing was changed",
    '"set 1" --every-file': f"{PHOTOS} of {PHOTOS} files changed",
    '"to print" best': "3 of 3 files changed",
    'remove photos "to print"': "3 of 3 files changed",
    "Tags.user": "best",
    "tag edits": "add best, to print",
    "tag undo": "undone",
}


def commands() -> list[str]:
    found = re.findall(r"^\$ (bowerbird .+)$", DOCS.read_text("utf-8"), flags=re.MULTILINE)
    return [command.replace(" photos ", f" {DATASET} ").replace(" photos", f" {DATASET}") for command in found]


@pytest.fixture(scope="module")
async def dataset(running_suite: RunningSuite) -> str:
    await create_bucket(running_suite.suite.object_storage, DATASET)
    await filled(running_suite, f"s3://{DATASET}/photos", PHOTOS)
    await typed(running_suite, f"bowerbird dataset create {DATASET} s3://{DATASET}/photos")
    await typed(running_suite, f"bowerbird job start --all {DATASET}")
    return DATASET


def test_every_way_to_label_has_an_example() -> None:
    verbs = {command.split()[2] for command in commands() if command.startswith("bowerbird tag ")}
    assert verbs == {"add", "remove", "reject", "restore", "edits", "undo"}


async def test_the_commands_work_one_after_the_other(running_suite: RunningSuite, dataset: str) -> None:
    for command in commands():
        said = await typed(running_suite, command)
        assert "Traceback" not in said
        for part, shown in SHOWN.items():
            if part.replace(" photos ", f" {DATASET} ") in command:
                assert shown in said, command
    async with Client(running_suite.client.settings) as client:
        edits = [edit async for edit in client.tag_edits.list(dataset)]
        assert [edit.state for edit in edits].count(TagEdit.STATE_UNDONE) == 1
        # However the rest is undone, nothing of it is left.
        for edit in reversed(edits):
            if edit.state != TagEdit.STATE_UNDONE:
                await client.tag_edits.undo(edit.name)
        assert await client.search.count(dataset, Query(expression="HAS Tags.user")) == 0
