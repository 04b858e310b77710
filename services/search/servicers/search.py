"""The search service."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from bowerbird.search.v1 import search_service_pb2 as messages
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceServicer
from libs.rpc.names import VERSION
from libs.rpc.paging import PageTokens, page_size
from services.search.engine import SearchEngine
from services.search.facets import completions, facets
from services.search.matches import Position
from services.search.query import Query
from services.search.servicers import decode, encode
from services.search.servicers.decode_query import UNLIMITED_TOP_K, decoded_query, paged_request

Context = ServicerContext[Any, Any]

PAGE_HITS = 20
STREAM_HITS = 500
MAX_SKIP = 2**31 - 1


class SearchServicer(SearchServiceServicer):
    def __init__(self, engine: SearchEngine, page_tokens: PageTokens) -> None:
        self._engine = engine
        self._page_tokens = page_tokens

    async def Search(self, request: messages.SearchRequest, context: Context) -> messages.SearchResponse:
        version = decode.version_name(request.version)
        asked = decoded_query(request.query, version)
        request = paged_request(request, asked)
        size = page_size(request.page_size, default=PAGE_HITS)
        skip = decode.number("skip", request.skip, most=MAX_SKIP)
        after, seen = None, None
        if (token := self._page_tokens.decode(request)) is not None:
            number, score, ordinal, *seen = token
            # `latest` may be another version by now.
            version = VERSION.format(**VERSION.parse(version) | {"version": number})
            after = Position(score, ordinal)
        async with self._engine.answer(version, asked.query, shows_files=True) as answer:
            hits = answer.matches.hits(after, skip, size)
            state = [answer.info.revision, answer.index_revision]
            response = messages.SearchResponse(
                hits=[encode.hit(found, answer) for found in await answer.show(hits)],
                total=len(answer.matches),
                revision=answer.info.revision,
                moved=seen is not None and seen != state,
                notes=answer.notes,
                thumbnail_mode=asked.thumbnail_mode,
            )
            if hits.goes_on:
                number = VERSION.parse(answer.info.name)["version"]
                keyset = [number, hits.last.score, hits.last.ordinal, *state]
                response.next_page_token = self._page_tokens.encode(request, keyset)
            if request.explain:
                response.explanation.CopyFrom(encode.explanation(answer))
        return response

    async def StreamHits(
        self, request: messages.StreamHitsRequest, context: Context
    ) -> AsyncIterator[messages.StreamHitsResponse]:
        version = decode.version_name(request.version)
        asked = decoded_query(request.query, version, most_top_k=UNLIMITED_TOP_K)
        async with self._engine.answer(version, asked.query, shows_files=True) as answer:
            for hits in answer.matches.pages(STREAM_HITS):
                found = await answer.show(hits)
                yield messages.StreamHitsResponse(hits=[encode.hit(one, answer) for one in found])

    async def Count(self, request: messages.CountRequest, context: Context) -> messages.CountResponse:
        version = decode.version_name(request.version)
        async with self._engine.answer(version, decoded_query(request.query, version).query) as answer:
            return messages.CountResponse(total=len(answer.matches))

    async def CountFacets(self, request: messages.CountFacetsRequest, context: Context) -> messages.CountFacetsResponse:
        version = decode.version_name(request.version)
        query = decoded_query(request.query, version).query
        fields = decode.facet_fields(request.fields)
        most = decode.number(
            "max_values", request.max_values, most=decode.MAX_FACET_VALUES, default=decode.DEFAULT_FACET_VALUES
        )
        async with self._engine.answer(version, query) as answer:
            counted = await answer.version.run(facets, answer.version.index, answer.matches.files, fields, most)
            return messages.CountFacetsResponse(
                facets=[encode.facet(facet) for facet in counted], total=len(answer.matches)
            )

    async def CompleteTags(
        self, request: messages.CompleteTagsRequest, context: Context
    ) -> messages.CompleteTagsResponse:
        version = decode.version_name(request.version)
        most = decode.number(
            "max_tags", request.max_tags, most=decode.MAX_COMPLETIONS, default=decode.DEFAULT_COMPLETIONS
        )
        async with self._engine.answer(version, Query()) as answer:
            tags = await answer.version.run(completions, answer.version.index, request.prefix, most)
            return messages.CompleteTagsResponse(tags=encode.facet_counts(tags))

    async def Select(self, request: messages.SelectRequest, context: Context) -> messages.SelectResponse:
        version = decode.version_name(request.version)
        asked = decoded_query(request.query, version, most_top_k=UNLIMITED_TOP_K)
        async with self._engine.answer(version, asked.query) as answer:
            return messages.SelectResponse(selection=encode.selection(answer), total=len(answer.matches))
