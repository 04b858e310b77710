"""Work that several wait for is done once, and only while somebody waits."""

import asyncio

import pytest

from services.console.media.flights import Flights


class Work:
    """Work that ends when it is told to."""

    def __init__(self, outcome: str | Exception = "done") -> None:
        self.outcome = outcome
        self.begun = 0
        self.cancelled = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> str:
        self.begun += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def waiting(flights: Flights[str, str], work: Work, count: int) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(flights.join("key", work)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_all_who_ask_meanwhile_get_the_one_result() -> None:
    work = Work()
    async with Flights[str, str]() as flights:
        tasks = await waiting(flights, work, 5)
        assert ("key" in flights, len(flights)) == (True, 1)
        work.may_end.set()
        assert await asyncio.gather(*tasks) == ["done"] * 5
        assert work.begun == 1
        assert len(flights) == 0
        assert await flights.join("key", work) == "done"
        assert work.begun == 2


async def test_all_who_ask_meanwhile_get_the_one_error() -> None:
    work = Work(ValueError("broken"))
    async with Flights[str, str]() as flights:
        tasks = await waiting(flights, work, 3)
        work.may_end.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [str(result) for result in results] == ["broken"] * 3
        assert work.begun == 1


async def test_work_goes_on_until_the_last_who_waits_has_gone() -> None:
    work = Work()
    async with Flights[str, str]() as flights:
        tasks = await waiting(flights, work, 3)
        for task in tasks[:2]:
            task.cancel()
        await asyncio.wait(tasks[:2])
        assert work.cancelled == 0
        tasks[2].cancel()
        await asyncio.wait(tasks)
        assert len(flights) == 0
        again = await waiting(flights, work, 1)  # begins anew, though the first may still be ending
        assert (work.begun, work.cancelled) == (2, 1)
        work.may_end.set()
        assert await again[0] == "done"


async def test_on_the_way_out_nothing_is_left_running() -> None:
    work = Work()
    async with Flights[str, str]() as flights:
        tasks = await waiting(flights, work, 2)
    assert work.cancelled == 1
    for task in tasks:
        with pytest.raises(asyncio.CancelledError):
            await task
