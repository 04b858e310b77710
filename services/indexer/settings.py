"""The settings of the indexer, from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.work.settings import WorkerSettings


class IndexerSettings(WorkerSettings):
    """Each field is the variable `BOWERBIRD_INDEXER_` and its name in capitals; tuples are JSON."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_INDEXER_", frozen=True, hide_input_in_errors=True)

    batch_size: int = Field(8, ge=1, description="images in one call of the model, where the model takes as many")
    decoders: int | None = Field(None, ge=1, description="processes that open images; not set: one a core")
    request_seconds: float = Field(60.0, gt=0, description="longest wait for a model's answer to one batch")
    overall_seconds: float = Field(
        300.0, gt=0, description="longest time for one batch with all retries and the waits that a rate limit asks for"
    )
    attempts: int = Field(6, ge=1, description="calls for one batch, where the endpoint fails in a way that may pass")
    backoff_seconds: float = Field(0.5, gt=0, description="wait before the second of them; it doubles each time")
    database_patience_seconds: float = Field(
        60.0, ge=0, description="how long a vector database may be away before the job fails; its vectors are paid for"
    )
