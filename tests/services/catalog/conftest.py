"""What several test modules of catalog start from."""

from collections.abc import AsyncIterator

import pytest

from tests.services.catalog.jobs_scene import Scene, scene
from tests.suite import Catalog


@pytest.fixture
async def photos(catalog: Catalog) -> AsyncIterator[Scene]:
    """A dataset with 150 files: three chunks."""
    async with scene(catalog, files=150) as made:
        yield made
