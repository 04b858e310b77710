"""The commands of docs/search.md work as they are written, on a dataset that was tagged and indexed."""

import re
import shutil
from pathlib import Path

import pytest

from deploy.local.photos.gallery import sample_gallery
from deploy.local.servers.seaweedfs import create_bucket
from tests.flow.terminal import filled, typed
from tests.whole_suite import RunningSuite

DOCS = Path(__file__).parents[2] / "docs" / "search.md"
PHOTOS = 12
# Other pages make one called photos.
DATASET = "search-docs"
MISTAKE = "Tags.al "
# What an answer to a command with this part must show.
SHOWN = {
    "my-bird.jpg --top-k": "SCORE",
    "--histogram score": "threshold",
    "--histogram size": "MODIFY TIME FROM",
    "--facets": "CONTENT TYPE",
    "--facet tags-ai": "meta.camera",
    "--explain": "Plan: ",
    "--deleted": "No file matches.",
    "--skip 5": "5 of 12 that match.",
}


def commands() -> list[str]:
    found = re.findall(r"^\$ (bowerbird search .+)$", DOCS.read_text("utf-8"), flags=re.MULTILINE)
    return [command.replace("search photos", f"search {DATASET}") for command in found]


@pytest.fixture(scope="module")
async def folder(running_suite: RunningSuite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands are typed: an image lies there, and the suite has the dataset."""
    await create_bucket(running_suite.suite.object_storage, "search-docs")
    await filled(running_suite, "s3://search-docs/photos", PHOTOS)
    await typed(running_suite, f"bowerbird dataset create {DATASET} s3://search-docs/photos")
    await typed(running_suite, f"bowerbird job start --all {DATASET}")
    gallery = sample_gallery()
    here = tmp_path_factory.mktemp("here")
    shutil.copyfile(gallery.folder / gallery.photos[0].path, here / "my-bird.jpg")
    return here


def test_every_way_to_search_has_an_example() -> None:
    typed_options = set(re.findall(r"--[a-z-]+", " ".join(commands())))
    assert {
        "--query",
        "--explain",
        "--facets",
        "--histogram",
        "--group-duplicates",
        "--unlike",
        "--sort",
    } <= typed_options
    assert all(any(part in command for command in commands()) for part in SHOWN)


@pytest.mark.parametrize("command", [command for command in commands() if MISTAKE not in command])
async def test_the_command_works(running_suite: RunningSuite, folder: Path, command: str) -> None:
    said = await typed(running_suite, command, folder=folder)
    for part, shown in SHOWN.items():
        if part in command:
            assert shown in said
    assert "Traceback" not in said


async def test_a_mistake_is_shown_where_it_is(running_suite: RunningSuite, folder: Path) -> None:
    (command,) = [command for command in commands() if MISTAKE in command]
    said = await typed(running_suite, command, folder=folder, status=1)
    lines = said.splitlines()
    (caret,) = [number for number, line in enumerate(lines) if line.strip() == "^"]
    assert lines[caret - 1].index("Tags.al") == lines[caret].index("^")
    assert "Tags.all" in said
