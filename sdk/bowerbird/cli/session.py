"""How a command runs: it finds Bowerbird, does its work with a client, and ends with an exit code and no trace."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from bowerbird.cli.exits import Exit
from bowerbird.cli.hints import next_commands
from bowerbird.cli.output import err, print_json_error, tell
from bowerbird.client import BowerbirdError, Client, NotConfigured, RequestFailed, find_settings


@dataclass(frozen=True)
class Options:
    """What stands before the command."""

    address: str | None = None
    workspace: str | None = None
    token_file: Path | None = None


Work = Callable[[Client], Awaitable[Exit | None]]


def run(context: typer.Context, work: Work, *, as_json: bool = False) -> None:
    """Do the work and exit with its code (none: OK). An error goes to standard error, as JSON if that was asked for."""
    options = context.find_object(Options) or Options()
    try:
        code = asyncio.run(_with_client(options, work))
    except BowerbirdError as error:
        report(error, as_json=as_json)
        code = Exit.FAILED
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    raise typer.Exit(code or Exit.OK)


def connected(options: Options) -> Client:
    """A client by these options, to be entered. Raises NotConfigured."""
    return Client(find_settings(address=options.address, workspace=options.workspace, token=_token(options.token_file)))


async def _with_client(options: Options, work: Work) -> Exit | None:
    async with connected(options) as client:
        return await work(client)


def _token(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotConfigured(f"The token file {path} cannot be read: {error}.") from None


def report(error: BowerbirdError, *, as_json: bool) -> None:
    """What was found, what was expected (both in the message), what to type next."""
    following = next_commands(error)
    if as_json:
        known = {"reason": error.reason, "metadata": error.metadata} if isinstance(error, RequestFailed) else {}
        print_json_error({"reason": "", "metadata": {}, **known, "message": str(error), "next": following})
        return
    err.print("[bold red]error:[/] ", end="")
    tell(str(error))
    for command in following:
        tell(f"  next: {command}")
