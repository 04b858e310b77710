"""No request that the OpenAPI document allows, or nearly allows, makes the suite fail.

Schemathesis asks every route of a real console, with a real catalog and a real search behind it, and holds each answer
against the document.
"""

import asyncio
import itertools
import json
import os
import sys
from pathlib import Path

from bowerbird.type.v1.role_pb2 import Role
from services.console.openapi.document import document
from tests.services.console.asked import Asked

# By these a run that found something is tried again, and one with time asks more.
SEED = os.environ.get("BOWERBIRD_SCHEMATHESIS_SEED", "2026")
EXAMPLES = os.environ.get("BOWERBIRD_SCHEMATHESIS_EXAMPLES", "3")
PHASES = ("examples", "coverage", "fuzzing")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def configuration(asked: Asked) -> str:
    """The configuration of schemathesis, in TOML, which writes strings as JSON does.

    Of what the document does not allow, some is asked at random; all of it would take minutes.
    """

    def parameters(ids: dict[str, str]) -> list[str]:
        return [f'"path.{name}" = {json.dumps(value)}' for name, value in ids.items()]

    return "\n".join(
        [
            "[parameters]",
            *parameters(asked.ids),
            "[phases.coverage]",
            "generate-duplicate-query-parameters = false",
            "unexpected-methods = []",
            "[phases.coverage.generation]",
            'mode = "positive"',
            "[[operations]]",
            'include-method = "DELETE"',
            "[operations.parameters]",
            *parameters(asked.ids | asked.spare),
        ]
    )


async def test_no_route_fails_whatever_it_is_asked(asked: Asked, tmp_path: Path) -> None:
    config, report = tmp_path / "schemathesis.toml", tmp_path / "report.json"
    config.write_text(configuration(asked))
    token = asked.console.catalog.tokens[Role.ROLE_ADMIN]
    options = {
        "--header": f"Authorization: Bearer {token}",
        "--checks": ",".join(CHECKS),
        "--phases": ",".join(PHASES),
        "--max-examples": EXAMPLES,
        "--seed": SEED,
        "--workers": "2",
        "--request-timeout": "10",
        "--report-json-path": str(report),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
        *("run", f"{asked.console.url}/openapi.json", "--continue-on-failure", "--no-color"),
        *itertools.chain.from_iterable(options.items()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    said = json.loads(report.read_text("utf-8"))
    assert said["operations"]["tested"] == sum(len(verbs) for verbs in document()["paths"].values())
    assert [said["phases"][phase]["status"] for phase in PHASES] == ["success"] * len(PHASES)
    assert said["test_cases"]["errored"] == 0
    # It got past the checks of requests: most routes did what they are for.
    answered = [route for route, phases in said["valid_rates"].items() if any(p["accepted"] for p in phases.values())]
    assert len(answered) > 0.7 * said["operations"]["total"]
