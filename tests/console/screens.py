"""All screens of the console, each with an address under which it has something to show."""

from bowerbird.client.defaults import TAG_DEFINITION
from tests.console.scene import DATASET, Scene


def screens(scene: Scene) -> dict[str, str]:
    """The name of each screen and its path."""
    job = scene.jobs[1].name.rpartition("/")[2]
    version = scene.data.removesuffix("/data")
    return {
        "datasets": "/datasets",
        "new-dataset": "/new/dataset",
        "dataset": f"/datasets/{DATASET}",
        "data": f"{scene.data}?q=a+bird",
        "data-list": f"{scene.data}?list=true&sort=name",
        "file": f"{version}/files/{scene.file}",
        "tag-edits": f"{version}/tag-edits",
        "tag-definitions": "/tag-definitions",
        "tag-definition": f"/tag-definitions/{TAG_DEFINITION}",
        "new-tag-definition": "/new/tag-definition?template=driving",
        "connections": "/connections",
        "connection": "/connections/storage",
        "new-connection": "/new/connection?kind=modelService",
        "jobs": "/jobs",
        "job": f"/jobs/{job}",
        "new-job": f"/new/job?kind=tag&dataset={DATASET}",
    }
