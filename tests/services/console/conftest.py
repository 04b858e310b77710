"""One console for a test module."""

from collections.abc import AsyncIterator

import pytest

from tests.services.console.asked import asked
from tests.services.console.scene import Console, consoling
from tests.services.indexer.conftest import shared_house
from tests.services.search.scene import serving
from tests.suite import Catalog

__all__ = ["asked", "console", "shared_house"]


@pytest.fixture(scope="module")
async def console(catalog: Catalog) -> AsyncIterator[Console]:
    async with serving(catalog) as search_address, consoling(catalog, search_address) as console:
        yield console
