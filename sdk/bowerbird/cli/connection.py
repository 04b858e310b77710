"""`bowerbird connection`: list, show, test, update, delete; creating and looking around have files of their own."""

from typing import Annotated, cast

import typer
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.cli import connection_create, storage
from bowerbird.cli.dataset import key_value
from bowerbird.cli.document import SECRETS, document, enum_name
from bowerbird.cli.enum_words import number_of
from bowerbird.cli.exits import Exit
from bowerbird.cli.names import ConnectionArgument, Yes, confirm
from bowerbird.cli.output import Json, print_fields, print_json, print_table, say, shown
from bowerbird.cli.secret import SecretEnv, SecretStdin, read_secret
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.names import short
from bowerbird.type.v1.error_reason_pb2 import ErrorReason

app = typer.Typer(
    no_args_is_help=True,
    help="Connections to object storage, model services and vector databases. Secrets go in and never come out.",
)
app.add_typer(connection_create.app, name="create")
app.command("ls")(storage.list_folder)
app.command("count")(storage.count_objects)

Secret = Annotated[bool, typer.Option("--secret", help="Ask for a new secret.")]


@app.command("list")
def list_connections(context: typer.Context, as_json: Json = False) -> None:
    """List the connections."""

    async def work(client: Client) -> None:
        connections = [connection async for connection in client.connections.list()]
        if as_json:
            print_json({"connections": [document(connection) for connection in connections]})
            return
        print_table(
            ["NAME", "KIND", "LEADS TO", "SECRET"],
            (
                (
                    short(connection.name),
                    connection.WhichOneof("config") or "",
                    target(connection),
                    "set" if connection.secret_set else "none",
                )
                for connection in connections
            ),
            empty="There are no connections. Create one: bowerbird connection create --help",
        )

    run(context, work, as_json=as_json)


@app.command()
def show(context: typer.Context, connection: ConnectionArgument, as_json: Json = False) -> None:
    """Show a connection, without its secret."""

    async def work(client: Client) -> None:
        print_connection(await client.connections.get(connection), as_json=as_json)

    run(context, work, as_json=as_json)


@app.command("test")
def try_connection(
    context: typer.Context,
    connection: ConnectionArgument,
    uri: Annotated[
        str, typer.Option(metavar="URI", help="For object storage: the bucket or prefix to list.", show_default=False)
    ] = "",
    as_json: Json = False,
) -> None:
    """Try a connection: sign in, and ask a model service for a small answer. Exits 1 if it does not work.

    \b
    Examples:
      bowerbird connection test storage --uri s3://my-bucket/photos
      bowerbird connection test tagging
    """

    async def work(client: Client) -> Exit:
        answer = await client.connections.test(connection, uri)
        if as_json:
            print_json(document(answer))
        elif answer.works:
            say(f"{connection} works. {shown(answer.message)}".strip())
        else:
            reason = enum_name(ErrorReason.DESCRIPTOR, answer.reason)
            say(f"{connection} does not work: {shown(answer.message)} ({reason})")
        return Exit.OK if answer.works else Exit.FAILED

    run(context, work, as_json=as_json)


@app.command()
def update(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    connection: ConnectionArgument,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="A field as `show --json` names it; repeat."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL[=DIMENSION]", help="For model services: all models anew; repeat for more."),
    ] = None,
    display_name: Annotated[str | None, typer.Option(help="Name for people.")] = None,
    secret: Secret = False,
    secret_env: SecretEnv = None,
    secret_stdin: SecretStdin = False,
    as_json: Json = False,
) -> None:
    """Change a connection. Without a new secret it keeps the old one.

    \b
    Examples:
      bowerbird connection update storage --set endpoint=https://s3.example.org --set region=eu-central-1
      bowerbird connection update tagging --model qwen-vl-max --secret-env QWEN_KEY
    """
    settings = [key_value(text, "--set") for text in setting or []]
    models = [connection_create.parse_model(text) for text in model or []]
    new_secret = ""
    if secret or secret_env or secret_stdin:
        new_secret = read_secret("Secret", variable=secret_env, stdin=secret_stdin)

    async def work(client: Client) -> None:
        changed = await client.connections.get(connection)
        kind = changed.WhichOneof("config") or ""
        config: Message = getattr(changed, kind)
        fields = [
            *(["display_name"] if display_name is not None else []),
            *([kind] if settings or models or new_secret else []),
        ]
        if not fields:
            raise typer.BadParameter("nothing to change; give --set, --model, --display-name or a secret")
        for key, value in settings:
            set_field(config, key, value)
        if models:
            if kind != "model_service":
                raise typer.BadParameter(f"{connection} is no model service", param_hint="--model")
            del changed.model_service.models[:]
            changed.model_service.models.extend(models)
        if new_secret:
            set_secret(config, new_secret)
        if display_name is not None:
            changed.display_name = display_name
        print_connection(await client.connections.update(changed, fields), as_json=as_json)

    run(context, work, as_json=as_json)


