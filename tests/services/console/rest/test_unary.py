"""RPCs over HTTP: resources, roles, errors, limits."""

import itertools
from typing import Any

from tests.services.console.scene import Console
from tests.suite import WORKSPACE

DATASETS = f"/v1/{WORKSPACE}/datasets"
numbers = itertools.count(1)


async def make_dataset(console: Console, **fields: Any) -> dict[str, Any]:
    """A new dataset; returns it as it was answered."""
    dataset = {"kind": "KIND_LOGICAL", **fields}
    answer = await console.ask("POST", DATASETS, params={"datasetId": f"d-{next(numbers)}"}, json=dataset)
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.json["dataset"]
    return made


async def test_a_resource_is_made_read_changed_listed_and_deleted(console: Console) -> None:
    made = await make_dataset(console, displayName="Birds", labels={"site": "north"})
    path = f"/v1/{made['name']}"

    read = await console.ask("GET", path)
    assert read.json == {"dataset": made}
    assert read.headers["Content-Type"].startswith("application/json")

    changed = await console.ask("PATCH", path, json={"description": "of the marsh"})
    assert changed.json["dataset"]["description"] == "of the marsh"
    assert changed.json["dataset"]["displayName"] == "Birds"

    listed = await console.ask("GET", DATASETS, params={"pageSize": "1000"})
    assert made["name"] in [dataset["name"] for dataset in listed.json["datasets"]]

    assert (await console.ask("DELETE", path)).json == {}
    assert (await console.ask("GET", path)).status == 404
