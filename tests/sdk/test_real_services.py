"""The command line against catalog, its scanner and search, each a process of its own."""

import json
import re
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bowerbird.type.v1.role_pb2 import Role
from deploy.local.health import grpc_serves
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.program import Program, start, start_ready
from tests.sdk.conftest import Bowerbird, Outcome
from tests.suite import Catalog, CatalogProcess

FILES = ["birds/a crow.png", "birds/käuzchen.jpg", "tools/hammer.png"]


@pytest.fixture(scope="module")
async def addresses(
    catalog_process: tuple[Catalog, CatalogProcess], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, str]]:
    """What the environment of a user of these services holds; an admin's token."""
    catalog, process = catalog_process
    logs = tmp_path_factory.mktemp("logs")
    search = f"{LOOPBACK}:{free_ports(1)[0]}"
    search_settings = {
        "BOWERBIRD_SEARCH_LISTEN_ADDRESS": search,
        "BOWERBIRD_SEARCH_CATALOG_ADDRESS": catalog.address,
        "BOWERBIRD_SEARCH_SERVICE_TOKEN": catalog.tokens[Role.ROLE_SERVICE],
    }
    scanner = await start(
        Program(
            "scanner",
            (sys.executable, "-m", "services.catalog.scanner"),
            logs / "scanner.log",
            environment=process.program.environment,
        )
    )
    searching = await start_ready(
        Program("search", (sys.executable, "-m", "services.search"), logs / "search.log", environment=search_settings),
        lambda: grpc_serves(search),
    )
    yield {
        "BOWERBIRD_ADDRESS": catalog.address,
        "BOWERBIRD_SEARCH_ADDRESS": search,
        "BOWERBIRD_TOKEN": catalog.tokens[Role.ROLE_ADMIN],
        "BOWERBIRD_WORKSPACE": "test",
    }
    await searching.stop()
    await scanner.stop()


@pytest.fixture
def bowerbird(run_bowerbird: Bowerbird, addresses: dict[str, str]) -> Bowerbird:
    async def run(*arguments: str, **more: Any) -> Outcome:
        return await run_bowerbird(*arguments, **{**addresses, **more})

    return run


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number, name in enumerate(FILES):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8 + number), "red").save(path)
    (folder / "notes.txt").write_text("no image")
    return folder


async def test_a_folder_becomes_a_dataset_whose_files_can_be_found(bowerbird: Bowerbird, pictures: Path) -> None:
    created = await bowerbird("connection", "create", "folder", "pictures", str(pictures))
    assert created.code == 0, created.err
    tested = await bowerbird("connection", "test", "pictures", "--uri", f"file://{pictures}")
    assert tested.code == 0, tested.out
    made = await bowerbird("dataset", "create", "photos", f"file://{pictures}", "--storage", "pictures", "--json")
    assert made.document["dataset"]["root_uri"] == f"file://{pictures}"

    scanned = await bowerbird("dataset", "scan", "photos")
    assert scanned.code == 0, scanned.err
    assert "3 new, 0 changed, 0 gone, 0 as before, 1 objects that are no images" in scanned.out
    again = await bowerbird("job", "start", "scan", "photos", "--json")
    assert again.document["jobs"][0]["scan_summary"]["unchanged"] == 3

    shown = await bowerbird("dataset", "show", "photos", "--json")
    assert shown.document["version"]["file_count"] == 3
    listed = await bowerbird("files", "photos", "--json")
    assert sorted(file["path"] for file in listed.document["files"]) == FILES
    first = await bowerbird("files", "photos", "--page-size", "2", "--json")
    rest = await bowerbird("files", "photos", "--page-token", first.document["next_page_token"], "--json")
    assert [len(page.document["files"]) for page in (first, rest)] == [2, 1]

    found = await bowerbird("search", "photos", "--dir", "birds", "--name", "CROW", "--json")
    assert [hit["file"]["path"] for hit in found.document["hits"]] == ["birds/a crow.png"]
    assert (await bowerbird("search", "photos", "--type", "image/png", "--count")).out == "2\n"
    facets = await bowerbird("search", "photos", "--facet", "directory", "--json")
    counts = {each["value"]: each["count"] for each in facets.document["facets"][0]["counts"]}
    assert counts == {"birds": 2, "tools": 1}

    job = again.document["jobs"][0]["name"].rpartition("/")[2]
    assert (await bowerbird("job", "show", job, "--json")).document["job"]["state"] == "SUCCEEDED"
    assert (await bowerbird("job", "watch", job)).code == 0
    assert (await bowerbird("job", "stop", job)).out == f"{job} has ended: succeeded.\n"
    assert (await bowerbird("job", "logs", job, "--follow")).code == 0
    assert [each["name"].endswith(job) for each in (await bowerbird("job", "list", "--json")).document["jobs"]][:1] == [
        True
    ]


