"""Which Bowerbird to talk to: by argument, else by the environment, else the one that runs on this machine."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import platformdirs

from bowerbird.client.errors import NotConfigured

ADDRESS = "BOWERBIRD_ADDRESS"
SEARCH_ADDRESS = "BOWERBIRD_SEARCH_ADDRESS"
TOKEN = "BOWERBIRD_TOKEN"  # noqa: S105 (the variable's name)
WORKSPACE = "BOWERBIRD_WORKSPACE"
DEFAULT_WORKSPACE = "default"


@dataclass(frozen=True)
class ClientSettings:
    """How to reach Bowerbird. An address is `host:port`, or `https://host:port` for TLS."""

    catalog: str
    search: str
    token: str = field(repr=False)
    workspace: str = DEFAULT_WORKSPACE
    deadline_seconds: float = 30.0
    """Of a single call; streams have none."""


@dataclass(frozen=True)
class LocalState:
    """What the suite on this machine tells its user's clients, as JSON in `state_file()`, readable by that user alone:

    {"catalog": "127.0.0.1:7401", "search": "127.0.0.1:7405", "token": "...", "workspace": "default"}
    """

    catalog: str
    search: str
    token: str = field(repr=False)
    workspace: str

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """None where there is no file; raises NotConfigured for one of another form."""
        try:
            values = json.loads(path.read_text("utf-8"))
            return cls(*(str(values[name]) for name in ("catalog", "search", "token", "workspace")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            problem = f"{path} is not a state file of Bowerbird ({type(error).__name__}: {error})"
            raise NotConfigured(f"{problem}. Start the suite again, which writes it anew.") from None


def state_file() -> Path:
    """Written by the suite when it runs on this machine."""
    return platformdirs.user_state_path("bowerbird") / "local.json"


def find_settings(
    *,
    address: str | None = None,
    token: str | None = None,
    workspace: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> ClientSettings:
    """What is given, else what the environment has, else the state file; raises NotConfigured.

    One address is enough where one host serves everything; `BOWERBIRD_SEARCH_ADDRESS` names search where it is apart.
    The token of the state file is only ever sent to the addresses of the state file.
    """
    env = os.environ if environment is None else environment
    token = token or env.get(TOKEN)
    workspace = workspace or env.get(WORKSPACE)
    catalog = address or env.get(ADDRESS)
    if catalog:
        if not token:
            raise NotConfigured(f"The address {catalog} is given and no token for it. Set {TOKEN} to one.")
        search = catalog if address else env.get(SEARCH_ADDRESS) or catalog
        return ClientSettings(catalog, search, token, workspace or DEFAULT_WORKSPACE)
    state = LocalState.read(state_file())
    if state is None:
        raise NotConfigured(
            f"No Bowerbird is known here: {ADDRESS} is not set, and there is no {state_file()}. "
            f"Start one on this machine with `make run`, or set {ADDRESS} to host:port and {TOKEN} to a token."
        )
    return ClientSettings(state.catalog, state.search, token or state.token, workspace or state.workspace)
