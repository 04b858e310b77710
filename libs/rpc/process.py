"""What every process of the suite does alike: read its settings, run, and say why it does not start."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Protocol, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from libs.rpc.errors import BowerbirdError
from libs.rpc.logs import LogFormat, configure_logs


class ProcessSettings(Protocol):
    """Settings of any process."""

    @property
    def log_format(self) -> LogFormat:
        """How its log lines look."""
        ...


Settings = TypeVar("Settings", bound=ProcessSettings)


def run_process(
    name: str, settings_type: Callable[[], Settings], run: Callable[[Settings], Coroutine[None, None, None]]
) -> int:
    """Run to the end and return the exit status: 2 for settings that are wrong, 1 where the suite says no.

    Settings are never shown, for they hold secrets: only their names and what is wrong with them.
    """
    try:
        settings = settings_type()
    except ValidationError as error:
        prefix = variable_prefix(settings_type)
        for problem in error.errors(include_input=False):
            variable = f"{prefix}{'.'.join(map(str, problem['loc']))}".upper()
            sys.stderr.write(f"{variable}: {problem['msg']}\n")
        return 2
    except SettingsError as error:  # a value that is to be JSON and is not; the message names the field alone
        sys.stderr.write(f"{name} does not start: {error}\n")
        return 2
    configure_logs(name, settings.log_format)
    try:
        asyncio.run(run(settings))
    except BowerbirdError as error:
        sys.stderr.write(f"{name} ends: {error}\n")
        return 1
    return 0


def variable_prefix(settings_type: object) -> str:
    """What the environment variables of a settings class begin with."""
    if isinstance(settings_type, type) and issubclass(settings_type, BaseSettings):
        return settings_type.model_config.get("env_prefix", "")
    return ""
