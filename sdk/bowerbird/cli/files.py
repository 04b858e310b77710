"""`bowerbird files`: the files of a dataset, in the order in which scans found them."""

from typing import Annotated

import typer

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.cli.answers import tags_that_hold
from bowerbird.cli.document import document
from bowerbird.cli.names import DatasetArgument, VersionOption
from bowerbird.cli.output import Json, print_json, print_table, size_text, tell
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST


def files(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    deleted: Annotated[bool, typer.Option("--deleted", help="Also files that the last scan did not find.")] = False,
    page_size: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Files to show.")] = 20,
    page_token: Annotated[str, typer.Option(metavar="TOKEN", help="Go on behind an earlier page.")] = "",
    as_json: Json = False,
) -> None:
    """List files with their tags. To find some of many, use `bowerbird search`.

    \b
    Examples:
      bowerbird files photos
      bowerbird files photos --page-size 1000 --json
    """

    async def work(client: Client) -> None:
        page = await client.files.page(
            dataset, version, show_deleted=deleted, page_size=page_size, page_token=page_token
        )
        if as_json:
            print_json(document(page))
            return
        print_table(
            ["FILE", "SIZE", "PIXELS", "TAGS", "MODIFIED"],
            map(file_row, page.files),
            empty=f"There are no files. Scan the dataset: bowerbird dataset scan {dataset}",
        )
        if page.next_page_token:
            tell(f"More: the same command with --page-token {page.next_page_token}")

    run(context, work, as_json=as_json)


def file_row(file: File) -> list[object]:
    gone = " (gone)" if file.status == File.STATUS_DELETED else ""
    pixels = f"{file.width_px} x {file.height_px}" if file.width_px else ""
    tags = ", ".join(tags_that_hold(file.tags))
    return [file.path + gone, size_text(file.size_bytes), pixels, tags, file.modify_time]
