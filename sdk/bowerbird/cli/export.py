"""`bowerbird export`: what a search finds, as a file list in object storage."""

from typing import Annotated

import typer

from bowerbird.cli.exits import Exit
from bowerbird.cli.names import Detach, VersionOption
from bowerbird.cli.output import Json, tell
from bowerbird.cli.progress import conclude
from bowerbird.cli.query import QueryOptions, with_query_options
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST


@with_query_options
def export(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Name of the dataset.")],
    destination: Annotated[
        str, typer.Argument(metavar="URI", help="Folder in the dataset's object storage, s3://bucket/prefix.")
    ],
    options: QueryOptions,
    version: VersionOption = LATEST,
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
    query = options.query()

    async def work(client: Client) -> Exit:
        selected = await client.search.select(dataset, query, version)
        if not as_json:
            tell(f"{selected.total:,} files match.")
        job = await client.jobs.export(selected.selection, destination, filtered_attributes=attribute or [])
        return await conclude(client, [job], detach=detach, as_json=as_json, key="job")

    run(context, work, as_json=as_json)
