"""`bowerbird dataset index`: which model and database searches of a version use."""

from typing import Annotated, Literal

import typer

from bowerbird.catalog.v1.index_set_pb2 import IndexSet, Metric
from bowerbird.cli.document import document, enum_name
from bowerbird.cli.exits import Exit
from bowerbird.cli.names import DatasetArgument, Detach, VersionOption
from bowerbird.cli.output import Json, print_fields, print_json, say
from bowerbird.cli.progress import conclude
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import DATABASE_CONNECTION, EMBEDDING_CONNECTION, LATEST
from bowerbird.client.names import short

app = typer.Typer(no_args_is_help=True, help="The semantic index of a dataset.")


@app.command("set")
def set_index(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    connection: Annotated[
        str, typer.Option(metavar="CONNECTION", help="Connection to the model service that embeds.")
    ] = EMBEDDING_CONNECTION,
    model: Annotated[str, typer.Option(help="Model of that connection; its first if not given.")] = "",
    database: Annotated[
        str, typer.Option(metavar="CONNECTION", help="Connection to the vector database.")
    ] = DATABASE_CONNECTION,
    table: Annotated[str, typer.Option(help="Table of the database, made if it is missing.")] = "",
    metric: Annotated[Literal["cosine", "dot-product"], typer.Option(help="How vectors are compared.")] = "cosine",
    as_json: Json = False,
) -> None:
    """Say which model and database searches use. The vectors come with `refresh`.

    \b
    Examples:
      bowerbird dataset index set photos
      bowerbird dataset index set photos --connection qwen --model tongyi-embedding-vision-plus --table photos
    """

    async def work(client: Client) -> None:
        index_set = await client.index_sets.set(
            dataset,
            version,
            model_connection=connection,
            model=model,
            database_connection=database,
            table=table,
            metric=Metric.Value(f"METRIC_{metric.upper().replace('-', '_')}"),
        )
        if as_json:
            print_json({"index_set": document(index_set)})
            return
        print_fields(index_set_fields(index_set))
        say(f"  next: bowerbird dataset index refresh {dataset}")

    run(context, work, as_json=as_json)


@app.command()
def show(
    context: typer.Context, dataset: DatasetArgument, version: VersionOption = LATEST, as_json: Json = False
) -> None:
    """Show which index set searches of a version use, and how full it is."""

    async def work(client: Client) -> None:
        of_version = await client.datasets.version(dataset, version)
        current = of_version.index_set
        index_set = await client.index_sets.get(current) if current else None
        if as_json:
            print_json({"index_set": document(index_set) if index_set else None})
        elif index_set:
            print_fields(
                [*index_set_fields(index_set), ("Files", f"{index_set.file_count} of {of_version.file_count}")]
            )
        else:
            say(f"{dataset} has no index set. Make one: bowerbird dataset index set {dataset}")

    run(context, work, as_json=as_json)


@app.command()
def refresh(
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Embed the files that are new or changed since they were last indexed."""

    async def work(client: Client) -> Exit:
        job = await client.jobs.index(dataset, version)
        return await conclude(client, [job], detach=detach, as_json=as_json, key="job")

    run(context, work, as_json=as_json)


def index_set_fields(index_set: IndexSet) -> list[tuple[str, object]]:
    return [
        ("Index set", short(index_set.name)),
        ("Model", f"{index_set.model} ({short(index_set.model_connection)})"),
        ("Database", short(index_set.database_connection)),
        ("Table", index_set.table),
        ("Metric", enum_name(Metric.DESCRIPTOR, index_set.metric).lower().replace("_", "-")),
        ("Dimension", index_set.dimension or "not known before the first refresh"),
    ]
