"""The settings of the exporter, from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.work.settings import WorkerSettings


class ExporterSettings(WorkerSettings):
    """Each field is the variable `BOWERBIRD_EXPORTER_` and its name in capitals; tuples are JSON."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_EXPORTER_", frozen=True, hide_input_in_errors=True)

    rows_per_part: int = Field(
        50_000, ge=1, description="files in one JSONL object: what is written again where an export is interrupted"
    )
