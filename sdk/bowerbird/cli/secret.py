"""Secrets of connections: from a prompt, a variable or standard input, never from the command line, never echoed."""

import os
import sys
from typing import Annotated

import typer

SecretEnv = Annotated[
    str | None, typer.Option("--secret-env", metavar="VARIABLE", help="Read the secret from this environment variable.")
]
SecretStdin = Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")]


def read_secret(what: str, *, variable: str | None, stdin: bool, optional: bool = False) -> str:
    """The secret; "" where it is optional and none is given. Raises typer.BadParameter."""
    if variable is not None and stdin:
        raise typer.BadParameter("expected one of --secret-env and --secret-stdin, not both")
    if variable is not None:
        value = os.environ.get(variable, "")
        if not value:
            raise typer.BadParameter(f"the variable {variable} is not set", param_hint="--secret-env")
        return value
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if sys.stdin.isatty():
        ending = " (empty for none)" if optional else ""
        return str(
            typer.prompt(
                f"{what}{ending}", default="" if optional else None, hide_input=True, show_default=False, err=True
            )
        )
    if optional:
        return ""
    raise typer.BadParameter(f"the {what.lower()} is missing; give it by --secret-env VARIABLE or --secret-stdin")
