"""A console with a dataset behind it that was scanned, indexed and tagged, and real ids of everything."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.console.scene import Console, consoling
from tests.services.indexer import scene as indexing
from tests.services.indexer.scene import House
from tests.services.search.scene import Scene, searching, serving
from tests.suite import WORKSPACE


@dataclass(frozen=True)
class Asked:
    """A console, and real ids by the names that paths have for them; those in `spare` may be deleted."""

    console: Console
    ids: dict[str, str]
    spare: dict[str, str]


@pytest.fixture(scope="module")
async def asked(shared_house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    catalog = shared_house.catalog
    contents = indexing.photos(6)
    dataset = await indexing.scene(shared_house, contents)
    async with shared_house.indexer():
        await dataset.run()
    async with searching(catalog) as channel:
        scene = Scene(dataset, channel, contents)
        await scene.tag({path: ["bird"] for path in contents})
        (file, *_) = (await scene.files()).values()
    folder = tmp_path_factory.mktemp("asked")
    async with (
        serving(catalog) as search_address,
        consoling(catalog, search_address, THUMBNAIL_DIRECTORY=str(folder / "thumbnails")) as console,
    ):
        job = (await console.ask("GET", f"/v1/{WORKSPACE}/jobs")).json["jobs"][0]
        owner = (await console.ask("GET", f"/v1/{dataset.version.rpartition('/versions/')[0]}")).json["dataset"]
        edit = {"names": {"names": [file.name]}, "changes": {"add": ["seen"]}}
        edited = await console.ask("POST", f"/v1/{dataset.version}/tagEdits", json=edit)
        names = [
            file.name,
            dataset.index_set,
            job["name"],
            job["tag"]["tagDefinition"],
            owner["storageConnection"],
            edited.json["tagEdit"]["name"],
        ]
        ids = {kind: id_ for name in names for kind, id_ in ids_in(name).items()}
        yield Asked(console, ids, await spare(console, f"spare-{dataset.folder}", folder))


async def spare(console: Console, id_: str, folder: Path) -> dict[str, str]:
    """Things that nothing needs, by one id."""
    storage = f"{WORKSPACE}/connections/{id_}"
    made = {
        f"connections?connectionId={id_}": {"folder": {"root": str(folder)}},
        f"datasets?datasetId={id_}": {"storageConnection": storage, "rootUri": folder.as_uri()},
        f"tagDefinitions?tagDefinitionId={id_}": {"definitionJson": '{"tags": {"bird": "A bird"}}'},
        "tokens": {"displayName": id_, "role": "ROLE_VIEWER"},
    }
    answers = [await console.ask("POST", f"/v1/{WORKSPACE}/{path}", json=body) for path, body in made.items()]
    assert [answer.status for answer in answers] == [200] * len(made)
    return {"connection": id_, "dataset": id_, "tagDefinition": id_} | ids_in(answers[-1].json["token"]["name"])


def ids_in(name: str) -> dict[str, str]:
    """`workspaces/w/tagDefinitions/d` names a workspace w and a tagDefinition d."""
    words = name.split("/")
    return {kind.removesuffix("s"): id_ for kind, id_ in zip(words[::2], words[1::2], strict=True)}
