"""`bowerbird dataset`: create, list, show, change, scan, delete."""

from typing import Annotated, Literal

import typer

from bowerbird.catalog.v1.dataset_pb2 import Dataset, Version
from bowerbird.cli import index
from bowerbird.cli.document import document, enum_name
from bowerbird.cli.exits import Exit
from bowerbird.cli.names import DatasetArgument, Detach, VersionOption, Yes, confirm
from bowerbird.cli.output import Json, print_fields, print_json, print_table, say, size_text
from bowerbird.cli.progress import conclude
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST, STORAGE_CONNECTION
from bowerbird.client.names import short

app = typer.Typer(no_args_is_help=True, help="Datasets: collections of files below a path of object storage.")
app.add_typer(index.app, name="index")


@app.command()
def create(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset_id: Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits, -, _ and .")],
    root_uri: Annotated[
        str, typer.Argument(metavar="URI", help="s3://bucket/prefix, oss://bucket.endpoint/prefix or file:///folder")
    ],
    storage: Annotated[
        str, typer.Option(metavar="CONNECTION", help="Connection to the object storage.")
    ] = STORAGE_CONNECTION,
    import_format: Annotated[
        Literal["folder", "file"], typer.Option("--format", help="Whether the uri names a folder or one object.")
    ] = "folder",
    display_name: Annotated[str, typer.Option(help="Name for people.", show_default=False)] = "",
    description: Annotated[str, typer.Option(help="What is in it.", show_default=False)] = "",
    mount_path: Annotated[
        str, typer.Option(metavar="PATH", help="Where training code finds the files; /mnt/data/ if not given.")
    ] = "",
    label: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="May be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Create a dataset of what lies below a path. Nothing is copied.

    \b
    Examples:
      bowerbird dataset create photos s3://my-bucket/photos
      bowerbird dataset create trip file:///data/trip --storage folder --label team=vision
    """
    labels = dict(key_value(text, "--label") for text in label or [])

    async def work(client: Client) -> None:
        dataset = await client.datasets.create(
            dataset_id,
            root_uri,
            storage_connection=storage,
            import_format=Dataset.ImportFormat.Value(f"IMPORT_FORMAT_{import_format.upper()}"),
            display_name=display_name,
            description=description,
            mount_path=mount_path,
            labels=labels,
        )
        if as_json:
            print_json({"dataset": document(dataset)})
            return
        say(f"Created {short(dataset.name)} over {dataset.root_uri}.")
        say(f"  next: bowerbird job start --all {short(dataset.name)}   (scans it, tags and indexes its images)")

    run(context, work, as_json=as_json)


@app.command("list")
def list_datasets(context: typer.Context, as_json: Json = False) -> None:
    """List the datasets."""

    async def work(client: Client) -> None:
        datasets = [dataset async for dataset in client.datasets.list()]
        if as_json:
            print_json({"datasets": [document(dataset) for dataset in datasets]})
            return
        print_table(
            ["NAME", "KIND", "ROOT", "LATEST", "FILES", "SIZE", "SCANNED"],
            (
                (
                    short(dataset.name),
                    enum_name(Dataset.Kind.DESCRIPTOR, dataset.kind).lower(),
                    dataset.root_uri,
                    short(dataset.latest_version),
                    dataset.file_count,
                    size_text(dataset.size_bytes),
                    dataset.scan_time if dataset.HasField("scan_time") else "never",
                )
                for dataset in datasets
            ),
            empty="There are no datasets. Create one: bowerbird dataset create NAME s3://bucket/prefix",
        )

    run(context, work, as_json=as_json)


@app.command()
def show(
    context: typer.Context, dataset: DatasetArgument, version: VersionOption = LATEST, as_json: Json = False
) -> None:
    """Show a dataset and one of its versions."""

    async def work(client: Client) -> None:
        found = await client.datasets.get(dataset)
        of_version = await client.datasets.version(dataset, version)
        if as_json:
            print_json({"dataset": document(found), "version": document(of_version)})
        else:
            print_fields([*dataset_fields(found), *version_fields(of_version)])

    run(context, work, as_json=as_json)


@app.command()
def versions(context: typer.Context, dataset: DatasetArgument, as_json: Json = False) -> None:
    """List the versions of a dataset, newest first."""

    async def work(client: Client) -> None:
        found = [version async for version in client.datasets.versions(dataset)]
        if as_json:
            print_json({"versions": [document(version) for version in found]})
            return
        print_table(
            ["VERSION", "STATE", "FILES", "SIZE", "SCANNED", "CREATED"],
            (
                (
                    short(version.name),
                    enum_name(Version.State.DESCRIPTOR, version.state).lower(),
                    version.file_count,
                    size_text(version.size_bytes),
                    version.scan_time if version.HasField("scan_time") else "never",
                    version.create_time,
                )
                for version in found
            ),
            empty="There are no versions.",
        )

    run(context, work, as_json=as_json)


@app.command()
def update(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    display_name: Annotated[str | None, typer.Option(help="Name for people.")] = None,
    description: Annotated[str | None, typer.Option(help="What is in it.")] = None,
    mount_path: Annotated[str | None, typer.Option(metavar="PATH", help="Where training code finds the files.")] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Set a label; the others stay. May be repeated.")
    ] = None,
    remove_label: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Remove a label. May be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change what a dataset says of itself. Refused where somebody else changed it meanwhile.

    \b
    Examples:
      bowerbird dataset update photos --description "All of 2024" --label team=vision
    """
    given = {"display_name": display_name, "description": description, "mount_path": mount_path}
    fields = [field for field, value in given.items() if value is not None]
    labels = dict(key_value(text, "--label") for text in label or [])
    if not (fields or labels or remove_label):
        raise typer.BadParameter(
            "nothing to change; give --display-name, --description, --mount-path, --label or --remove-label"
        )

    async def work(client: Client) -> None:
        changed = await client.datasets.get(dataset)
        for field in fields:
            setattr(changed, field, given[field])
        changed.labels.update(labels)
        for key in remove_label or ():
            changed.labels.pop(key, None)
        changes_labels = ["labels"] if labels or remove_label else []
        updated = await client.datasets.update(changed, [*fields, *changes_labels])
        if as_json:
            print_json({"dataset": document(updated)})
        else:
            print_fields(dataset_fields(updated))

    run(context, work, as_json=as_json)


@app.command()
def scan(
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Find the files below the dataset's path. Safe to run again: it finds what is new, changed or gone."""

    async def work(client: Client) -> Exit:
        job = await client.jobs.scan(dataset, version)
        return await conclude(client, [job], detach=detach, as_json=as_json, key="job")

    run(context, work, as_json=as_json)


@app.command()
def delete(context: typer.Context, dataset: DatasetArgument, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a dataset and what Bowerbird knows of it. Nothing is deleted in object storage."""
    confirm(f"Delete the dataset {dataset} with its versions, tags and jobs?", yes=yes)

    async def work(client: Client) -> None:
        await client.datasets.delete(dataset)
        if as_json:
            print_json({"deleted": client.names.dataset(dataset)})
        else:
            say(f"Deleted {dataset}.")

    run(context, work, as_json=as_json)


def key_value(text: str, option: str) -> tuple[str, str]:
    """Raises typer.BadParameter for what is not KEY=VALUE."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise typer.BadParameter(f"{text!r} is not KEY=VALUE", param_hint=option)
    return key, value


def dataset_fields(dataset: Dataset) -> list[tuple[str, object]]:
    return [
        ("Dataset", short(dataset.name)),
        ("Name", dataset.display_name),
        ("Kind", enum_name(Dataset.Kind.DESCRIPTOR, dataset.kind).lower()),
        ("Root", dataset.root_uri),
        ("Storage", short(dataset.storage_connection)),
        ("Mount path", dataset.mount_path),
        ("Description", dataset.description),
        ("Labels", ", ".join(f"{key}={value}" for key, value in sorted(dataset.labels.items()))),
        ("Created", dataset.create_time),
    ]


def version_fields(version: Version) -> list[tuple[str, object]]:
    return [
        ("Version", short(version.name)),
        ("State", enum_name(Version.State.DESCRIPTOR, version.state).lower()),
        ("Files", version.file_count),
        ("Size", size_text(version.size_bytes)),
        ("Scanned", version.scan_time if version.HasField("scan_time") else "never"),
        ("Index set", short(version.index_set) or "none"),
        ("Revision", version.revision),
    ]
