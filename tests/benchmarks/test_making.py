"""What a benchmark makes is made once a folder, and never taken up half made."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.search.making import FolderUnusable, Making


async def test_what_was_made_is_told_again_and_not_made_again(tmp_path: Path) -> None:
    makings = 0

    async def make() -> dict[str, Any]:
        nonlocal makings
        makings += 1
        return {"id": 7}

    for _ in range(2):
        assert await Making(tmp_path, 10).once("catalog", make) == {"id": 7}
    assert makings == 1


async def test_what_broke_off_is_not_taken_up(tmp_path: Path) -> None:
    async def fail() -> dict[str, Any]:
        raise ConnectionError

    making = Making(tmp_path, 10)
    with pytest.raises(ConnectionError):
        await making.once("peer", fail)
    with pytest.raises(FolderUnusable, match="peer"):
        await Making(tmp_path, 10).once("peer", fail)


async def test_a_folder_of_other_data_is_refused(tmp_path: Path) -> None:
    async def make() -> dict[str, Any]:
        return {}

    await Making(tmp_path, 10).once("catalog", make)
    with pytest.raises(FolderUnusable, match="10 files, not 11"):
        Making(tmp_path, 11)
