"""`bowerbird export`: what a search finds, as a file list in object storage."""

from typing import Annotated

import typer

from bowerbird.cli.exits import Exit
from bowerbird.cli.names import Detach, VersionOption
from bowerbird.cli.output import Json, tell
from bowerbird.cli.progress import conclude
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
    Threshold,
    TopK,
    build_query,
)
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST


def export(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Name of the dataset.")],
    destination: Annotated[
        str, typer.Argument(metavar="URI", help="Folder in the dataset's object storage, s3://bucket/prefix.")
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT", help='What the images should show, like "a bird".')] = "",
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
    attribute: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Write only this beside Uri, like Tags.all; repeat."),
    ] = None,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Write the files that match as JSONL in object storage, a manifest last. The selection is fixed at the start.

    \b
    Examples:
      bowerbird export photos s3://my-bucket/exports --all bird
      bowerbird export photos s3://my-bucket/exports "a bird" --top-k 100 --attribute FileName --attribute Tags.all
    """
    query = build_query(
        text, image, any_tag, all_tags, no_tag, file_name, directory, content_type, after, before, top_k, threshold
    )

    async def work(client: Client) -> Exit:
        selected = await client.search.select(dataset, query, version)
        if not as_json:
            tell(f"{selected.total:,} files match.")
        job = await client.jobs.export(selected.selection, destination, filtered_attributes=attribute or [])
        return await conclude(client, [job], detach=detach, as_json=as_json, key="job")

    run(context, work, as_json=as_json)