async def test_storage_is_looked_at_before_a_dataset_is_made_of_it(bowerbird: Bowerbird, pictures: Path) -> None:
    top = (await bowerbird("connection", "ls", "pictures")).out.splitlines()
    assert [line.split()[0] for line in top] == ["NAME", "birds/", "tools/", "notes.txt"]
    first = (
        await bowerbird("connection", "ls", "pictures", f"file://{pictures}", "--page-size", "2", "--json")
    ).document
    assert [each["uri"] for each in [*first["folders"], *first["objects"]]] == [
        f"file://{pictures}/birds/",
        f"file://{pictures}/notes.txt",
    ]
    assert first["next_page_token"]
    deeper = await bowerbird("connection", "ls", "pictures", first["folders"][0]["uri"], "--json")
    assert [each["name"] for each in deeper.document["objects"]] == ["a crow.png", "käuzchen.jpg"]
    outside = await bowerbird("connection", "ls", "pictures", "file:///etc")
    assert (outside.code, "expected a folder in" in outside.err) == (1, True)
    missing = await bowerbird("connection", "ls", "pictures", f"file://{pictures}/none")
    assert "next: bowerbird connection ls CONNECTION" in missing.err

    counted = await bowerbird("connection", "count", "pictures", f"file://{pictures}")
    assert counted.out.startswith("3 images with ")
    assert "1 objects that are no images" in counted.out
    assert "tools/hammer.png" in counted.out
    one = await bowerbird(
        "connection", "count", "pictures", f"file://{pictures}/notes.txt", "--format", "file", "--json"
    )
    assert (one.document["file_count"], one.document["skipped_count"], one.document["done"]) == (0, 1, True)


async def test_a_dataset_tells_what_it_holds_and_can_be_renamed(bowerbird: Bowerbird) -> None:
    (listed,) = (await bowerbird("dataset", "list", "--json")).document["datasets"]
    (version,) = (await bowerbird("dataset", "versions", "photos", "--json")).document["versions"]
    assert (listed["file_count"], listed["scan_time"]) == (3, version["scan_time"])
    assert listed["size_bytes"] == version["size_bytes"] > 0
    assert "v1" in (await bowerbird("dataset", "versions", "photos")).out
    change = ["--description", "Birds and tools", "--label", "team=vision", "--label", "year=2024"]
    assert (await bowerbird("dataset", "update", "photos", *change)).code == 0
    changed = await bowerbird("dataset", "update", "photos", "--remove-label", "year", "--display-name", "鸟", "--json")
    dataset = changed.document["dataset"]
    assert (dataset["display_name"], dataset["description"], dataset["labels"]) == (
        "鸟", "Birds and tools", {"team": "vision"},
    )  # fmt: skip
    assert (await bowerbird("dataset", "update", "photos")).code == 2


async def test_a_file_is_shown_by_its_path(bowerbird: Bowerbird, pictures: Path) -> None:
    shown = await bowerbird("file", "show", "photos", FILES[0], "--answers")
    assert f"file://{pictures}/{FILES[0]}" in shown.out
    assert "No job has spoken of it. Start one: bowerbird job start tag photos" in shown.out
    found = await bowerbird("file", "show", "photos", FILES[1], "--answers", "--json")
    assert (found.document["file"]["path"], found.document["answers"]) == (FILES[1], [])
    missing = await bowerbird("file", "show", "photos", "birds/none.jpg")
    assert missing.code == 1
    assert "birds/none.jpg" in missing.err
    assert "next: bowerbird files DATASET" in missing.err


