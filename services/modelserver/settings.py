"""The settings of the model server, from the environment."""

from pydantic import DirectoryPath, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.rpc.logs import LogFormat


class ModelServerSettings(BaseSettings):
    """Each field is the variable `BOWERBIRD_MODELSERVER_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_MODELSERVER_", frozen=True, hide_input_in_errors=True)

    models_folder: DirectoryPath = Field(description="the models, as `python -m deploy.local.models` makes them")
    listen_address: str = Field(
        "127.0.0.1:7406",
        pattern=r"^[^:]+:\d+$",
        description="`host:port` to serve HTTP at; port 0 takes any free one. Without a key anyone there may use it",
    )
    api_key: SecretStr | None = Field(None, description="the key that callers must send; not set: none is asked for")
    max_requests: int = Field(64, ge=1, description="requests under way at a time; what comes on top is answered 429")
    max_request_bytes: int = Field(
        64 * 1024 * 1024, ge=1024, description="largest body of a request: some ten large images in base64"
    )
    compute_threads: int = Field(2, ge=1, description="model runs at a time; an image keeps a core busy for 25 ms")
    shutdown_seconds: float = Field(10.0, ge=0, description="how long requests under way may take at a stop")
    log_format: LogFormat = "json"
