"""`make run` as a person has it: the whole walk, a second start over the same data, Ctrl-C."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import psutil
import pytest

from deploy.local.photos.gallery import sample_gallery

WALK_SECONDS = 300


@pytest.fixture(scope="module")
def home(server_folder: Path) -> Path:
    """Where the suite of these tests keeps its state, apart from the user's."""
    return server_folder / "home"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fifth sample photo, and a file that only claims to be an image."""
    gallery = sample_gallery()
    folder = tmp_path_factory.mktemp("images") / "my photos"
    for photo in gallery.photos[::5]:
        (folder / photo.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(gallery.folder / photo.path, folder / photo.path)
    (folder / "not an image.jpg").write_text("<html>404</html>")
    return folder


@asynccontextmanager
async def made_run(home: Path, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`make run` with variables; ended, if it has not ended, as by Ctrl-C."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.local"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment(home, **variables),
        process_group=0,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()


def files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def environment(home: Path, **variables: str) -> dict[str, str]:
    return {**os.environ, "XDG_STATE_HOME": str(home), **variables}


async def output_until(process: asyncio.subprocess.Process, end: str) -> str:
    """What it says up to a line that begins with `end`."""
    assert process.stdout is not None
    lines = []
    async with asyncio.timeout(WALK_SECONDS):
        async for line in process.stdout:
            lines.append(line.decode())
            if lines[-1].startswith(end):
                return "".join(lines)
    pytest.fail("".join(lines))


async def cli(home: Path, *arguments: str) -> Mapping[str, object]:
    """What a command of `bowerbird` prints as JSON."""
    command = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("bowerbird"), *arguments, "--json", stdout=-1, stderr=-1, env=environment(home)
    )
    out, err = await command.communicate()
    assert command.returncode == 0, err.decode()
    answer: Mapping[str, object] = json.loads(out)
    return answer


async def dataset_names(console: str, token: str) -> list[str]:
    """The ids of the datasets, as the console lists them to whom the token lets in."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
        http.get(f"{console}/v1/workspaces/default/datasets") as answer,
    ):
        assert answer.status == 200
        return [dataset["name"].rpartition("/")[2] for dataset in (await answer.json())["datasets"]]


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("IMAGES", "/no/such/folder", "IMAGES: Path does not point to a directory"),
        ("TAGDEF", "/no/such/file.json", "TAGDEF: Path does not point to a file"),
        ("ONCE", "perhaps", "ONCE: Input should be a valid boolean"),
    ],
)
async def test_a_wrong_variable_is_refused_before_anything_starts(
    home: Path, variable: str, value: str, expected: str
) -> None:
    async with made_run(home, **{variable: value}) as process:
        said = await output_until(process, "error:")
        assert expected in said
        assert "Starting" not in said
        assert await process.wait() == 2


async def test_a_folder_without_images_is_refused(server_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no image")
    async with made_run(server_folder / "no-images", IMAGES=str(tmp_path)) as process:
        assert "holds no images; they are known by their endings .bmp" in await output_until(process, "error:")
        assert await process.wait() == 1


async def test_a_walk_shows_the_whole_job_and_ends_well(home: Path, images: Path) -> None:
    async with made_run(home, IMAGES=str(images), ONCE="1") as process:
        said = await output_until(process, "That was the whole job")
        assert await process.wait() == 0
    count = files_in(images)
    assert f"{count} images uploaded" in said
    assert f"{count} new, 0 changed, 0 gone" in said
    assert f"{count - 1} of {count} files done, 1 failed" in said
    assert "not an image.jpg: " in said
    for part in ('Search: "an animal"', "Search: images like", "Combined: ", "files match.", "know only what ImageNet"):
        assert part in said, said
    first_line = json.loads(said.partition("Its first line: ")[2].partition("\n")[0])
    assert first_line["Uri"].startswith("s3://bowerbird/my-photos-")


async def test_a_second_start_finds_all_of_it_done_and_serves_the_command_line_until_ctrl_c(
    home: Path, images: Path
) -> None:
    async with made_run(home, IMAGES=str(images)) as process:
        said = await output_until(process, "http://")  # the last line
        assert "0 images uploaded" in said
        assert "0 new, 0 changed, 0 gone" in said
        dataset = said.partition("Scan of the dataset ")[2].partition("\n")[0]
        hits = (await cli(home, "search", dataset, "a bird", "--top-k", "3"))["hits"]
        assert isinstance(hits, list)
        assert hits[0]["file"]["path"].startswith("animals/birds/")
        state = json.loads((home / "bowerbird" / "local.json").read_text())
        link = urlsplit(said.splitlines()[-1])
        assert parse_qs(link.fragment) == {"token": [state["token"]]}
        assert parse_qs(link.query) == {"to": [f"/datasets/{dataset}/versions/latest/data"]}
        assert await dataset_names(f"{link.scheme}://{link.netloc}", state["token"]) == [dataset]
        pids = json.loads((home / "bowerbird" / "processes.json").read_text())
        assert all(psutil.pid_exists(int(pid)) for pid in pids)

        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    assert not any(psutil.pid_exists(int(pid)) for pid in pids)
    assert not (home / "bowerbird" / "local.json").exists()
