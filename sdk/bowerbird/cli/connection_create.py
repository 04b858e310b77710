"""`bowerbird connection create`: a command for each kind of connection."""

from typing import Annotated, Literal

import typer

from bowerbird.catalog.v1.connection_pb2 import (
    Connection,
    FolderConfig,
    Model,
    ModelServiceConfig,
    PgvectorConfig,
    S3Config,
)
from bowerbird.cli.document import document
from bowerbird.cli.output import Json, print_json, say
from bowerbird.cli.secret import SecretEnv, SecretStdin, read_secret
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.names import short

app = typer.Typer(no_args_is_help=True, help="Create a connection; the secret is asked for, or read by option.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits, -, _ and .")]
DisplayName = Annotated[str, typer.Option(help="Name for people.", show_default=False)]


@app.command()
def s3(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    name: Name,
    access_key_id: Annotated[str, typer.Option(help="Id of the access key.", show_default=False)],
    endpoint: Annotated[
        str, typer.Option(metavar="URL", help="https://host[:port]; that of AWS if not given.", show_default=False)
    ] = "",
    region: Annotated[str, typer.Option(help="us-east-1 if not given.", show_default=False)] = "",
    addressing: Annotated[
        Literal["auto", "path", "virtual"], typer.Option(help="https://host/bucket, or https://bucket.host.")
    ] = "auto",
    display_name: DisplayName = "",
    secret_env: SecretEnv = None,
    secret_stdin: SecretStdin = False,
    as_json: Json = False,
) -> None:
    """S3-compatible object storage: AWS, OSS, MinIO, SeaweedFS and others.

    \b
    Examples:
      bowerbird connection create s3 aws --region eu-central-1 --access-key-id AKIA... --secret-env AWS_SECRET
      bowerbird connection create s3 minio --endpoint https://minio.example.org:9000 --access-key-id me
    """
    style = "UNSPECIFIED" if addressing == "auto" else addressing.upper()
    config = S3Config(
        endpoint=endpoint,
        region=region,
        access_key_id=access_key_id,
        secret_access_key=read_secret("Secret access key", variable=secret_env, stdin=secret_stdin),
        addressing_style=S3Config.AddressingStyle.Value(f"ADDRESSING_STYLE_{style}"),
    )
    create(context, name, Connection(s3=config, display_name=display_name), as_json=as_json)


@app.command()
def folder(
    context: typer.Context,
    name: Name,
    root: Annotated[str, typer.Argument(metavar="PATH", help="Absolute path, on the machine that the suite runs on.")],
    display_name: DisplayName = "",
    as_json: Json = False,
) -> None:
    """A folder of the machine that the suite runs on; its operator must allow it.

    \b
    Example:
      bowerbird connection create folder pictures /data/pictures
    """
    create(context, name, Connection(folder=FolderConfig(root=root), display_name=display_name), as_json=as_json)


@app.command()
def model(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    name: Name,
    base_url: Annotated[
        str, typer.Argument(metavar="URL", help="Base of /chat/completions, or the address of the embedding call.")
    ],
    protocol: Annotated[
        Literal["openai-chat", "dashscope-embedding", "eas-embedding"],
        typer.Option(help="What the service speaks: the first for tagging, the others for indexing and search."),
    ],
    models: Annotated[
        list[str],
        typer.Option("--model", metavar="MODEL[=DIMENSION]", help="Model that may be used; the first is the default."),
    ],
    display_name: DisplayName = "",
    secret_env: SecretEnv = None,
    secret_stdin: SecretStdin = False,
    as_json: Json = False,
) -> None:
    """A model service. The key is optional: some services need none.

    \b
    Examples:
      bowerbird connection create model qwen https://dashscope.aliyuncs.com/compatible-mode/v1 \\
        --protocol openai-chat --model qwen-vl-max --secret-env DASHSCOPE_API_KEY
      bowerbird connection create model vllm http://10.0.0.5:8000/v1 --protocol openai-chat --model my-model
    """
    config = ModelServiceConfig(
        base_url=base_url,
        protocol=ModelServiceConfig.Protocol.Value(f"PROTOCOL_{protocol.upper().replace('-', '_')}"),
        models=[parse_model(text) for text in models],
        api_key=read_secret("API key", variable=secret_env, stdin=secret_stdin, optional=True),
    )
    create(context, name, Connection(model_service=config, display_name=display_name), as_json=as_json)


@app.command()
def pgvector(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    name: Name,
    host: Annotated[str, typer.Option(help="Host name or address.", show_default=False)],
    database: Annotated[str, typer.Option(help="Database.", show_default=False)],
    username: Annotated[str, typer.Option(help="User.", show_default=False)],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 5432,
    display_name: DisplayName = "",
    secret_env: SecretEnv = None,
    secret_stdin: SecretStdin = False,
    as_json: Json = False,
) -> None:
    """PostgreSQL with pgvector 0.8 or newer, for index sets.

    \b
    Example:
      bowerbird connection create pgvector vectors --host db.example.org --database vectors --username bowerbird
    """
    config = PgvectorConfig(
        host=host,
        port=port,
        database=database,
        username=username,
        password=read_secret("Password", variable=secret_env, stdin=secret_stdin),
    )
    create(context, name, Connection(pgvector=config, display_name=display_name), as_json=as_json)


def create(context: typer.Context, name: str, connection: Connection, *, as_json: bool) -> None:
    async def work(client: Client) -> None:
        created = await client.connections.create(name, connection)
        if as_json:
            print_json({"connection": document(created)})
            return
        say(f"Created {short(created.name)}.")
        say(f"  next: bowerbird connection test {short(created.name)}")

    run(context, work, as_json=as_json)


def parse_model(text: str) -> Model:
    """`MODEL` or `MODEL=DIMENSION`; raises typer.BadParameter."""
    name, equals, dimension = text.rpartition("=") if "=" in text else (text, "", "0")
    if not name or not dimension.isdigit():
        raise typer.BadParameter(
            f"{text!r} is not MODEL or MODEL=DIMENSION{equals and ' with a number'}", param_hint="--model"
        )
    return Model(model=name, dimension=int(dimension))
