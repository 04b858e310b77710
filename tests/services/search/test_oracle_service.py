"""Search answers over gRPC as plain Python does, through catalog, PostgreSQL and the change feed, whatever is edited
between two queries.

Asks 1,000 queries, or as many as ORACLE_QUERIES says: by parameters, by text of the query language and by both, of
versions whose files have tags of all kinds, attributes, nulls and vectors. Each answer is compared whole: the total,
the files that match in their order (page by page, as a stream or as a selection), what is shown of a file, and for one
query in ten its facets.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import grpc.aio
import pytest
from pyroaring import BitMap

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.job_pb2 import Selection
from bowerbird.search.v1.search_pb2 import Facet, Query
from bowerbird.search.v1.search_service_pb2 import (
    CountFacetsRequest,
    CountRequest,
    SearchRequest,
    SelectRequest,
    StreamHitsRequest,
)
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceStub
from libs.rpc.names import parse_file_id
from services.search.index import attribute_column, attributes
from tests.services.search.oracle import attribute_counts, counts_of, holds
from tests.services.search.questions import PATHS
from tests.services.search.requests import Asked, Asker
from tests.services.search.scene import searching
from tests.services.search.stored_version import StoredVersion, stored_version
from tests.services.search.versions import PlainFile, PlainVersion
from tests.suite import Catalog

if TYPE_CHECKING:  # it is in the stubs alone
    from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceAsyncStub

QUERIES = int(os.environ.get("ORACLE_QUERIES", "1000"))
SEEDS, STARTS, QUERIES_AN_EDIT = 6, 2, 25
MOST_FILES = 150
AT_ONCE = 8
# To show all hits of a large answer takes longer than to find them.
FEW_HITS = 30
FACETS = {
    "tags": Facet.FIELD_TAGS, "tags.ai": Facet.FIELD_TAGS_AI, "tags.user": Facet.FIELD_TAGS_USER,
    "tags.rejected": Facet.FIELD_TAGS_REJECTED, "directory": Facet.FIELD_DIRECTORY,
    "content_type": Facet.FIELD_CONTENT_TYPE, "file_type": Facet.FIELD_FILE_TYPE,
}  # fmt: skip


@pytest.fixture(params=range(SEEDS))
def seed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Some seeds have bounds that are reached by a few files."""
    if request.param % 3 == 1:
        monkeypatch.setattr(attributes, "MAX_COLUMNS", 3)
        monkeypatch.setattr(attributes, "ROWS_A_BATCH", 50)
    if request.param % 3 == 2:
        monkeypatch.setattr(attribute_column, "ALWAYS_LOOKED_UP", 8)
        monkeypatch.setattr(attribute_column, "PACK_VALUES", 20)
        monkeypatch.setattr(attributes, "ALWAYS_ALLOWED_BYTES", 100_000)
    return int(request.param)


async def test_every_query_matches_the_files_that_plain_python_picks(
    catalog: Catalog, seed: int, tmp_path: Path
) -> None:
    async with stored_version(catalog, PlainVersion(seed)) as stored:
        for start in range(STARTS):
            # The second time search begins with what it kept of the first.
            async with searching(catalog, DATA_DIRECTORY=str(tmp_path)) as channel:
                comparison = Comparison(stored, channel, random.Random(seed * STARTS + start))  # noqa: S311
                while comparison.asked < QUERIES / SEEDS / STARTS:
                    await edit(stored, comparison.choose)
                    await comparison.ask(QUERIES_AN_EDIT)
                    assert not comparison.differences, "\n\n".join(comparison.differences[:5])
                # Only very long ones cannot be said in the query language.
                assert comparison.texts >= 0.8 * comparison.selections > 0


async def edit(stored: StoredVersion, choose: random.Random) -> None:
    """New files, and changes of others, of tags and of vectors."""
    stored.plain.grow(1 + choose.randrange(60 if len(stored.plain.files) < MOST_FILES else 2))
    stored.plain.edit(choose.randrange(60))
    stored.plain.index(choose.randrange(60))
    await stored.write()


