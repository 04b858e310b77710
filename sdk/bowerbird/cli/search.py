"""`bowerbird search`: the files that a text, an image, tags and the rest describe."""

from enum import StrEnum
from typing import Annotated

import typer

from bowerbird.catalog.v1.file_pb2 import FileTags
from bowerbird.cli.document import document, enum_name
from bowerbird.cli.names import DatasetArgument, VersionOption
from bowerbird.cli.output import Json, print_json, print_table, say, tell
from bowerbird.cli.query import (
    After,
    AllTags,
    AnyTag,
    Before,
    ContentType,
    Directory,
    FileName,
    Image,
    NoTag,
    Text,
    Threshold,
    TopK,
    build_query,
)
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST
from bowerbird.search.v1.search_pb2 import Facet, Hit
from bowerbird.search.v1.search_service_pb2 import CountFacetsResponse, SearchResponse


class FacetName(StrEnum):
    """What can be counted."""

    TAGS = "tags"
    TAGS_AI = "tags-ai"
    TAGS_USER = "tags-user"
    TAGS_REJECTED = "tags-rejected"
    DIRECTORY = "directory"
    CONTENT_TYPE = "content-type"


def search(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    text: Text = "",
    version: VersionOption = LATEST,
    image: Image = "",
    any_tag: AnyTag = None,
    all_tags: AllTags = None,
    no_tag: NoTag = None,
    file_name: FileName = "",
    directory: Directory = "",
    content_type: ContentType = None,
    after: After = None,
    before: Before = None,
    top_k: TopK = 10,
    threshold: Threshold = None,
    page_size: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Hits to show.")] = 20,
    skip: Annotated[int, typer.Option(metavar="N", min=0, help="Hits to pass over first.")] = 0,
    page_token: Annotated[str, typer.Option(metavar="TOKEN", help="Go on behind an earlier page.")] = "",
    facet: Annotated[
        list[FacetName] | None,
        typer.Option(
            metavar="FIELD",
            help="Count files by tags, tags-ai, tags-user, tags-rejected, directory or content-type; repeat.",
        ),
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Only say how many files match.")] = False,
    as_json: Json = False,
) -> None:
    """Find files. All conditions hold together; a text or an image orders by similarity.

    \b
    Examples:
      bowerbird search photos "a bird"
      bowerbird search photos --image my-bird.jpg --top-k 5
      bowerbird search photos "a bird" --none cartoon --dir animals --after 2026-01-01
      bowerbird search photos --all bird --count
      bowerbird search photos --facet tags --facet directory
    """
    query = build_query(
        text, image, any_tag, all_tags, no_tag, file_name, directory, content_type, after, before, top_k, threshold
    )

    async def show_count(client: Client) -> None:
        total = await client.search.count(dataset, query, version)
        if as_json:
            print_json({"total": total})
        else:
            say(f"{total}")

    async def show_facets(client: Client) -> None:
        fields = [Facet.Field.Value(f"FIELD_{each.name}") for each in facet or []]
        answer = await client.search.facets(dataset, query, fields, version)
        if as_json:
            print_json(document(answer))
        else:
            print_facets(answer)

    async def show_hits(client: Client) -> None:
        answer = await client.search.page(
            dataset, query, version, page_size=page_size, page_token=page_token, skip=skip
        )
        if as_json:
            print_json(document(answer))
        else:
            print_hits(answer)

    run(context, show_count if count else show_facets if facet else show_hits, as_json=as_json)


def print_facets(answer: CountFacetsResponse) -> None:
    for each in answer.facets:
        heading = enum_name(Facet.Field.DESCRIPTOR, each.field).replace("_", " ")
        rows = ((value.value, value.count) for value in each.counts)
        print_table([heading, "FILES"], rows, empty=f"{heading}: no values")
    say(f"{answer.total:,} files match.")


def print_hits(answer: SearchResponse) -> None:
    scored = any(hit.HasField("score") for hit in answer.hits)
    print_table(
        [*(["SCORE"] if scored else []), "FILE", "TAGS"],
        (hit_row(hit, scored=scored) for hit in answer.hits),
        empty="No file matches.",
    )
    if answer.hits:
        say(f"{len(answer.hits):,} of {answer.total:,} that match.")
    if answer.moved:
        tell("The dataset has changed since the page before; this page goes on behind its last hit.")
    if answer.next_page_token:
        tell(f"More: the same command with --page-token {answer.next_page_token}")


def hit_row(hit: Hit, *, scored: bool) -> list[object]:
    return [*([hit.score] if scored else []), hit.file.path, ", ".join(tags_that_hold(hit.file.tags))]


def tags_that_hold(tags: FileTags) -> list[str]:
    """ai + user - rejected, each once."""
    rejected = set(tags.rejected)
    return [tag for tag in dict.fromkeys([*tags.ai, *tags.user]) if tag not in rejected]
