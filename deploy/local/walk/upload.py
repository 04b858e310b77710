"""Brings a folder of this machine into a bucket, as a mirror of it."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from bowerbird.cli.output import err
from deploy.local.walk.collection import Collection
from libs.objects.store import ObjectStore

_AT_ONCE = 16


@dataclass(frozen=True)
class Upload:
    """How many objects were written, left as they were, and deleted because the folder no longer has them."""

    written: int
    unchanged: int
    deleted: int


async def upload(collection: Collection, store: ObjectStore) -> Upload:
    """Write what the bucket does not have in this content. A few large images are held in memory at a time."""
    there: dict[str, str] = {}
    async for page in store.pages():
        there.update(zip(page.key, page.etag, strict=True))
    surplus = there.keys() - set(collection.paths)
    written: list[str] = []
    with Progress(console=err, transient=True) as progress:
        bar = progress.add_task("upload", total=len(collection.paths))
        paths = iter(collection.paths)

        async def work() -> None:
            for path in paths:
                if await _mirror(collection.folder, path, store, there.get(path)):
                    written.append(path)
                progress.advance(bar)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(work())
    for path in surplus:
        await store.delete(path)
    return Upload(len(written), len(collection.paths) - len(written), len(surplus))


async def _mirror(folder: Path, path: str, store: ObjectStore, etag: str | None) -> bool:
    """Whether the object had to be written. The etag of an object that was put in one piece is its MD5."""
    content = await asyncio.to_thread((folder / path).read_bytes)
    if etag == hashlib.md5(content, usedforsecurity=False).hexdigest():
        return False
    await store.put(path, content)
    return True
