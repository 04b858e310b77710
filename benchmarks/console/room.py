"""What all parts share: the console over the scene, and where View data is."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.search.loading import NAME
from benchmarks.search.scene import Scene


@dataclass(frozen=True)
class Room:
    """A console at `url` over the files of a scene; the token is an administrator's."""

    scene: Scene
    url: str
    thumbnails: Path

    @property
    def token(self) -> str:
        return self.scene.suite.secrets.admin_token

    @property
    def data_url(self) -> str:
        """View data of all files."""
        return f"{self.url}/datasets/{NAME}/versions/v1/data"

    @property
    def version_url(self) -> str:
        """The version in the API."""
        return f"{self.url}/v1/workspaces/default/datasets/{NAME}/versions/v1"

    def forget_thumbnails(self) -> None:
        """So that each is made when it is asked for."""
        shutil.rmtree(self.thumbnails, ignore_errors=True)
