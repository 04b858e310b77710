"""What a job of the indexer works on, with the secrets of its connections."""

from dataclasses import dataclass

from libs.endpoints.endpoint import ModelEndpoint
from libs.objects.config import StorageConfig
from libs.objects.uri import StorageUri
from libs.rpc.names import INDEX_SET, VERSION
from libs.vectors.config import DatabaseConfig
from libs.vectors.table import Metric


@dataclass(frozen=True)
class IndexTarget:
    """An index set: which model embeds, and where its vectors go.

    `dimension` is None until the model was asked. `index_set_id` is what its documents carry in the table.
    """

    name: str
    endpoint: ModelEndpoint
    database: DatabaseConfig
    table_name: str
    metric: Metric
    dimension: int | None
    index_set_id: str

    @property
    def version(self) -> str:
        """The resource name of the version that it belongs to."""
        return VERSION.format(workspace=self._ids["workspace"], dataset=self.dataset_id, version=self.version_id)

    @property
    def dataset_id(self) -> str:
        """The id of its dataset in resource names."""
        return self._ids["dataset"]

    @property
    def version_id(self) -> str:
        """`v1` and so on."""
        return self._ids["version"]

    @property
    def _ids(self) -> dict[str, str]:
        return INDEX_SET.parse(self.name)


@dataclass(frozen=True)
class IndexJob:
    """A job: an index set, where the files lie, and how many calls of the model it may have in flight."""

    name: str
    target: IndexTarget
    storage: StorageConfig
    root: StorageUri
    max_concurrency: int