@app.command()
def uses(context: typer.Context, connection: ConnectionArgument, as_json: Json = False) -> None:
    """List the datasets and index sets that need a connection. While there is any, it cannot be deleted."""

    async def work(client: Client) -> None:
        users = [user async for user in client.connections.uses(connection)]
        if as_json:
            print_json({"users": users})
            return
        print_table(["DATASET", "VERSION", "INDEX SET"], map(user_row, users), empty=f"Nothing uses {connection}.")

    run(context, work, as_json=as_json)


@app.command()
def delete(context: typer.Context, connection: ConnectionArgument, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a connection. Refused while a dataset or an index set needs it; `uses` lists them."""
    confirm(f"Delete the connection {connection}?", yes=yes)

    async def work(client: Client) -> None:
        await client.connections.delete(connection)
        if as_json:
            print_json({"deleted": client.names.connection(connection)})
        else:
            say(f"Deleted {connection}.")

    run(context, work, as_json=as_json)


def print_connection(connection: Connection, *, as_json: bool) -> None:
    if as_json:
        print_json({"connection": document(connection)})
        return
    kind = connection.WhichOneof("config") or ""
    config = document(getattr(connection, kind)) if kind else {}
    models = config.pop("models", [])
    print_fields(
        [
            ("Connection", short(connection.name)),
            ("Name", connection.display_name),
            ("Kind", kind),
            *((key.replace("_", " ").capitalize(), value) for key, value in config.items()),
            ("Models", ", ".join(each["model"] for each in models)),
            ("Secret", "set" if connection.secret_set else "none"),
            ("Created", connection.create_time),
        ]
    )


def user_row(user: str) -> tuple[str, str, str]:
    """The ids in the name of a dataset, which has no more than one, or of an index set."""
    _, dataset, version, index_set = [*user.split("/")[1::2], "", ""][:4]
    return dataset, version, index_set


def target(connection: Connection) -> str:
    """Where it leads, in one line."""
    match connection.WhichOneof("config"):
        case "s3":
            return connection.s3.endpoint or f"AWS {connection.s3.region}".strip()
        case "folder":
            return connection.folder.root
        case "model_service":
            return connection.model_service.base_url
        case "pgvector":
            return f"{connection.pgvector.host}:{connection.pgvector.port}/{connection.pgvector.database}"
        case _:
            return ""


def set_field(config: Message, key: str, value: str) -> None:
    """Set a field from text. Raises typer.BadParameter for one that there is not, or a value that it cannot have."""
    fields = cast("list[FieldDescriptor]", config.DESCRIPTOR.fields)
    settable = {field.name: field for field in fields if field.name not in SECRETS and not field.is_repeated}
    if key not in settable:
        raise typer.BadParameter(
            f"there is no field {key!r}; expected one of {', '.join(settable)}", param_hint="--set"
        )
    setattr(config, key, field_value(settable[key], value))


def field_value(field: FieldDescriptor, text: str) -> str | int:
    if field.enum_type is not None:
        return number_of(field.enum_type, text, f"--set {field.name}")
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return text
    if not text.isdigit():
        raise typer.BadParameter(f"{field.name} is {text!r}; expected a number", param_hint="--set")
    return int(text)


def set_secret(config: Message, secret: str) -> None:
    """Raises typer.BadParameter for a kind of connection that has none."""
    names = [field.name for field in config.DESCRIPTOR.fields if field.name in SECRETS]
    if not names:
        raise typer.BadParameter("this kind of connection has no secret", param_hint="--secret")
    setattr(config, names[0], secret)
