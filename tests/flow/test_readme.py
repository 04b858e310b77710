"""The README's commands for a bucket of one's own work as they are written, but for the names of bucket and server."""

import asyncio
import os
import re
import shlex
import sys
from pathlib import Path

from deploy.local.photos.gallery import sample_gallery
from deploy.local.servers.seaweedfs import create_bucket
from deploy.local.walk.tour import ADDRESSES, storage_config
from libs.objects.opening import open_store
from tests.flow.conftest import RunningSuite

README = Path(__file__).parents[2] / "README.md"
PHOTOS = 12
COMMAND_SECONDS = 120


def commands_of_own_bucket() -> list[str]:
    section = README.read_text("utf-8").partition("## Your own bucket")[2].partition("\n## ")[0]
    return re.findall(r"^\$ (.+)$", section, flags=re.MULTILINE)


async def test_a_newcomer_gets_from_bucket_to_file_list_by_the_commands_of_the_readme(
    running_suite: RunningSuite,
) -> None:
    storage = running_suite.suite.object_storage
    await create_bucket(storage, "my-bucket")
    await _fill(running_suite, "s3://my-bucket/photos")

    commands = commands_of_own_bucket()
    assert 1 <= len(commands) <= 5
    said = ""
    for command in commands:
        own = command.replace("https://s3.example.org", storage.endpoint).replace(" ME", f" {storage.access_key}")
        said = await _typed(running_suite, own, secret=storage.secret_key)
    assert f"{PHOTOS} files in 1 parts, listed by s3://my-bucket/exports/" in said


async def _fill(running_suite: RunningSuite, uri: str) -> None:
    gallery = sample_gallery()
    async with open_store(storage_config(running_suite.suite.object_storage), uri, ADDRESSES) as store:
        for photo in gallery.photos[:PHOTOS]:
            await store.put(photo.path, await asyncio.to_thread((gallery.folder / photo.path).read_bytes))


async def _typed(running_suite: RunningSuite, command: str, *, secret: str) -> str:
    """What the command prints when it is typed at a terminal, with the secret where it asks for one."""
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/bowerbird"
    client = running_suite.client.settings
    master, terminal = os.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("bowerbird"),
            *arguments,
            stdin=terminal,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={
                **os.environ,
                "BOWERBIRD_ADDRESS": client.catalog,
                "BOWERBIRD_SEARCH_ADDRESS": client.search,
                "BOWERBIRD_TOKEN": client.token,
            },
            start_new_session=True,
        )
        said = b""
        assert process.stdout is not None
        async with asyncio.timeout(COMMAND_SECONDS):
            while chunk := await process.stdout.read(4096):
                said += chunk
                if said.endswith(b"Secret access key: "):
                    os.write(master, f"{secret}\n".encode())
            status = await process.wait()
    finally:
        os.close(master)
        os.close(terminal)
    assert status == 0, said.decode()
    return said.decode()
