"""`bowerbird search`: the files that a text, images, tags, a query and the rest describe."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from google.protobuf.message import Message

from bowerbird.cli.answers import print_facets, print_hits
from bowerbird.cli.document import document
from bowerbird.cli.names import DatasetArgument, VersionOption
from bowerbird.cli.output import Json, print_json, print_json_line, say
from bowerbird.cli.query import QueryOptions, with_query_options
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST
from bowerbird.search.v1.search_pb2 import Facet

Answer = TypeVar("Answer", bound=Message)

FACETS = {
    "tags": Facet.FIELD_TAGS,
    "tags-ai": Facet.FIELD_TAGS_AI,
    "tags-user": Facet.FIELD_TAGS_USER,
    "tags-rejected": Facet.FIELD_TAGS_REJECTED,
    "directory": Facet.FIELD_DIRECTORY,
    "content-type": Facet.FIELD_CONTENT_TYPE,
}


@with_query_options
def search(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    options: QueryOptions,
    version: VersionOption = LATEST,
    page_size: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Hits to show.")] = 20,
    skip: Annotated[int, typer.Option(metavar="N", min=0, help="Hits to pass over first.")] = 0,
    page_token: Annotated[str, typer.Option(metavar="TOKEN", help="Go on behind an earlier page.")] = "",
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
            help=f"Count files by {', '.join(FACETS)}; repeat.",
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
      bowerbird search photos --facet tags --facet directory
    """
    query = options.query()
    if sum(map(bool, (paths, facet, count))) > 1:
        raise typer.BadParameter("expected one of --paths, --facet and --count")

    async def show_count(client: Client) -> None:
        total = await client.search.count(dataset, query, version)
        print_json({"total": total}) if as_json else say(f"{total}")

    async def show_facets(client: Client) -> None:
        answer = await client.search.facets(dataset, query, facet_fields(facet or []), version)
        show(answer, print_facets, as_json=as_json)

    async def show_paths(client: Client) -> None:
        async for hit in client.search.hits(dataset, query, version):
            print_json_line({"path": hit.file.path}) if as_json else say(hit.file.path)

    async def show_hits(client: Client) -> None:
        answer = await client.search.page(
            dataset,
            query,
            version,
            page_size=page_size,
            page_token=page_token,
            skip=skip,
            explain=explain,
        )
        show(answer, print_hits, as_json=as_json)

    shows = [(count, show_count), (facet, show_facets), (paths, show_paths)]
    run(context, next((show for wanted, show in shows if wanted), show_hits), as_json=as_json)


def show(answer: Answer, printed: Callable[[Answer], None], *, as_json: bool) -> None:
    """For people or for programs."""
    if as_json:
        print_json(document(answer))
    else:
        printed(answer)


def facet_fields(names: list[str]) -> list[Facet.Field.ValueType]:
    """Raises typer.BadParameter for what cannot be counted."""
    for name in names:
        if name not in FACETS:
            expected = ", ".join(FACETS)
            raise typer.BadParameter(f"{name!r} cannot be counted; expected {expected}", param_hint="--facet")
    return [FACETS[name] for name in names]
