"""`bowerbird job start`: scan, tag, index, or all three."""

from typing import Annotated, Literal

import typer

from bowerbird.catalog.v1.job_pb2 import JobMode
from bowerbird.cli.exits import Exit
from bowerbird.cli.names import DatasetArgument, Detach, VersionOption
from bowerbird.cli.output import Json
from bowerbird.cli.progress import conclude
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import (
    DATABASE_CONNECTION,
    EMBEDDING_CONNECTION,
    LATEST,
    TAG_DEFINITION,
    TAGGING_CONNECTION,
)

app = typer.Typer(
    no_args_is_help=True,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND] ...",
)

Mode = Annotated[
    Literal["incremental", "full"],
    typer.Option(help="Only what has no good result yet, or all files (an answer paid for is still not bought twice)."),
]
Concurrency = Annotated[
    int,
    typer.Option("--max-concurrency", metavar="N", min=1, max=1000, help="Calls in flight at the same time."),
]
TagDefinition = Annotated[str, typer.Option("--tag-definition", metavar="NAME", help="Which tags to give.")]


@app.callback()
def start(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: Annotated[
        str | None, typer.Option("--all", metavar="DATASET", help="Scan this dataset, tag and index its images.")
    ] = None,
    version: VersionOption = LATEST,
    tagging: Annotated[
        str, typer.Option(metavar="CONNECTION", help="Connection to the model service that tags.")
    ] = TAGGING_CONNECTION,
    tag_definition: TagDefinition = TAG_DEFINITION,
    embedding: Annotated[
        str | None,
        typer.Option(
            metavar="CONNECTION", help="Connection to the model that embeds; that of the index set if not given."
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="CONNECTION", help="Connection to the database; that of the index set if not given."),
    ] = None,
    max_concurrency: Concurrency = 8,
    mode: Mode = "incremental",
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Start jobs and watch them to their end. With --all: a scan, then tags and index side by side.

    \b
    Examples:
      bowerbird job start --all photos
      bowerbird job start tag photos --tag-definition driving --connection qwen --max-concurrency 32
      bowerbird job start index photos --mode full --detach
    """
    if dataset is None:
        if context.invoked_subcommand is None:
            raise typer.BadParameter("expected --all DATASET, or one of the commands scan, tag and index")
        refuse_misplaced(context)
        return
    if context.invoked_subcommand is not None:
        raise typer.BadParameter(f"expected --all or the command {context.invoked_subcommand}, not both")

    async def work(client: Client) -> Exit:
        # What is missing is told before anything has begun.
        await client.tag_definitions.get(tag_definition)
        await client.connections.get(tagging)
        await choose_index_set(client, dataset, version, connection=embedding, model=None, database=database)
        jobs = [
            await client.jobs.scan(dataset, version),
            await client.jobs.tag(
                dataset,
                version,
                model_connection=tagging,
                tag_definition=tag_definition,
                max_concurrency=max_concurrency,
                mode=job_mode(mode),
            ),
            await client.jobs.index(dataset, version, max_concurrency=max_concurrency, mode=job_mode(mode)),
        ]
        return await conclude(client, jobs, detach=detach, as_json=as_json)

    run(context, work, as_json=as_json)


@app.command()
def scan(
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Find the files below the dataset's path."""

    async def work(client: Client) -> Exit:
        return await conclude(client, [await client.jobs.scan(dataset, version)], detach=detach, as_json=as_json)

    run(context, work, as_json=as_json)


@app.command()
def tag(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    connection: Annotated[
        str, typer.Option(metavar="CONNECTION", help="Connection to the model service that tags.")
    ] = TAGGING_CONNECTION,
    model: Annotated[str, typer.Option(help="Model of that connection; its first if not given.")] = "",
    tag_definition: TagDefinition = TAG_DEFINITION,
    max_concurrency: Concurrency = 8,
    mode: Mode = "incremental",
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Have a model tag the images.

    \b
    Example:
      bowerbird job start tag photos --tag-definition driving --connection qwen --model qwen-vl-max
    """

    async def work(client: Client) -> Exit:
        job = await client.jobs.tag(
            dataset,
            version,
            model_connection=connection,
            model=model,
            tag_definition=tag_definition,
            max_concurrency=max_concurrency,
            mode=job_mode(mode),
        )
        return await conclude(client, [job], detach=detach, as_json=as_json)

    run(context, work, as_json=as_json)


@app.command()
def index(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    connection: Annotated[
        str | None, typer.Option(metavar="CONNECTION", help="Connection to the model service that embeds.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model of that connection; its first if not given.")] = None,
    database: Annotated[
        str | None, typer.Option(metavar="CONNECTION", help="Connection to the vector database.")
    ] = None,
    max_concurrency: Concurrency = 8,
    mode: Mode = "incremental",
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Have a model embed the images. With a connection or model, searches use this index from now on.

    \b
    Example:
      bowerbird job start index photos --connection qwen-embedding --database vectors
    """

    async def work(client: Client) -> Exit:
        await choose_index_set(client, dataset, version, connection=connection, model=model, database=database)
        job = await client.jobs.index(dataset, version, max_concurrency=max_concurrency, mode=job_mode(mode))
        return await conclude(client, [job], detach=detach, as_json=as_json)

    run(context, work, as_json=as_json)


async def choose_index_set(
    client: Client, dataset: str, version: str, *, connection: str | None, model: str | None, database: str | None
) -> None:
    """Keep the version's index set where nothing is named; else, or where there is none, set the one that is."""
    if connection or model or database or not (await client.datasets.version(dataset, version)).index_set:
        await client.index_sets.set(
            dataset,
            version,
            model_connection=connection or EMBEDDING_CONNECTION,
            model=model or "",
            database_connection=database or DATABASE_CONNECTION,
        )


def refuse_misplaced(context: typer.Context) -> None:
    """Options before the command would be read and then ignored. Raises typer.BadParameter."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.replace('_', '-')}"
            raise typer.BadParameter(f"{option} stands before {context.invoked_subcommand}; put it behind the dataset")


def job_mode(mode: str) -> JobMode.ValueType:
    return JobMode.Value(f"JOB_MODE_{mode.upper()}")
