"""The whole suite, once for all flow tests of a process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.whole_suite import RunningSuite, whole_suite


# For the session: the files of a package need not come one behind the other.
@pytest.fixture(scope="session")
async def running_suite(server_folder: Path) -> AsyncIterator[RunningSuite]:
    async with whole_suite(server_folder / "flow") as suite:
        yield suite
