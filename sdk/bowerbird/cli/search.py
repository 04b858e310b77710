"""`bowerbird search`: the files that a text, images, tags, a query and the rest describe."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from google.protobuf.message import Message

from bowerbird.cli.answers import print_facets, print_histograms, print_hits
from bowerbird.cli.document import document
from bowerbird.cli.names import DatasetArgument, VersionOption
from bowerbird.cli.output import Json, print_json, print_json_line, say
from bowerbird.cli.query import QueryOptions, with_query_options
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST
from bowerbird.search.v1.search_pb2 import Facet, Histogram, Sort

Answer = TypeVar("Answer", bound=Message)

FACETS = {
    "tags": Facet.FIELD_TAGS,
    "tags-ai": Facet.FIELD_TAGS_AI,
    "tags-user": Facet.FIELD_TAGS_USER,
    "tags-rejected": Facet.FIELD_TAGS_REJECTED,
    "directory": Facet.FIELD_DIRECTORY,
    "content-type": Facet.FIELD_CONTENT_TYPE,
    "file-type": Facet.FIELD_FILE_TYPE,
}
ATTRIBUTE = "meta."


class HistogramName(StrEnum):
    """What can be measured."""

    SIZE = "size"
    WIDTH = "width"
    HEIGHT = "height"
    MODIFY_TIME = "modify-time"
    CREATE_TIME = "create-time"
    TAG_TIME = "tag-time"
    SCORE = "score"


class SortName(StrEnum):
    """What hits can be sorted by."""

    FILE_NAME = "file-name"
    SIZE = "size"
    MODIFY_TIME = "modify-time"
    CREATE_TIME = "create-time"
    TAG_TIME = "tag-time"


@with_query_options
def search(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    options: QueryOptions,
    version: VersionOption = LATEST,
    page_size: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Hits to show.")] = 20,
    skip: Annotated[int, typer.Option(metavar="N", min=0, help="Hits to pass over first.")] = 0,
    page_token: Annotated[str, typer.Option(metavar="TOKEN", help="Go on behind an earlier page.")] = "",
    sort: Annotated[
        SortName | None,
        typer.Option(metavar="FIELD", help=f"Sort by {', '.join(SortName)}; highest first."),
    ] = None,
    ascending: Annotated[bool, typer.Option("--ascending", help="With --sort: lowest first.")] = False,
    group: Annotated[
        float | None,
        typer.Option(
            "--group-duplicates",
            metavar="COSINE",
            min=0.5,
            max=1.0,
            help="Show near-duplicates as one: files whose vectors have this cosine, like 0.95.",
        ),
    ] = None,
    paths: Annotated[bool, typer.Option("--paths", help="Print the path of every hit and nothing else.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say how the answer was found, and how long each step took.")
    ] = False,
    facet: Annotated[
        list[str] | None,
        typer.Option(
            "--facet",
            "--facets",
            metavar="FIELD",
            help=f"Count files by {', '.join(FACETS)} or meta.KEY; repeat.",
        ),
    ] = None,
    histogram: Annotated[
        list[HistogramName] | None,
        typer.Option(
            metavar="FIELD",
            help=f"Count files by ranges of {', '.join(HistogramName)}; repeat. With score: a threshold is suggested.",
        ),
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Only say how many files match.")] = False,
    as_json: Json = False,
) -> None:
    """Find files. All conditions hold together; a text or an image orders by similarity.

    \b
    Examples:
      bowerbird search photos "a bird"
      bowerbird search photos --image my-bird.jpg --unlike "a drawing" --top-k 5
      bowerbird search photos "a bird" --none cartoon --dir animals --after 2026-01-01
      bowerbird search photos --query 'Tags.all = "bird" AND NOT FileDir:"night" AND width >= 640'
      bowerbird search photos --all bird --count
      bowerbird search photos --facet tags --facet meta.camera
      bowerbird search photos "a bird" --histogram score
    """
    query = options.query()
    order = order_of(sort, ascending=ascending)
    if sum(map(bool, (paths, facet, histogram, count))) > 1:
        raise typer.BadParameter("expected one of --paths, --facet, --histogram and --count")

    async def show_count(client: Client) -> None:
        total = await client.search.count(dataset, query, version)
        print_json({"total": total}) if as_json else say(f"{total}")

    async def show_facets(client: Client) -> None:
        fields, attributes = facet_fields(facet or [])
        answer = await client.search.facets(dataset, query, fields, version, attributes=attributes)
        show(answer, print_facets, as_json=as_json)

    async def show_histograms(client: Client) -> None:
        fields = [Histogram.Field.Value(f"FIELD_{each.name}") for each in histogram or []]
        answer = await client.search.histograms(dataset, query, fields, version)
        show(answer, print_histograms, as_json=as_json)

    async def show_paths(client: Client) -> None:
        async for hit in client.search.hits(dataset, query, version, sort=order):
            print_json_line({"path": hit.file.path}) if as_json else say(hit.file.path)

    async def show_hits(client: Client) -> None:
        answer = await client.search.page(
            dataset,
            query,
            version,
            page_size=page_size,
            page_token=page_token,
            skip=skip,
            sort=order,
            near_duplicate_similarity=group,
            explain=explain,
        )
        show(answer, print_hits, as_json=as_json)

    shows = [(count, show_count), (facet, show_facets), (histogram, show_histograms), (paths, show_paths)]
    run(context, next((show for wanted, show in shows if wanted), show_hits), as_json=as_json)


def show(answer: Answer, printed: Callable[[Answer], None], *, as_json: bool) -> None:
    """For people or for programs."""
    if as_json:
        print_json(document(answer))
    else:
        printed(answer)


def order_of(sort: SortName | None, *, ascending: bool) -> Sort | None:
    """None for the default. Raises typer.BadParameter."""
    if sort is not None:
        return Sort(field=Sort.Field.Value(f"FIELD_{sort.name}"), ascending=ascending)
    if ascending:
        raise typer.BadParameter("expected --sort with it", param_hint="--ascending")
    return None


def facet_fields(names: list[str]) -> tuple[list[Facet.Field.ValueType], list[str]]:
    """The fields and the attributes. Raises typer.BadParameter for what is neither."""
    fields, attributes = [], []
    for name in names:
        if name in FACETS:
            fields.append(FACETS[name])
        elif name.startswith(ATTRIBUTE) and name != ATTRIBUTE:
            attributes.append(name.removeprefix(ATTRIBUTE))
        else:
            expected = f"{', '.join(FACETS)} or meta.KEY"
            raise typer.BadParameter(f"{name!r} cannot be counted; expected {expected}", param_hint="--facet")
    return fields, attributes
