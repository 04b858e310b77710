"""What `make run` can be told, from the environment."""

from pathlib import Path

import platformdirs
from pydantic import DirectoryPath, Field, FilePath, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_folder() -> Path:
    return platformdirs.user_state_path("bowerbird")


class LocalSettings(BaseSettings):
    """The suite on one machine. The names are those of the Makefile's variables."""

    model_config = SettingsConfigDict(
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,  # make passes on every variable, those that were not given as empty ones
    )

    images: DirectoryPath | None = Field(
        None, validation_alias="IMAGES", description="folder of images for the walk; the sample photos if not given"
    )
    model_url: str | None = Field(
        None, validation_alias="MODEL_URL", description="base of an OpenAI-compatible service that tags; else embedded"
    )
    model_key: SecretStr | None = Field(
        None, validation_alias="MODEL_KEY", description="its key, and that of EMBED_URL"
    )
    model: str = Field("qwen-vl-max", validation_alias="MODEL", description="the tagging model's name at MODEL_URL")
    embed_url: str | None = Field(
        None,
        validation_alias="EMBED_URL",
        description="a multimodal embedding call of DashScope's shape; else embedded",
    )
    embed_model: str = Field(
        "tongyi-embedding-vision-plus",
        validation_alias="EMBED_MODEL",
        description="the embedding model's name at EMBED_URL",
    )
    tagdef: FilePath | None = Field(
        None, validation_alias="TAGDEF", description="file with a tag definition; else one that fits the sample photos"
    )
    once: bool = Field(
        False, validation_alias="ONCE", description="end after the walk, with status 0 if all of it went well"
    )
    folder: Path = Field(
        default_factory=_default_folder,
        validation_alias="BOWERBIRD_LOCAL_FOLDER",
        description="where the suite keeps its data, secrets, ports and logs",
    )

    @property
    def needs_embedded_models(self) -> bool:
        """Whether anything is left to the embedded models."""
        return self.model_url is None or self.embed_url is None
