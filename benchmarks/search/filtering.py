"""Filters and facets through gRPC beside PostgreSQL; both must find the same."""

from collections.abc import AsyncIterator
from typing import Final

from benchmarks.report import Figure, within
from benchmarks.search.filters import SHAPES, SHARES, Filter
from benchmarks.search.latency import latencies
from benchmarks.search.loading import NAME
from benchmarks.search.scene import Scene
from benchmarks.search.suite import say
from benchmarks.search.vocabulary import TAGS
from bowerbird.search.v1.search_pb2 import Facet
from bowerbird.search.v1.search_service_pb2 import CountFacetsResponse, SearchResponse

QUERIES: Final = 30
FACET_QUERIES: Final = 12
WARM_UP: Final = 3
PEER_QUERIES: Final = 7
PEER_FACET_QUERIES: Final = 3
# The most that the figure may be of PostgreSQL's time, by the share of the files that match.
RATIOS: Final = {0.5: 1 / 20, 0.05: 1 / 5}
FILTER_LIMITS_MS: Final = (10, 60)  # to a million files, and above
FACETS_LIMITS_MS: Final = (60, 300)


class WrongAnswer(Exception):
    """Search and its peer do not find the same."""


async def filter_figures(scene: Scene) -> AsyncIterator[Figure]:
    """Filter, count and first page: a line for each shape and share."""
    names, peer = scene.data.vocabulary.names, await scene.peer()
    limit = FILTER_LIMITS_MS[scene.is_large]

    async def page(one: Filter) -> SearchResponse:
        return await scene.suite.client.search.page(NAME, one.query(names))

    async with scene.search():
        for shape in SHAPES:
            for share in SHARES:
                say(f"filters: {shape} at {share:.1%}")
                filters = scene.filters.of(shape, share, WARM_UP + QUERIES)
                found = await latencies(page, filters, warm_up=WARM_UP)
                expected = await latencies(peer.count_and_page, filters[: WARM_UP + PEER_QUERIES], warm_up=WARM_UP)
                for one, answer, total in zip(filters[WARM_UP:], found.answers, expected.answers, strict=False):
                    if answer.total != total:
                        raise WrongAnswer(f"{one}: {answer.total} instead of {total} files")
                ratio = RATIOS.get(share)
                yield within(
                    f"filter_p50 {shape} {share:.1%}", found.p50, "ms", against=expected.p50, limit=limit, ratio=ratio
                )


async def facet_figures(scene: Scene) -> AsyncIterator[Figure]:
    """The files of each of all tags, among those that match: a line for each share."""
    names, peer = scene.data.vocabulary.names, await scene.peer()
    limit = FACETS_LIMITS_MS[scene.is_large]

    async def facets(one: Filter) -> CountFacetsResponse:
        query = one.query(names)
        return await scene.suite.client.search.facets(NAME, query, [Facet.FIELD_TAGS], max_values=TAGS)

    async with scene.search():
        for share in SHARES:
            say(f"facets: among {share:.1%}")
            filters = scene.filters.of("any", share, WARM_UP + FACET_QUERIES)
            found = await latencies(facets, filters, warm_up=WARM_UP)
            expected = await latencies(peer.facets, filters[WARM_UP : WARM_UP + PEER_FACET_QUERIES])
            for one, answer, counts in zip(filters[WARM_UP:], found.answers, expected.answers, strict=False):
                if {count.value: count.count for count in answer.facets[0].counts} != counts:
                    raise WrongAnswer(f"{one}: facets differ")
            yield within(f"facets_p50 {share:.1%}", found.p50, "ms", against=expected.p50, limit=limit)
