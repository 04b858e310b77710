"""Resource names from the ids that people write."""

from dataclasses import dataclass

from bowerbird.client.defaults import LATEST

PREFIX = "workspaces/"


@dataclass(frozen=True)
class Names:
    """Full names in one workspace. What is a full name already stays as it is."""

    workspace: str

    @property
    def parent(self) -> str:
        """The name of the workspace."""
        return f"{PREFIX}{self.workspace}"

    def dataset(self, dataset: str) -> str:
        return self._full(dataset, "datasets")

    def connection(self, connection: str) -> str:
        return self._full(connection, "connections")

    def tag_definition(self, definition: str) -> str:
        return self._full(definition, "tagDefinitions")

    def job(self, job: str) -> str:
        return self._full(job, "jobs")

    def token(self, token: str) -> str:
        return self._full(token, "tokens")

    def version(self, dataset: str, version: str = LATEST) -> str:
        """`dataset` may also be the full name of a version."""
        if "/versions/" in dataset:
            return dataset
        return f"{self.dataset(dataset)}/versions/{version}"

    def tag_edit(self, dataset: str, edit: str, version: str = LATEST) -> str:
        return edit if edit.startswith(PREFIX) else f"{self.version(dataset, version)}/tagEdits/{edit}"

    def _full(self, name: str, collection: str) -> str:
        return name if name.startswith(PREFIX) else f"{self.parent}/{collection}/{name}"


def short(name: str) -> str:
    """The id that a name ends with."""
    return name.rpartition("/")[2]
