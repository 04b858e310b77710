"""Commands as they are typed at a terminal, and photos for them."""

import asyncio
import os
import shlex
import sys
from pathlib import Path

from deploy.local.photos.gallery import sample_gallery
from deploy.local.walk.tour import ADDRESSES, storage_config
from libs.objects.opening import open_store
from tests.whole_suite import RunningSuite

COMMAND_SECONDS = 120


async def filled(running_suite: RunningSuite, uri: str, photos: int) -> None:
    """The first of the sample photos at a uri."""
    gallery = sample_gallery()
    async with open_store(storage_config(running_suite.suite.object_storage), uri, ADDRESSES) as store:
        for photo in gallery.photos[:photos]:
            await store.put(photo.path, await asyncio.to_thread((gallery.folder / photo.path).read_bytes))


async def typed(
    running_suite: RunningSuite, command: str, *, secret: str = "", folder: Path | None = None, status: int = 0
) -> str:
    """What the command prints when it is typed at a terminal, with the secret where it asks for one. It must end with
    this status.
    """
    program, *arguments = shlex.split(command)
    assert program in {"bowerbird", ".venv/bin/bowerbird"}
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
            cwd=folder,
        )
        said = b""
        assert process.stdout is not None
        async with asyncio.timeout(COMMAND_SECONDS):
            while chunk := await process.stdout.read(4096):
                said += chunk
                if said.endswith(b"Secret access key: "):
                    os.write(master, f"{secret}\n".encode())
            ended = await process.wait()
    finally:
        os.close(master)
        os.close(terminal)
    assert ended == status, said.decode()
    return said.decode()
