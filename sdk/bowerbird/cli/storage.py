"""`bowerbird connection ls` and `count`: looking around in object storage before a dataset is made of it."""

from contextlib import nullcontext
from typing import Annotated, Literal

import typer

from bowerbird.catalog.v1.connection_service_pb2 import CountObjectsResponse
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.cli.document import document
from bowerbird.cli.names import ConnectionArgument
from bowerbird.cli.output import Json, err, print_json, print_table, say, shown, size_text, tell
from bowerbird.cli.session import run
from bowerbird.client import Client


def list_folder(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    connection: ConnectionArgument,
    uri: Annotated[
        str, typer.Argument(metavar="URI", help="Where to look; if not given, the buckets.", show_default=False)
    ] = "",
    page_size: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Folders and objects to show.")] = 100,
    page_token: Annotated[str, typer.Option(metavar="TOKEN", help="Go on behind an earlier page.")] = "",
    as_json: Json = False,
) -> None:
    """List what lies directly below a bucket, a prefix or a folder.

    \b
    Examples:
      bowerbird connection ls storage
      bowerbird connection ls storage s3://my-bucket/photos
    """

    async def work(client: Client) -> None:
        page = await client.connections.folder(connection, uri, page_size=page_size, page_token=page_token)
        if as_json:
            print_json(document(page))
            return
        folders = [(f"{folder.name}/", "", "", "") for folder in page.folders]
        objects = [
            (each.name, size_text(each.size_bytes), each.content_type, each.modify_time) for each in page.objects
        ]
        nothing = "There is nothing on this page." if page.next_page_token else "There is nothing here."
        print_table(["NAME", "SIZE", "TYPE", "MODIFIED"], [*folders, *objects], empty=nothing)
        if page.next_page_token:
            tell(f"More: the same command with --page-token {page.next_page_token}")

    run(context, work, as_json=as_json)


def count_objects(
    context: typer.Context,
    connection: ConnectionArgument,
    uri: Annotated[str, typer.Argument(metavar="URI", help="The path that the dataset would have.")],
    import_format: Annotated[
        Literal["folder", "file"], typer.Option("--format", help="Whether the uri names a folder or one object.")
    ] = "folder",
    as_json: Json = False,
) -> None:
    """Count the files that a dataset of this path would have. Ctrl-C ends the counting.

    \b
    Examples:
      bowerbird connection count storage s3://my-bucket/photos
    """

    async def work(client: Client) -> None:
        number = Dataset.ImportFormat.Value(f"IMPORT_FORMAT_{import_format.upper()}")
        last = CountObjectsResponse()
        with err.status("") if err.is_terminal and not as_json else nullcontext() as status:
            async for last in client.connections.count(connection, uri, import_format=number):
                if status:
                    status.update(counted(last))
        if as_json:
            print_json(document(last))
            return
        say(counted(last))
        if last.sample_paths:
            say(f"  such as {', '.join(map(shown, last.sample_paths))}")

    run(context, work, as_json=as_json)


def counted(count: CountObjectsResponse) -> str:
    """What was found, in one line."""
    skipped = f", and {count.skipped_count:,} objects that are no images" if count.skipped_count else ""
    return f"{count.file_count:,} images with {size_text(count.size_bytes)}{skipped}"
