"""What search asks catalog before each query: as little as can be, and never what it was told before."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc.aio
import pytest

from libs.images.pool import ImagePool
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import NotFound
from services.search.catalog import Catalog as SearchCatalog
from services.search.connections import Connections
from services.search.engine import SearchEngine
from services.search.errors import IndexSetMissing
from services.search.query import Query, Similarity, Text
from services.search.similarity.columns import VectorColumns
from services.search.similarity.embedder import Embedder
from services.search.similarity.example_image import ExampleImages
from services.search.similarity.examples import Examples
from services.search.similarity.ranker import Ranker
from services.search.versions import Versions
from tests.services.catalog.jobs_scene import scene
from tests.services.catalog.test_index_sets import set_index_set, setting
from tests.suite import Catalog


@dataclass
class Calls:
    """A channel that keeps the names of all unary calls."""

    channel: grpc.aio.Channel
    names: list[str] = field(default_factory=list)

    def unary_unary(self, method: str, *serializers: Any, **options: Any) -> Callable[..., Any]:
        call = self.channel.unary_unary(method, *serializers, **options)

        def kept(*arguments: Any, **how: Any) -> Any:
            self.names.append(method.rpartition("/")[2])
            return call(*arguments, **how)

        return kept

    def unary_stream(self, *method: Any, **options: Any) -> Any:
        return self.channel.unary_stream(*method, **options)

    def forget(self) -> list[str]:
        """The names since the last time."""
        names, self.names = self.names, []
        return names


@asynccontextmanager
async def asking(catalog: Catalog) -> AsyncIterator[tuple[SearchCatalog, Calls]]:
    """Catalog as search calls it, and the calls that it makes."""
    calls = Calls(catalog.service)
    yield SearchCatalog(calls), calls  # type: ignore[arg-type]  # it is a channel in all that stubs ask for


@asynccontextmanager
async def engine_on(catalog: SearchCatalog) -> AsyncIterator[SearchEngine]:
    """The engine as the process assembles it, without anything on disk."""
    async with AsyncExitStack() as stack:
        connections = Connections(catalog, AddressPolicy(("127.0.0.0/8",)))
        stack.push_async_callback(connections.close)
        columns = VectorColumns(catalog, connections, None, budget_bytes=0)
        stack.push_async_callback(columns.close)
        pool = await stack.enter_async_context(ImagePool(processes=1))
        examples = Examples(Embedder(connections, ExampleImages(catalog, connections, pool)), connections)
        versions = await stack.enter_async_context(Versions(catalog, max_versions=4, budget_bytes=1 << 30))
        yield SearchEngine(catalog, versions, Ranker(connections, examples, columns))


async def test_a_version_comes_with_its_index_set_in_one_call(catalog: Catalog) -> None:
    async with scene(catalog, files=3) as made, asking(catalog) as (asked, calls):
        without = await asked.version(made.version)
        assert (without.index_set, calls.forget()) == (None, ["GetVersion"])
        index_set = await set_index_set(made, setting(made))
        await made.finish(await made.index())
        found = await asked.version(made.version.rpartition("/")[0] + "/latest")
        assert (found.name, calls.forget()) == (made.version, ["GetVersion"])
        assert found.index_set is not None
        assert found.index_set.name == index_set.name
        assert found.index_set.revision > index_set.revision


async def test_a_query_asks_catalog_once_whichever_index_set_it_names(catalog: Catalog) -> None:
    async with scene(catalog, files=3) as made, asking(catalog) as (asked, calls), engine_on(asked) as engine:

        async def index_set_of(index_set: str | None = None) -> str | None:
            similar = Similarity((Text("a bird"),), index_set=index_set)
            async with engine.answer(made.version, Query(similar=similar)) as answer:
                return answer.ranked.index_set.name if answer.ranked else None

        async with engine.answer(made.version, Query(), shows_files=True) as answer:
            assert len(answer.matches) == 3
        with pytest.raises(IndexSetMissing):
            await index_set_of()
        first = (await set_index_set(made, setting(made))).name
        assert await index_set_of() == first
        calls.forget()
        second = (await set_index_set(made, setting(made, table="other"))).name
        assert (await index_set_of(), calls.forget()) == (second, ["GetVersion"])
        assert (await index_set_of(second), calls.forget()) == (second, ["GetVersion"])
        assert (await index_set_of(first), calls.forget()) == (first, ["GetVersion"])
        with pytest.raises(NotFound, match="indexSets/0"):
            await index_set_of(first.rpartition("/")[0] + "/0")
        assert calls.forget() == ["GetVersion"]
        async with engine.answer(made.version, Query(), shows_files=True) as answer:
            assert (len(answer.matches), calls.forget()) == (3, ["GetVersion"])
