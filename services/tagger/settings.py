"""The settings of the tagger, from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.work.settings import WorkerSettings


class TaggerSettings(WorkerSettings):
    """Each field is the variable `BOWERBIRD_TAGGER_` and its name in capitals; tuples are JSON."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_TAGGER_", frozen=True, hide_input_in_errors=True)

    decoders: int | None = Field(None, ge=1, description="processes that open images; not set: one a core")
    request_seconds: float = Field(
        60.0, gt=0, description="longest wait for a model's answer; large models take tens of seconds under load"
    )
    overall_seconds: float = Field(
        300.0, gt=0, description="longest time for one image with all retries and the waits that a rate limit asks for"
    )
    attempts: int = Field(6, ge=1, description="calls for one image, where the endpoint fails in a way that may pass")
    backoff_seconds: float = Field(0.5, gt=0, description="wait before the second of them; it doubles each time")
