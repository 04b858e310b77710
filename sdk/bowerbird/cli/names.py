"""Arguments and options that many commands share."""

from typing import Annotated

import typer

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="Name of the dataset.", show_default=False)]
ConnectionArgument = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="Name of the connection.", show_default=False)
]
VersionOption = Annotated[str, typer.Option("--version", metavar="VERSION", help="Version of the dataset, like v2.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Return when the job is created; do not watch it.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ends the command where the answer is no."""
    if not yes:
        typer.confirm(question, abort=True, err=True)
