"""Finding files of a version."""

from collections.abc import AsyncIterator, Iterable

from bowerbird.client.defaults import LATEST
from bowerbird.client.names import Names
from bowerbird.client.transport import Transport
from bowerbird.search.v1.search_pb2 import Facet, FacetCount, Histogram, Hit, Query, Sort
from bowerbird.search.v1.search_service_pb2 import (
    CompleteTagsRequest,
    CountFacetsRequest,
    CountFacetsResponse,
    CountHistogramsRequest,
    CountHistogramsResponse,
    CountRequest,
    SearchRequest,
    SearchResponse,
    SelectRequest,
    SelectResponse,
    StreamHitsRequest,
)
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceStub

# A version that nobody asked about for a while is loaded first.
DEADLINE_SECONDS = 120.0


class Search:
    """`client.search`."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = SearchServiceStub(transport.channel)

    async def page(
        self,
        dataset: str,
        query: Query,
        version: str = LATEST,
        *,
        page_size: int = 0,
        page_token: str = "",
        skip: int = 0,
        sort: Sort | None = None,
        near_duplicate_similarity: float | None = None,
        explain: bool = False,
    ) -> SearchResponse:
        """One page of hits, how many match in all, and the token of the next page."""
        request = SearchRequest(
            version=self._names.version(dataset, version),
            query=query,
            page_size=page_size,
            page_token=page_token,
            skip=skip,
            sort=sort,
            near_duplicate_similarity=near_duplicate_similarity,
            explain=explain,
        )
        return await self._transport.call(self._stub.Search, request, deadline_seconds=DEADLINE_SECONDS)

    async def hits(
        self, dataset: str, query: Query, version: str = LATEST, *, sort: Sort | None = None
    ) -> AsyncIterator[Hit]:
        """All hits in the order of `page`, as they come; `top_k` may be any number here."""
        request = StreamHitsRequest(version=self._names.version(dataset, version), query=query, sort=sort)
        async for part in self._transport.stream(self._stub.StreamHits, request):
            for hit in part.hits:
                yield hit

    async def count(self, dataset: str, query: Query, version: str = LATEST) -> int:
        """How many files match."""
        request = CountRequest(version=self._names.version(dataset, version), query=query)
        return (await self._transport.call(self._stub.Count, request, deadline_seconds=DEADLINE_SECONDS)).total

    async def facets(
        self,
        dataset: str,
        query: Query,
        fields: Iterable[Facet.Field.ValueType],
        version: str = LATEST,
        *,
        attributes: Iterable[str] = (),
        max_values: int = 0,
    ) -> CountFacetsResponse:
        """How many matching files have which values of the fields and attributes."""
        request = CountFacetsRequest(
            version=self._names.version(dataset, version),
            query=query,
            fields=fields,
            attributes=attributes,
            max_values=max_values,
        )
        return await self._transport.call(self._stub.CountFacets, request, deadline_seconds=DEADLINE_SECONDS)

    async def histograms(
        self,
        dataset: str,
        query: Query,
        fields: Iterable[Histogram.Field.ValueType],
        version: str = LATEST,
        *,
        max_ranges: int = 0,
    ) -> CountHistogramsResponse:
        """How many matching files lie in which ranges of the fields; with scores a suggested threshold."""
        request = CountHistogramsRequest(
            version=self._names.version(dataset, version), query=query, fields=fields, max_ranges=max_ranges
        )
        return await self._transport.call(self._stub.CountHistograms, request, deadline_seconds=DEADLINE_SECONDS)

    async def complete_tags(
        self, dataset: str, prefix: str, version: str = LATEST, *, max_tags: int = 0
    ) -> list[FacetCount]:
        """Tags that begin so and how many files have them, the most frequent first."""
        request = CompleteTagsRequest(version=self._names.version(dataset, version), prefix=prefix, max_tags=max_tags)
        answer = await self._transport.call(self._stub.CompleteTags, request, deadline_seconds=DEADLINE_SECONDS)
        return list(answer.tags)

    async def select(self, dataset: str, query: Query, version: str = LATEST) -> SelectResponse:
        """The matching files pinned, for `client.jobs.export`."""
        request = SelectRequest(version=self._names.version(dataset, version), query=query)
        return await self._transport.call(self._stub.Select, request, deadline_seconds=DEADLINE_SECONDS)