async def test_the_commands_of_the_page_on_datasets_work(bowerbird: Bowerbird, pictures: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text("utf-8")
    commands = re.findall(r"^\$ bowerbird (.+)$", page, flags=re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        here = command.replace("s3://my-bucket/photos", f"file://{pictures}").replace(" mine", " pictures")
        outcome = await bowerbird(*shlex.split(here))
        assert outcome.code == 0, (command, outcome.err)
        assert outcome.out, command
    assert (await bowerbird("dataset", "delete", "trip", "--yes")).code == 0


async def test_a_text_search_without_an_index_says_how_to_make_one(bowerbird: Bowerbird) -> None:
    refused = await bowerbird("search", "photos", "a bird")
    assert refused.code == 1
    assert "next: bowerbird dataset index set DATASET" in refused.err


async def test_what_is_missing_or_taken_is_named(bowerbird: Bowerbird, pictures: Path) -> None:
    missing = await bowerbird("dataset", "show", "phtos")
    assert missing.code == 1
    assert "phtos" in missing.err
    assert "next: bowerbird dataset list" in missing.err
    unknown = await bowerbird("dataset", "create", "more", f"file://{pictures}", "--storage", "nowhere")
    assert unknown.code == 1
    assert "next: bowerbird connection list" in unknown.err
    taken = await bowerbird("dataset", "create", "photos", f"file://{pictures}", "--storage", "pictures")
    assert taken.code == 1
    assert "next: bowerbird dataset show photos" in taken.err
    assert (await bowerbird("job", "show", "999999")).err.splitlines()[-1] == "  next: bowerbird job list"
    wrong = await bowerbird("dataset", "create", "no spaces please", f"file://{pictures}", "--storage", "pictures")
    assert wrong.code == 1
    assert "no spaces please" in wrong.err


async def test_a_connection_in_use_is_not_deleted(bowerbird: Bowerbird) -> None:
    refused = await bowerbird("connection", "delete", "pictures", "--yes")
    assert refused.code == 1
    assert "in use" in refused.err
    users = (await bowerbird("connection", "uses", "pictures", "--json")).document["users"]
    assert "workspaces/test/datasets/photos" in users
    assert "photos" in (await bowerbird("connection", "uses", "pictures")).out


async def test_a_tag_definition_is_kept_as_it_was_written(bowerbird: Bowerbird, tmp_path: Path) -> None:
    tags = {"Zebra": "striped", "Parking lock": {"description": "a lock", "values": {"raised": "up", "lowered": ""}}}
    file = tmp_path / "tags.json"
    file.write_text(json.dumps({"tags": tags}))
    assert (await bowerbird("tagdef", "create", "mine", "--file", str(file))).code == 0
    shown = await bowerbird("tagdef", "show", "mine", "--json")
    assert list(shown.document["tag_definition"]["tags"].items()) == list(tags.items())
    file.write_text(json.dumps({"tags": {"Ape": ""}}))
    assert (await bowerbird("tagdef", "update", "mine", "--file", str(file))).code == 0
    listed = await bowerbird("tagdef", "list", "--json")
    (mine,) = [each for each in listed.document["tag_definitions"] if each["name"].endswith("/mine")]
    assert (list(mine["tags"]), mine["revision"]) == (["Ape"], 2)
    assert (await bowerbird("tagdef", "delete", "mine", "-y")).code == 0


@pytest.mark.parametrize("content", ['{"tags": {}}', "[]", '{"tags": {"a/b": "x"}}', '{"tag": {"a": "x"}}'])
async def test_a_wrong_tag_definition_is_refused_with_what_is_wrong(bowerbird: Bowerbird, content: str) -> None:
    refused = await bowerbird("tagdef", "create", "wrong", "--file", "-", "--json", input=content)
    assert refused.code == 1
    assert json.loads(refused.err)["error"]["reason"] == "TAG_DEFINITION_INVALID"


async def test_a_token_may_do_what_its_role_allows(bowerbird: Bowerbird) -> None:
    made = (await bowerbird("token", "create", "a reader", "--expires-in", "1d", "--json")).document
    assert made["token"]["role"] == "VIEWER"
    assert made["token"]["expire_time"]
    reader = {"BOWERBIRD_TOKEN": made["secret"]}
    assert (await bowerbird("dataset", "list", **reader)).code == 0
    refused = await bowerbird("dataset", "scan", "photos", **reader)
    assert refused.code == 1
    assert "EDITOR" in refused.err
    token = made["token"]["name"].rpartition("/")[2]
    listed = await bowerbird("token", "list")
    assert "a reader" in listed.out
    assert made["secret"] not in listed.out
    assert (await bowerbird("token", "delete", token, "--yes")).code == 0
    refused = await bowerbird("dataset", "list", **reader)
    assert refused.code == 1
    assert "next: export BOWERBIRD_TOKEN=TOKEN" in refused.err


async def test_secrets_never_come_back(bowerbird: Bowerbird) -> None:
    arguments = ["connection", "create", "s3", "bucket", "--access-key-id", "id", "--endpoint", "http://127.0.0.1:9"]
    made = await bowerbird(*arguments, "--secret-env", "A_KEY", "--json", A_KEY="very-hidden")
    assert made.code == 0, made.err
    assert made.document["connection"]["secret_set"] is True
    shown = await bowerbird("connection", "show", "bucket")
    listed = await bowerbird("connection", "list", "--json")
    assert "very-hidden" not in made.out + shown.out + listed.out
    tested = await bowerbird("connection", "test", "bucket")
    assert tested.code == 1
    assert "very-hidden" not in tested.out + tested.err
    assert (await bowerbird("connection", "update", "bucket", "--set", "region=eu")).code == 0
    assert (await bowerbird("connection", "delete", "bucket", "--yes")).code == 0
