"""`bowerbird token`: who may do what."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import typer

from bowerbird.catalog.v1.identity_pb2 import Token
from bowerbird.cli.document import document, enum_name
from bowerbird.cli.names import Yes, confirm
from bowerbird.cli.output import Json, print_json, print_table, say, tell
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.names import short
from bowerbird.type.v1.role_pb2 import Role

app = typer.Typer(no_args_is_help=True, help="Tokens of the workspace. Only admins may make and end them.")

UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str) -> timedelta:
    """Raises typer.BadParameter."""
    match = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is not a duration; expected one like 12h, 30d or 4w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


@app.command()
def create(
    context: typer.Context,
    display_name: Annotated[str, typer.Argument(metavar="NAME", help="What the token is for.")],
    role: Annotated[Literal["viewer", "editor", "admin"], typer.Option(help="What it may do.")] = "viewer",
    expires_in: Annotated[
        timedelta | None,
        typer.Option(metavar="DURATION", parser=parse_duration, help="12h, 30d, 4w; never if not given."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a token and print its secret, which is never shown again.

    \b
    Examples:
      bowerbird token create "training jobs" --role viewer --expires-in 30d
      export BOWERBIRD_TOKEN=$(bowerbird token create me --role editor --json | jq -r .secret)
    """

    async def work(client: Client) -> None:
        expire_time = datetime.now(UTC) + expires_in if expires_in else None
        answer = await client.tokens.create(display_name, Role.Value(f"ROLE_{role.upper()}"), expire_time=expire_time)
        if as_json:
            print_json(document(answer))
            return
        say(answer.secret)
        tell("This is the only time that the token is shown. Use it: export BOWERBIRD_TOKEN=...")

    run(context, work, as_json=as_json)


@app.command("list")
def list_tokens(context: typer.Context, as_json: Json = False) -> None:
    """List the tokens, without their secrets."""

    async def work(client: Client) -> None:
        tokens = [token async for token in client.tokens.list()]
        if as_json:
            print_json({"tokens": [document(token) for token in tokens]})
            return
        rows = (
            (short(token.name), token.display_name, role_text(token), token.expire_time, token.create_time)
            for token in tokens
        )
        print_table(["TOKEN", "FOR", "ROLE", "EXPIRES", "CREATED"], rows, empty="There are no tokens.")

    run(context, work, as_json=as_json)


@app.command()
def delete(
    context: typer.Context,
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Id of the token, as `token list` shows it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End a token."""
    confirm(f"End the token {token}?", yes=yes)

    async def work(client: Client) -> None:
        await client.tokens.delete(token)
        if as_json:
            print_json({"deleted": client.names.token(token)})
        else:
            say(f"Ended {token}. Some services may accept it for 30 seconds more.")

    run(context, work, as_json=as_json)


def role_text(token: Token) -> str:
    return enum_name(Role.DESCRIPTOR, token.role).lower()
