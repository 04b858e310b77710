"""The search service."""

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from grpc.aio import ServicerContext

from bowerbird.search.v1 import search_service_pb2 as messages
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceServicer
from libs.rpc.names import VERSION
from libs.rpc.paging import PageTokens, page_size
from services.search.answer import Answer, Page, Window
from services.search.engine import SearchEngine
from services.search.facets import completions, facets
from services.search.histograms import histogram
from services.search.matches import Position
from services.search.query import UNLIMITED_TOP_K, Query
from services.search.servicers import decode, encode
from services.search.servicers.decode_query import decoded_query, paged_request
from services.search.servicers.encode_query import written
from services.search.similarity.ranker import Members

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
        asked = decoded_query(request.query, version, decode.sort(request.sort))
        request = paged_request(request, asked, version)
        size = page_size(request.page_size, default=PAGE_HITS)
        skip = decode.number("skip", request.skip, most=MAX_SKIP)
        after, seen = None, None
        if (token := self._page_tokens.decode(request)) is not None:
            number, score, ordinal, key, *seen = token
            # `latest` may be another version by now.
            version = VERSION.format(**VERSION.parse(version) | {"version": number})
            after = Position(score, ordinal, key)
        similarity = decode.near_duplicate_similarity(request, asked.query)
        window = Window(after, skip, size)
        first = window if similarity is None else None
        async with self._engine.answer(version, asked.query, shows_files=True, window=first) as found:
            answer, members = (found, {}) if similarity is None else await self._engine.grouped(found, similarity)
            page = await answer.page(window)
            state = [answer.info.revision, answer.index_revision]
            response = messages.SearchResponse(
                total=len(found.matches),
                revision=answer.info.revision,
                moved=seen is not None and seen != state,
                notes=[*answer.notes, *page.notes],
                thumbnail_mode=asked.thumbnail_mode,
            )
            encode.add_hits(response, page.files, answer)
            if members:
                await self._add_near_duplicates(answer, page, members, response)
            if page.hits.goes_on:
                number, last = VERSION.parse(answer.info.name)["version"], page.hits.last
                keyset = [number, last.score, last.ordinal, last.key, *state]
                response.next_page_token = self._page_tokens.encode(request, keyset)
            if request.explain:
                response.explanation.CopyFrom(encode.explanation(answer))
        return response

    async def _add_near_duplicates(
        self, answer: Answer, page: Page, members: Members, response: messages.SearchResponse
    ) -> None:
        groups = [members.get(found.file.ordinal, []) for found in page.files]
        shown = [group[: encode.MAX_NEAR_DUPLICATES] for group in groups]
        ordinals = np.array([ordinal for group in shown for ordinal, _ in group], np.uint32)
        paths = iter(await answer.version.run(answer.version.index.paths_at, ordinals))
        for hit, group, others in zip(response.hits, groups, shown, strict=True):
            hit.near_duplicate_count = len(group)
            hit.near_duplicates.extend(encode.near_duplicate(*other, next(paths), answer) for other in others)

    async def StreamHits(
        self, request: messages.StreamHitsRequest, context: Context
    ) -> AsyncIterator[messages.StreamHitsResponse]:
        version = decode.version_name(request.version)
        asked = decoded_query(request.query, version, decode.sort(request.sort), most_top_k=UNLIMITED_TOP_K)
        async with self._engine.answer(version, asked.query, shows_files=True) as answer:
            for hits in await answer.version.run(answer.matches.pages, STREAM_HITS):
                response = messages.StreamHitsResponse()
                encode.add_hits(response, await answer.show(hits), answer)
                yield response

    async def Count(self, request: messages.CountRequest, context: Context) -> messages.CountResponse:
        version = decode.version_name(request.version)
        async with self._engine.answer(version, decoded_query(request.query, version).query) as answer:
            return messages.CountResponse(total=len(answer.matches))

    async def CountFacets(self, request: messages.CountFacetsRequest, context: Context) -> messages.CountFacetsResponse:
        version = decode.version_name(request.version)
        query = decoded_query(request.query, version).query
        fields = decode.facet_fields(request.fields, request.attributes)
        most = decode.number(
            "max_values", request.max_values, most=decode.MAX_FACET_VALUES, default=decode.DEFAULT_FACET_VALUES
        )
        async with self._engine.answer(version, query) as answer:
            counted = await answer.version.run(facets, answer.version.index, answer.matches.files, fields, most)
            return messages.CountFacetsResponse(
                facets=[encode.facet(facet) for facet in counted], total=len(answer.matches)
            )

    async def CountHistograms(
        self, request: messages.CountHistogramsRequest, context: Context
    ) -> messages.CountHistogramsResponse:
        version = decode.version_name(request.version)
        query = decoded_query(request.query, version).query
        fields = decode.histogram_fields(request.fields, query)
        most = decode.ranges(request.max_ranges)
        async with self._engine.answer(version, query) as answer:
            found = []
            for field in fields:
                if field is None:
                    found.append(encode.score_histogram(await self._engine.score_histogram(answer, most)))
                else:
                    index, files = answer.version.index, answer.matches.files
                    found.append(encode.histogram(await answer.version.run(histogram, index, files, field, most)))
            return messages.CountHistogramsResponse(histograms=found, total=len(answer.matches))

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
            selection = encode.selection(answer, written(request.query, asked.query, version))
            return messages.SelectResponse(selection=selection, total=len(answer.matches))
