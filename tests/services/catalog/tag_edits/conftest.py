"""A version whose files models have tagged."""

from collections.abc import AsyncIterator

import pytest

from tests.services.catalog.jobs_scene import scene
from tests.services.catalog.tag_edits.scene import Labels
from tests.suite import Catalog


@pytest.fixture
async def labels(catalog: Catalog) -> AsyncIterator[Labels]:
    """20 files; models gave all of them bird and tree."""
    async with scene(catalog, files=20) as made:
        await made.finish(await made.tag(), "bird", "tree")
        yield Labels(made)
