"""What the screens show: real photos with tags of a model and of a person, an index, and a job of each kind."""

from dataclasses import dataclass

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges
from bowerbird.client import Client
from deploy.local.servers.seaweedfs import create_bucket
from tests.flow.terminal import filled
from tests.whole_suite import RunningSuite

BUCKET = "console"
PHOTOS = 24
# The one dataset that is there before any test.
DATASET = "birds"
# A person gave it to three files.
TAG = "on the cover"
TAGGED = 3


@dataclass(frozen=True)
class Scene:
    """A console at `url` whose workspace has the dataset DATASET; `token` is an administrator's."""

    url: str
    token: str
    client: Client
    version: str
    # The id of one of its files.
    file: str
    jobs: tuple[Job, ...]

    @property
    def data(self) -> str:
        """The path of View data."""
        return f"/datasets/{DATASET}/versions/{self.version}/data"


async def made_scene(running_suite: RunningSuite) -> Scene:
    client = running_suite.client
    await create_bucket(running_suite.suite.object_storage, BUCKET)
    await filled(running_suite, f"s3://{BUCKET}/birds", PHOTOS)
    await client.datasets.create(DATASET, f"s3://{BUCKET}/birds", display_name="Birds and others", labels={"for": "us"})
    await client.index_sets.set(DATASET)
    jobs = [await client.jobs.scan(DATASET), await client.jobs.tag(DATASET), await client.jobs.index(DATASET)]
    ended = [await client.jobs.wait(job.name) for job in jobs]
    assert {job.state for job in ended} == {Job.STATE_SUCCEEDED}
    files = [file async for file in client.files.list(DATASET)]
    await client.tag_edits.edit(DATASET, [file.name for file in files[:TAGGED]], TagChanges(add=[TAG]))
    version = await client.datasets.version(DATASET)
    return Scene(
        url=running_suite.suite.console_url,
        token=running_suite.suite.secrets.admin_token,
        client=client,
        version=version.name.rpartition("/")[2],
        file=files[0].name.rpartition("/")[2],
        jobs=tuple(ended),
    )
