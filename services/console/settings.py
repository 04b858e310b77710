"""The settings of the console, from the environment."""

import base64
import binascii
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.rpc.addresses import PUBLIC
from libs.rpc.logs import LogFormat

KEY_BYTES = 32


def _is_key(value: SecretStr) -> SecretStr:
    try:
        length = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error:
        length = 0
    if length != KEY_BYTES:
        raise ValueError(f"expected {KEY_BYTES} random bytes in base64")
    return value


class ConsoleSettings(BaseSettings):
    """Each field is the variable `BOWERBIRD_CONSOLE_` and its name in capitals; tuples are JSON."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_CONSOLE_", frozen=True, hide_input_in_errors=True)

    listen_address: str = Field(
        "127.0.0.1:7400",
        pattern=r"^[^:]+:\d+$",
        description="`host:port` to serve HTTP at; port 0 takes any free one",
    )
    allowed_hosts: tuple[str, ...] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        min_length=1,
        description="names under which people reach the console, without a port; a request to another one is refused",
    )
    catalog_address: str = Field("127.0.0.1:7401", description="`host:port` of catalog")
    search_address: str = Field("127.0.0.1:7404", description="`host:port` of search")
    service_token: SecretStr = Field(description="the token by which catalog knows this service; replicas share it")
    session_key: Annotated[SecretStr, AfterValidator(_is_key)] = Field(
        description="32 random bytes in base64, which encrypt the tokens in session cookies; replicas share them"
    )
    session_seconds: float = Field(
        30 * 24 * 3600.0, gt=0, description="how long a session lasts whose token has no end of its own before that"
    )
    behind_proxy: bool = Field(
        False,
        description="a proxy in front ends TLS and sets X-Forwarded-Proto and X-Forwarded-For, which are then believed",
    )
    allowed_addresses: tuple[str, ...] = Field(
        (PUBLIC,), description="where connections to object storage may lead: `public`, networks, host patterns"
    )
    thumbnail_directory: Path | None = Field(
        None, description="folder in which thumbnails are kept; without one each is made again when it is asked for"
    )
    thumbnail_budget_bytes: int = Field(
        4 * 1024**3, ge=16 * 1024**2, description="what thumbnails may take there before the least used go"
    )
    thumbnails_at_once: int = Field(
        8, ge=1, description="originals that are read and opened at a time; each may take 64 MB"
    )
    thumbnails_waiting: int = Field(
        1000, ge=1, description="thumbnails under way and waiting; who asks for more is told to try again later"
    )
    image_processes: int | None = Field(None, ge=1, description="processes that open images; not set: one a core")
    max_body_bytes: int = Field(
        16 * 1024 * 1024, ge=1024, description="largest body of a request: a query image of 10 MB in base64 fits"
    )
    timeout_seconds: float = Field(30.0, gt=0, description="how long a call may take that asks for no other time")
    max_timeout_seconds: float = Field(120.0, gt=0, description="the most that a call may ask for by X-Request-Timeout")
    heartbeat_seconds: float = Field(
        15.0, gt=0, description="a stream of events sends a comment when it had nothing to say for so long"
    )
    shutdown_seconds: float = Field(10.0, ge=0, description="how long calls under way may take at a stop")
    log_format: LogFormat = "json"

    @property
    def session_key_bytes(self) -> bytes:
        return base64.b64decode(self.session_key.get_secret_value())
