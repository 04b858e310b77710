"""Edits, queries, snapshots and crashes in any order: a query sees what plain Python says."""

import asyncio
import random
import shutil
from pathlib import Path

import pytest

from services.search.versions import Versions
from tests.services.search.plain_catalog import PlainCatalog, PlainFeed, expected, searching, shown


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_in_any_order_a_query_sees_every_edit(tmp_path: Path, seed: int) -> None:
    """Edits, queries, snapshots, changes in the middle of snapshots, clean stops, and crashes with a torn file."""
    chance = random.Random(seed)  # noqa: S311 - it makes test data
    catalog = PlainCatalog()
    feed = catalog.add(1, 200, seed=seed)
    disk, left = tmp_path / "disk", tmp_path / "left"
    disk.mkdir()
    taken_up = 0
    for restarts in range(8):
        async with searching(catalog, disk) as versions:
            for number in range(chance.randrange(1, 5)):
                for step in chance.sample(["edit", "grow", "vectors", "query", "save", "overtaken"], 4):
                    await take(step, chance, versions, feed)
                if number == 0:
                    feed.read_from.clear()
                    assert await shown(versions, feed) == expected(feed), (seed, restarts)
                    taken_up += None not in feed.read_from
            crashes = chance.random() < 0.7
            if crashes:
                shutil.rmtree(left, ignore_errors=True)
                shutil.copytree(disk, left)
        if crashes:
            # The disk as it was at the moment of the crash, with what had just been begun.
            shutil.rmtree(disk)
            left.rename(disk)
            tear(chance, disk)
    assert taken_up


async def take(step: str, chance: random.Random, versions: Versions, feed: PlainFeed) -> None:
    match step:
        case "edit":
            feed.version.edit(chance.randrange(1, 60))
            feed.commit()
        case "grow":
            feed.version.grow(chance.randrange(1, 40))
            feed.commit()
        case "vectors":
            ordinals = chance.sample(range(len(feed.version.files)), 20)
            feed.commit_vectors({ordinal: chance.random() < 0.7 for ordinal in ordinals})
        case "query":
            assert await shown(versions, feed) == expected(feed)
        case "save":
            async with versions.use(feed.info) as version:
                await version.catch_up(feed.info.revision)
                await version.save()
        case "overtaken":
            async with versions.use(feed.info) as version:
                await version.catch_up(feed.info.revision)
                feed.version.edit(5)
                feed.commit()
                await asyncio.gather(version.save(), version.catch_up(feed.info.revision))


def tear(chance: random.Random, disk: Path) -> None:
    """Leave what a process leaves that is killed while it writes, and sometimes what a bad disk does."""
    for snapshot in list(disk.glob("*.snapshot")):
        content = snapshot.read_bytes()
        snapshot.with_suffix(".unfinished").write_bytes(content[: chance.randrange(len(content))])
        if chance.random() < 0.2:
            snapshot.write_bytes(content[: chance.randrange(len(content))])
