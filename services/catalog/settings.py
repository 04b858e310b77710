"""The settings of catalog, from the environment."""

import base64
import binascii
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.rpc.addresses import PUBLIC
from libs.rpc.logs import LogFormat
from services.catalog.fields import ID

# Only a hash without salt is kept, so a token must be too long to guess.
Token = Annotated[SecretStr, Field(min_length=24)]


class CatalogSettings(BaseSettings):
    """Each field is the variable `BOWERBIRD_CATALOG_` and its name in capitals; tuples and dicts are JSON."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_CATALOG_", frozen=True, hide_input_in_errors=True)

    listen_address: str = Field("127.0.0.1:7401", description="`host:port` to serve gRPC at; port 0 takes any free one")
    database_url: SecretStr = Field(description="`postgresql://user:password@host:port/database`")
    database_connections: int = Field(
        16, ge=2, description="most connections to the database of one process, beside four that only read"
    )
    encryption_key: SecretStr = Field(
        description="32 random bytes in base64; secrets of connections are encrypted with it, so it may never be lost"
    )
    workspace: str = Field(
        "default", pattern=ID.pattern, description="id of the workspace that is made sure of at start"
    )
    admin_token: Token | None = Field(None, description="an admin token of that workspace, made sure of at start")
    service_tokens: dict[str, Token] = Field(
        {}, description="tokens of the other services by their names; these and no other services are let in"
    )
    allowed_addresses: tuple[str, ...] = Field(
        (PUBLIC,), description="where connections may lead: `public`, networks, host patterns"
    )
    allowed_folders: tuple[Path, ...] = Field((), description="folders of this machine that datasets may lie in")
    lease_seconds: float = Field(30, gt=0, description="how long a worker holds a chunk after its last word")
    log_format: LogFormat = "json"

    @field_validator("encryption_key")
    @classmethod
    def _is_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            size = len(base64.b64decode(value.get_secret_value(), validate=True))
        except binascii.Error as error:
            raise ValueError("not base64; make one with `openssl rand -base64 32`") from error
        if size != 32:
            raise ValueError(f"{size} bytes, expected 32; make one with `openssl rand -base64 32`")
        return value

    @property
    def encryption_key_bytes(self) -> bytes:
        """The 32 bytes."""
        return base64.b64decode(self.encryption_key.get_secret_value())
