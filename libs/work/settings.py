"""What every worker process is told."""

import os
import socket

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from libs.rpc.addresses import PUBLIC
from libs.rpc.logs import LogFormat


class WorkerSettings(BaseSettings):
    """Each field is a variable: the prefix of the service and the field's name in capitals; tuples are JSON."""

    catalog_address: str = Field("127.0.0.1:7401", description="`host:port` of catalog")
    service_token: SecretStr = Field(description="the token by which catalog knows this service")
    worker_name: str = Field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}",
        description="name of this process in the logs of jobs",
    )
    drain_seconds: float = Field(
        10.0, ge=0, description="how long calls in flight may take at a stop; what takes longer is done again by others"
    )
    allowed_addresses: tuple[str, ...] = Field(
        (PUBLIC,), description="where connections may lead: `public`, networks, host patterns"
    )
    log_format: LogFormat = "json"
