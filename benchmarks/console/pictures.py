"""Real pictures behind the files of the made-up dataset: some hundreds, and many names for each.

A file of the dataset is a hard link to one of them, below the root that its connection names. So a thumbnail is made of
bytes that are read and decoded for it, as of any other file, and the disk holds a few hundred pictures. Files that are
called PNG are JPEG like the rest: what opens a picture looks at its bytes alone.
"""

import asyncio
import io
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import asyncpg
import numpy as np
from PIL import Image

from benchmarks.search.copying import Connection
from benchmarks.search.data import SEED, Data
from benchmarks.search.scene import Scene
from benchmarks.search.suite import CATALOG, say
from libs.objects.config import FolderConfig
from libs.objects.folder import FolderStore
from libs.objects.uri import parse_uri

PICTURES: Final = 240
SIZE_PX: Final = (1920, 1080)  # as catalog has it
_QUALITY: Final = 85
_FOLDER: Final = "pictures"


async def put_pictures(scene: Scene) -> None:
    """Have a picture behind each file, and its etag in catalog."""

    async def make() -> dict[str, Any]:
        root = scene.suite.folder
        say(f"making {PICTURES} pictures, and a link to one of them for each of {scene.data.files:,} files")
        pictures = await asyncio.to_thread(made_pictures, root / _FOLDER)
        await asyncio.to_thread(link_files, scene.data, root, pictures)
        await _tell_catalog(scene, await etags_of(root, pictures))
        return {}

    await scene.making.once("pictures", make)


def made_pictures(folder: Path) -> list[Path]:
    """The pictures, in a new folder."""
    folder.mkdir()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        contents = threads.map(_picture, range(PICTURES))
        return [_written(folder / f"{number:03}.jpg", content) for number, content in enumerate(contents)]


def _picture(number: int) -> bytes:
    """Soft shapes under the grain of a camera: as many bytes as a photo of that size has."""
    random = np.random.default_rng([SEED, 40, number])
    shapes = Image.fromarray(random.integers(256, size=(9, 16, 3), dtype=np.uint8)).resize(
        SIZE_PX, Image.Resampling.BICUBIC
    )
    grain = random.integers(-12, 13, size=(SIZE_PX[1], SIZE_PX[0], 1), dtype=np.int16)
    pixels = np.clip(np.asarray(shapes, np.int16) + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def link_files(data: Data, root: Path, pictures: Sequence[Path]) -> None:
    """The file of each ordinal becomes a name of a picture, in turn."""
    made: set[str] = set()
    ordinal = 0
    for block in data.blocks():
        for path in block.paths.to_pylist():
            folder = path.rpartition("/")[0]
            if folder not in made:
                (root / folder).mkdir(parents=True, exist_ok=True)
                made.add(folder)
            os.link(pictures[ordinal % len(pictures)], root / path)
            ordinal += 1


async def etags_of(root: Path, pictures: Iterable[Path]) -> list[str]:
    """As a scan would see them, which links change too."""
    store = FolderStore(FolderConfig(str(root)), parse_uri(f"file://{root}"))
    return [(await store.stat(str(picture.relative_to(root)))).etag for picture in pictures]


async def _tell_catalog(scene: Scene, etags: list[str]) -> None:
    """Search reads them from there when it loads the version."""
    say("telling catalog of their etags")
    connection: Connection = await asyncpg.connect(scene.suite.postgres.url(CATALOG))
    try:
        await connection.execute(
            "UPDATE files SET etag = ($2::text[])[ordinal % $3::int + 1] WHERE version_id = $1",
            scene.version.id, etags, len(etags),
        )  # fmt: skip
        await connection.execute("VACUUM ANALYZE files")
    finally:
        await connection.close()
