"""Queries wait for what was committed before them, share readings, and survive each other's end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.search.errors import FeedBehind
from services.search.feed import Follower
from services.search.index.pages import WHOLE_REVISION, Cursor, VectorsPage


class Feed:
    """A feed whose pages come when the test lets them; remembers from where it was read."""

    def __init__(self) -> None:
        self.committed = 0
        self.read_from: list[Cursor | None] = []
        self.applied: list[Cursor] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.half_applied = asyncio.Event()
        self.breaks_after: int | None = None

    async def read(self, after: Cursor | None) -> AsyncIterator[VectorsPage]:
        self.read_from.append(after)
        last = self.committed
        await self.gate.wait()
        first = 0 if after is None else after.revision
        for number, revision in enumerate(range(min(first + 1, last), last + 1)):
            if self.breaks_after == number:
                raise ConnectionError("the feed broke off")
            yield VectorsPage(b"", Cursor(revision, 17 if revision < last else WHOLE_REVISION))

    async def apply(self, page: VectorsPage) -> None:
        await asyncio.sleep(0)
        self.applied.append(page.next)
        if page.next.ordinal != WHOLE_REVISION:
            self.half_applied.set()


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
async def follower(feed: Feed) -> AsyncIterator[Follower[VectorsPage]]:
    follower = Follower(feed.read, feed.apply)
    yield follower
    await follower.close()


async def test_a_query_without_anything_new_reads_nothing(feed: Feed, follower: Follower[VectorsPage]) -> None:
    feed.committed = 3
    await follower.catch_up(3)
    await follower.catch_up(3)
    assert len(feed.read_from) == 1
    assert follower.revision == 3


async def test_a_version_without_any_change_is_read_once(feed: Feed, follower: Follower[VectorsPage]) -> None:
    await follower.catch_up(0)
    await follower.catch_up(0)
    assert len(feed.read_from) == 1


async def test_queries_that_come_together_share_a_reading(feed: Feed, follower: Follower[VectorsPage]) -> None:
    feed.committed = 5
    await asyncio.gather(*(follower.catch_up(5) for _ in range(20)))
    assert len(feed.read_from) == 1


async def test_what_was_committed_during_a_reading_is_read_by_one_more_that_all_share(
    feed: Feed, follower: Follower[VectorsPage]
) -> None:
    feed.committed = 1
    feed.gate.clear()
    first = asyncio.create_task(follower.catch_up(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    feed.committed = 2
    later = [asyncio.create_task(follower.catch_up(2)) for _ in range(10)]
    await asyncio.sleep(0)
    feed.gate.set()
    await asyncio.gather(first, *later)
    assert feed.read_from == [None, Cursor(1, WHOLE_REVISION)]
    assert follower.revision == 2


async def test_a_query_that_needs_nothing_new_still_waits_until_a_reading_is_whole(
    feed: Feed, follower: Follower[VectorsPage]
) -> None:
    feed.committed = 1
    await follower.catch_up(1)
    feed.committed = 9
    ahead = asyncio.create_task(follower.catch_up(9))
    await feed.half_applied.wait()
    await follower.catch_up(1)
    assert feed.applied[-1] == Cursor(9, WHOLE_REVISION)
    await ahead


async def test_a_reading_goes_on_when_the_query_that_began_it_is_cancelled(
    feed: Feed, follower: Follower[VectorsPage]
) -> None:
    feed.committed = 4
    feed.gate.clear()
    impatient = asyncio.create_task(follower.catch_up(4))
    await asyncio.sleep(0)
    patient = asyncio.create_task(follower.catch_up(4))
    await asyncio.sleep(0)
    impatient.cancel()
    feed.gate.set()
    await patient
    assert impatient.cancelled()
    assert len(feed.read_from) == 1


async def test_after_a_break_the_next_query_reads_on_from_what_was_applied(
    feed: Feed, follower: Follower[VectorsPage]
) -> None:
    feed.committed, feed.breaks_after = 6, 3
    results = await asyncio.gather(*(follower.catch_up(6) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(result, ConnectionError) for result in results)
    assert follower.revision == 2
    feed.breaks_after = None
    await follower.catch_up(6)
    assert feed.read_from == [None, Cursor(3, 17)]
    assert follower.revision == 6


async def test_a_feed_that_ends_too_early_is_an_error_and_not_an_old_answer(
    feed: Feed, follower: Follower[VectorsPage]
) -> None:
    feed.committed = 1
    with pytest.raises(FeedBehind, match="revision 1, before 2"):
        await follower.catch_up(2)
