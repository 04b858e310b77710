"""The console answers as the OpenAPI document says, and the commands of docs/api.md work as they are written."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bowerbird.type.v1.role_pb2 import Role
from services.console.openapi.document import document
from tests.services.console.asked import Asked
from tests.services.indexer.scene import photos
from tests.suite import WORKSPACE

DOCS = Path(__file__).parents[4] / "docs" / "api.md"
MISTAKE = "Tags.al "
HTTP_FAILED = 22  # what curl exits with
COMPONENTS = document()["components"]
# New fields may come, so the document forbids none; here it shall know each.
for schema in COMPONENTS["schemas"].values():
    if "properties" in schema:
        schema["additionalProperties"] = False


@dataclass(frozen=True)
class Described:
    """A route as the document has it."""

    path: str
    verb: str
    operation: dict[str, Any]

    @property
    def answers(self) -> dict[str, Any]:
        """Schemas of the good answer by media type."""
        content = self.operation["responses"].get("200", {}).get("content", {})
        return {kind: part["schema"] for kind, part in content.items()}


ROUTES = [
    Described(path, verb, operation) for path, verbs in document()["paths"].items() for verb, operation in verbs.items()
]
STREAMS = [route for route in ROUTES if "application/x-ndjson" in route.answers]
READ_ALONE = [route for route in ROUTES if route.verb == "get" and "application/json" in route.answers]


def check(value: Any, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": COMPONENTS}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def commands() -> list[str]:
    """Each with the lines that it goes on in."""
    blocks = re.findall(r"^```console\n(.*?)^```", DOCS.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [command for block in blocks for command in re.split(r"^\$ ", block, flags=re.MULTILINE) if command]


def route_of(command: str) -> Described:
    """The route that the last call of a command takes."""
    address = re.findall(r"\$CONSOLE(/[^\s\"?]*)", command)[-1]
    given = re.search(r"--request (\w+)", command)
    verb = given[1].lower() if given else "post" if "--json" in command else "get"
    address = address.replace("$FILE", "workspaces/w/datasets/d/versions/v/files/f")
    for route in ROUTES:
        if route.verb == verb and re.fullmatch(re.sub(r"\{\w+\}", "[^/:]+", route.path), address):
            return route
    raise AssertionError(f"the document has no route {verb} {address}")


def messages(output: str, kind: str) -> Iterator[Any]:
    if kind == "text/event-stream":
        for event in filter(None, output.split("\n\n")):
            if not event.startswith(("event: end", ":")):
                yield json.loads(event.removeprefix("data: "))
    else:
        for line in output.splitlines():
            yield json.loads(line)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands are typed. An image lies there, and curl fails where the answer does."""
    here = tmp_path_factory.mktemp("here")
    ((_, image),) = photos(1).items()
    (here / "my-bird.jpg").write_bytes(image)
    (here / ".curlrc").write_text("silent\nshow-error\nfail-with-body\n")
    return here


async def typed(asked: Asked, folder: Path, command: str, *, status: int = 0) -> str:
    """What a command prints; it must exit with the status."""
    written = command.replace("workspaces/default", WORKSPACE).replace("/jobs/1:", f"/jobs/{asked.ids['job']}:")
    written = written.replace("connections/storage", f"connections/{asked.ids['connection']}")
    written = written.replace("datasets/photos", f"datasets/{asked.ids['dataset']}")
    token = asked.console.catalog.tokens[Role.ROLE_ADMIN]
    process = await asyncio.create_subprocess_shell(
        written,
        cwd=folder,
        env=os.environ | {"CONSOLE": asked.console.url, "TOKEN": token, "CURL_HOME": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, problem = await process.communicate()
    assert process.returncode == status, (problem + output).decode()
    return output.decode()


@pytest.mark.parametrize("command", [command for command in commands() if MISTAKE not in command])
async def test_a_command_of_the_docs_answers_as_described(asked: Asked, folder: Path, command: str) -> None:
    output = await typed(asked, folder, command)
    route = route_of(command)
    if "--output" in command:
        assert (folder / "thumbnail.jpg").read_bytes().startswith(b"\xff\xd8")
        assert (folder / "original.jpg").stat().st_size > 0
        return
    kind = "text/event-stream" if "event-stream" in command else next(iter(route.answers))
    found = list(messages(output, kind))
    assert found
    for message in found:
        check(message, route.answers[kind])


async def test_a_mistake_is_answered_with_a_problem_as_the_docs_show_it(asked: Asked, folder: Path) -> None:
    (command,) = [command for command in commands() if MISTAKE in command]
    problem = json.loads(await typed(asked, folder, command, status=HTTP_FAILED))
    check(problem, {"$ref": "#/components/schemas/Problem"})
    (shown,) = re.findall(r"^```json\n(.*?)^```", DOCS.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert problem | json.loads(shown) == problem


@pytest.mark.parametrize("route", READ_ALONE, ids=lambda route: route.operation["operationId"])
async def test_what_is_read_has_the_form_that_is_described(asked: Asked, route: Described) -> None:
    path = route.path.format_map(asked.ids | {"token": asked.spare["token"]})
    answer = await asked.console.ask("GET", path)
    if answer.status != 200:
        check(answer.json, {"$ref": "#/components/schemas/Problem"})
        assert route.operation["operationId"] == "listFolder"  # which needs a place in the storage
        return
    check(answer.json, route.answers["application/json"])


@pytest.mark.parametrize("kind", ["application/x-ndjson", "text/event-stream"])
@pytest.mark.parametrize("route", STREAMS, ids=lambda route: route.operation["operationId"])
async def test_a_stream_has_the_form_that_is_described(asked: Asked, route: Described, kind: str) -> None:
    path = route.path.format_map(asked.ids)
    dataset = (await asked.console.ask("GET", f"/v1/{WORKSPACE}/datasets/{asked.ids['dataset']}")).json["dataset"]
    options: dict[str, Any] = {"json": {}} if route.verb == "post" else {}
    if path.endswith(":countObjects"):
        options["params"] = {"uri": dataset["rootUri"]}
    answer = await asked.console.ask(route.verb.upper(), path, headers={"Accept": kind}, **options)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    text = answer.body.decode()
    found = list(messages(text, kind))
    assert found
    for message in found:
        check(message, route.answers[kind])
    assert kind != "text/event-stream" or text.endswith("event: end\ndata: {}\n\n")


def test_the_check_sees_an_answer_that_is_not_as_described() -> None:
    for wrong in ({"dataset": {"nme": "x"}}, {"dataset": {"createTime": "yesterday"}}, {"dataset": {"fileCount": 1}}):
        assert not Draft202012Validator(
            {"$ref": "#/components/schemas/GetDatasetResponse", "components": COMPONENTS},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        ).is_valid(wrong)
