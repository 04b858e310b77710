"""One house and one search service for a test module."""

from collections.abc import AsyncIterator

import grpc.aio
import pytest

from tests.services.indexer.conftest import house, shared_house
from tests.services.indexer.scene import House
from tests.services.search.scene import searching

__all__ = ["house", "shared_house"]


@pytest.fixture(scope="module")
async def search_channel(shared_house: House) -> AsyncIterator[grpc.aio.Channel]:
    async with searching(shared_house.catalog) as channel:
        yield channel
