"""The `bowerbird` command."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli import connection, dataset, file, job, tag, tagdef, token
from bowerbird.cli.exits import TEXT
from bowerbird.cli.export import export
from bowerbird.cli.files import files
from bowerbird.cli.search import search
from bowerbird.cli.session import Options

app = typer.Typer(
    name="bowerbird",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=TEXT,
)
app.add_typer(dataset.app, name="dataset")
app.add_typer(connection.app, name="connection")
app.add_typer(tagdef.app, name="tagdef")
app.add_typer(tag.app, name="tag")
app.add_typer(job.app, name="job")
app.command()(search)
app.command()(export)
app.command()(files)
app.add_typer(file.app, name="file")
app.add_typer(token.app, name="token")


def print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("bowerbird"))
        raise typer.Exit


@app.callback()
def bowerbird(
    context: typer.Context,
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where Bowerbird is; BOWERBIRD_ADDRESS if not given.")
    ] = None,
    workspace: Annotated[str | None, typer.Option(help="Workspace; BOWERBIRD_WORKSPACE if not given.")] = None,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File with the token; BOWERBIRD_TOKEN if not given.")
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find the right few thousand of millions of images.

    \b
    Your own bucket, on the suite that runs here (`make run`):
      bowerbird dataset create photos s3://my-bucket/photos
      bowerbird job start --all photos
      bowerbird search photos "a bird"
      bowerbird export photos s3://my-bucket/exports --all bird
    """
    context.obj = Options(address, workspace, token_file)


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