@dataclass
class Comparison:
    """Asks search, and plain Python, and keeps where they differ."""

    stored: StoredVersion
    channel: grpc.aio.Channel
    choose: random.Random
    asked: int = 0
    selections: int = 0
    # Of the selections, those that say what selected them.
    texts: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def stub(self) -> "SearchServiceAsyncStub":
        return SearchServiceStub(self.channel)

    async def ask(self, count: int) -> None:
        """So many queries, some at a time."""
        asker = Asker(self.choose, self.stored.plain, self.stored.name, self.stored.uid)
        queries = (asker.random_query() for _ in range(count))

        async def ask_on() -> None:
            for asked in queries:
                await self._ask(asked)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(ask_on())

    async def _ask(self, asked: Asked) -> None:
        self.asked += 1
        right = list(self._right(asked))
        way = self.choose.random()
        try:
            if len(right) <= FEW_HITS or way < 0.1:
                self._compare(asked, [shown_of(file) for file in right], await self._pages(asked, len(right)))
            elif way < 0.2:
                self._compare(asked, [shown_of(file) for file in right], await self._stream(asked))
            else:
                self._compare(asked, [file.ordinal for file in right], await self._selection(asked, len(right)))
            if self.choose.random() < 0.1:
                await self._compare_counts(asked, right)
        except grpc.aio.AioRpcError as error:
            self._compare(asked, "an answer", f"{error.code()}: {error.details()}")

    def _right(self, asked: Asked) -> Iterator[PlainFile]:
        for file in self.stored.plain.files.values():
            if file.active is asked.is_active and holds(asked.question, file, self.stored.uid):
                yield file

    async def _pages(self, asked: Asked, total: int) -> list[object]:
        """All pages, each of which says the total."""
        size = self.choose.choice([7, 20, 1000]) if total <= FEW_HITS else 1000
        request = SearchRequest(version=self.stored.name, query=asked.query, page_size=size)
        found: list[object] = []
        while True:
            page = await self.stub.Search(request)
            self._compare(asked, total, page.total)
            found += [shown(hit.file) for hit in page.hits]
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    async def _stream(self, asked: Asked) -> list[object]:
        request = StreamHitsRequest(version=self.stored.name, query=asked.query)
        return [shown(hit.file) async for part in self.stub.StreamHits(request) for hit in part.hits]

    async def _selection(self, asked: Asked, total: int) -> list[int]:
        answer = await self.stub.Select(SelectRequest(version=self.stored.name, query=asked.query))
        self._compare(asked, total, answer.total)
        await self._compare_text(asked, answer.selection)
        return list(BitMap.deserialize(answer.selection.ordinals))

    async def _compare_text(self, asked: Asked, selection: Selection) -> None:
        """What a selection says of itself selects the same files."""
        self.selections += 1
        if not selection.HasField("expression"):
            return
        self.texts += 1
        again = SelectRequest(version=self.stored.name, query=Query(expression=selection.expression))
        answer = await self.stub.Select(again)
        self._compare(asked, selection.ordinals, answer.selection.ordinals)

    async def _compare_counts(self, asked: Asked, right: list[PlainFile]) -> None:
        """Facets over some fields and attributes, and the bare count."""
        fields = self.choose.sample(list(FACETS), 2)
        paths = self.choose.sample(PATHS, 2)
        request = CountFacetsRequest(
            version=self.stored.name,
            query=asked.query,
            fields=[FACETS[one] for one in fields],
            attributes=paths,
            max_values=10_000,
        )
        answer = await self.stub.CountFacets(request)
        counted = await self.stub.Count(CountRequest(version=self.stored.name, query=asked.query))
        self._compare(asked, [len(right)] * 2, [answer.total, counted.total])
        counts = [[(one.value, one.count) for one in facet.counts] for facet in answer.facets]
        self._compare(asked, [counts_of(one, right) for one in fields], counts[:2])
        self._compare(asked, [attribute_counts(path, right) for path in paths], list(map(sorted, counts[2:])))

    def _compare(self, asked: Asked, right: object, found: object) -> None:
        if right != found:
            place = f"{self.stored.name} of {len(self.stored.plain.files)} files, seed {self.stored.plain.seed}"
            self.differences.append(
                f"{place}: {asked.query}\nasks: {asked.question}\nright: {right}\nfound: {found}"
            )  # fmt: skip


def shown(file: File) -> tuple[object, ...]:
    """What search shows of a file."""
    tags = file.tags
    ordinal = parse_file_id(file.name.rpartition("/")[2])[1]
    indexed_us = file.index_time.ToMicroseconds() if file.HasField("index_time") else None
    return (
        ordinal, file.path, file.etag, file.size_bytes, file.modify_time.ToMicroseconds(), file.comment,
        list(tags.ai), list(tags.user), list(tags.rejected), tags.stale, indexed_us, file.HasField("attributes"),
    )  # fmt: skip


def shown_of(file: PlainFile) -> tuple[object, ...]:
    """What it should show; when it was last indexed even if that vector is gone."""
    return (
        file.ordinal, file.path, file.etag, file.size_bytes, file.modified_us, file.comment,
        sorted(file.ai), sorted(file.user), sorted(file.rejected), file.stale,
        file.indexed_us, file.attributes is not None,
    )  # fmt: skip
