"""Wakes those who wait for work, so that they need not ask the database often."""

import asyncio


class Bell:
    """Rung when this process makes work. What another replica makes is found by those who ask now and then."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        self._rung.set()
        self._rung = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """What the next ring sets. Take it before looking for work, so that no ring is missed in between."""
        return self._rung


async def heard(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
