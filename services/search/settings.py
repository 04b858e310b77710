"""The settings of search, from the environment."""

import hmac
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.rpc.addresses import PUBLIC
from libs.rpc.logs import LogFormat


class SearchSettings(BaseSettings):
    """Each field is the variable `BOWERBIRD_SEARCH_` and its name in capitals; tuples are JSON."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_SEARCH_", frozen=True, hide_input_in_errors=True)

    listen_address: str = Field("127.0.0.1:7404", description="`host:port` to serve gRPC at; port 0 takes any free one")
    catalog_address: str = Field("127.0.0.1:7401", description="`host:port` of catalog")
    service_token: SecretStr = Field(description="the token by which catalog knows this service; replicas share it")
    memory_budget_bytes: int = Field(
        8 * 1024**3, ge=1, description="what the indexes of all versions may take before the least used are dropped"
    )
    max_versions: int = Field(256, ge=1, description="versions held at a time; each has a thread")
    data_directory: Path | None = Field(
        None,
        description="folder of this process alone in which it keeps what it would else load again; nothing without one",
    )
    disk_budget_bytes: int = Field(
        64 * 1024**3,
        ge=1,
        description="what snapshots of versions may take there; beyond it the least used go",
    )
    snapshot_seconds: float = Field(
        300, ge=0, description="after a snapshot of a version, how long until one that has changed is written again"
    )
    vector_budget_bytes: int = Field(
        8 * 1024**3,
        ge=0,
        description="what vector columns may take there, and of the memory that can be taken back; 0 for none",
    )
    image_processes: int = Field(1, ge=1, description="query images that are decoded at a time")
    allowed_addresses: tuple[str, ...] = Field(
        (PUBLIC,), description="where connections may lead: `public`, networks, host patterns"
    )
    log_format: LogFormat = "json"

    @property
    def page_token_key(self) -> bytes:
        """Signs page tokens; the same in all replicas, without a secret more to hand out."""
        return hmac.digest(self.service_token.get_secret_value().encode(), b"page tokens", "sha256")
