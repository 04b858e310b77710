"""The configs of connections: what is valid, and which part of each is the secret."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import SplitResult, urlsplit

from google.protobuf.json_format import MessageToDict, ParseDict
from grpc import StatusCode

from bowerbird.catalog.v1.connection_pb2 import (
    Connection,
    FolderConfig,
    ModelServiceConfig,
    PgvectorConfig,
    S3Config,
)
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import AddressUnreachable, FieldInvalid
from services.catalog.fields import checked_secret, checked_text

SECRETS = {"s3": "secret_access_key", "model_service": "api_key", "pgvector": "password"}
KINDS = ("s3", "folder", "model_service", "pgvector")
DEFAULT_PORTS = {"http": 80, "https": 443}


class HostUnknown(AddressUnreachable):
    """The address {address} does not exist, as far as this suite can see."""

    # The caller named it, and the suite is well: trying again alone does not help.
    status = StatusCode.FAILED_PRECONDITION


@dataclass(frozen=True)
class Config:
    """A config of one kind, as JSON without its secret; the secret is empty where none was given."""

    kind: str
    public: dict[str, Any]
    secret: str = field(repr=False)

    @classmethod
    def of(cls, connection: Connection) -> "Config":
        """The config of a message. Raises FieldInvalid without one."""
        kind = connection.WhichOneof("config")
        if kind is None:
            raise FieldInvalid(field="connection.config", value="", expected=f"one of {', '.join(KINDS)}")
        message = getattr(connection, kind)
        public = MessageToDict(message, preserving_proto_field_name=True)
        return cls(kind, public, public.pop(SECRETS.get(kind, ""), ""))

    def fill(self, connection: Connection) -> None:
        """Put the config, with its secret if there is one, into a message."""
        message = getattr(connection, self.kind)
        message.SetInParent()
        ParseDict(self.public, message, ignore_unknown_fields=True)
        if self.secret:
            setattr(message, SECRETS[self.kind], self.secret)


class ConfigChecks:
    """What the operator allows, held against what a user wants to connect to."""

    def __init__(self, addresses: AddressPolicy, folders: Sequence[Path]) -> None:
        self._addresses = addresses
        self._folders = [folder.resolve() for folder in folders]

    async def check(self, connection: Connection) -> None:
        """Raises FieldInvalid, AddressNotAllowed or HostUnknown."""
        match connection.WhichOneof("config"):
            case "s3":
                await self._check_s3(connection.s3)
            case "folder":
                await self._check_folder(connection.folder)
            case "model_service":
                await self._check_model_service(connection.model_service)
            case "pgvector":
                await self._check_pgvector(connection.pgvector)

    async def _check_s3(self, config: S3Config) -> None:
        checked_text("connection.s3.region", config.region, most=255)
        checked_text("connection.s3.access_key_id", config.access_key_id, most=255)
        checked_secret("connection.s3.secret_access_key", config.secret_access_key, most=1024)
        if config.addressing_style not in S3Config.AddressingStyle.values():
            raise FieldInvalid(
                field="connection.s3.addressing_style", value=config.addressing_style, expected="PATH or VIRTUAL"
            )
        if config.endpoint:
            url = checked_url("connection.s3.endpoint", config.endpoint)
            if url.path not in ("", "/"):
                raise FieldInvalid(
                    field="connection.s3.endpoint", value=config.endpoint, expected="http(s)://host[:port] alone"
                )
            await self._check_url(url)

    async def _check_folder(self, config: FolderConfig) -> None:
        root = checked_text("connection.folder.root", config.root, most=4096)
        path = PurePosixPath(root)
        if not path.is_absolute() or ".." in path.parts:
            raise FieldInvalid(field="connection.folder.root", value=root, expected="an absolute path without '..'")
        real = Path(await asyncio.to_thread(os.path.realpath, root))
        if not any(real.is_relative_to(folder) for folder in self._folders):
            allowed = ", ".join(map(str, self._folders)) or "none; its operator can allow some"
            raise FieldInvalid(
                field="connection.folder.root", value=root, expected=f"a folder that this suite allows ({allowed})"
            )

    async def _check_model_service(self, config: ModelServiceConfig) -> None:
        url = checked_url("connection.model_service.base_url", config.base_url)
        if config.protocol not in ModelServiceConfig.Protocol.values() or not config.protocol:
            known = [name for name, number in ModelServiceConfig.Protocol.items() if number]
            raise FieldInvalid(
                field="connection.model_service.protocol",
                value=config.protocol,
                expected=" or ".join(known),
            )
        checked_secret("connection.model_service.api_key", config.api_key, most=4096)
        models = [checked_text("connection.model_service.models.model", one.model, 255, 1) for one in config.models]
        if not models or len(set(models)) < len(models) or len(models) > 100:
            raise FieldInvalid(
                field="connection.model_service.models", value=", ".join(models), expected="1 to 100 different models"
            )
        for one in config.models:
            if not 0 <= one.dimension <= 65_535:
                raise FieldInvalid(
                    field="connection.model_service.models.dimension", value=one.dimension, expected="0 to 65,535"
                )
        await self._check_url(url)

    async def _check_pgvector(self, config: PgvectorConfig) -> None:
        for name in ("host", "database", "username"):
            checked_text(f"connection.pgvector.{name}", getattr(config, name), most=255, least=1)
        checked_secret("connection.pgvector.password", config.password, most=1024)
        if "/" in config.host or "," in config.host:
            raise FieldInvalid(
                field="connection.pgvector.host", value=config.host, expected="one host name or IP address"
            )
        if not 0 <= config.port <= 65_535:
            raise FieldInvalid(field="connection.pgvector.port", value=config.port, expected="0 to 65,535")
        await self._check_address(config.host, config.port or 5432)

    async def _check_url(self, url: SplitResult) -> None:
        await self._check_address(url.hostname or "", url.port or DEFAULT_PORTS[url.scheme])

    async def _check_address(self, host: str, port: int) -> None:
        try:
            await self._addresses.resolve(host, port)
        except AddressUnreachable as error:
            raise HostUnknown(address=f"{host}:{port}") from error


def checked_url(field_name: str, value: str) -> SplitResult:
    """An http(s) address. Raises FieldInvalid, without showing a password that stands in it."""
    checked_text(field_name, value, most=2048)
    try:
        url = urlsplit(value)
        valid = url.scheme in DEFAULT_PORTS and bool(url.hostname) and url.port != 0
    except ValueError:
        url, valid = urlsplit(""), False
    if "@" in url.netloc:
        raise FieldInvalid(
            field=field_name,
            value=f"{url.scheme}://...@{url.hostname}",
            expected="an address without user and password; there are fields for them",
        )
    if not valid or url.fragment:
        raise FieldInvalid(field=field_name, value=value, expected="http(s)://host[:port]/path")
    return url
