"""The README's commands for a bucket of one's own work as they are written, but for the names of bucket and server."""

import re
from pathlib import Path

from deploy.local.servers.seaweedfs import create_bucket
from tests.flow.terminal import filled, typed
from tests.whole_suite import RunningSuite

README = Path(__file__).parents[2] / "README.md"
PHOTOS = 12


def commands_of_own_bucket() -> list[str]:
    section = README.read_text("utf-8").partition("## Your own bucket")[2].partition("\n## ")[0]
    return re.findall(r"^\$ (.+)$", section, flags=re.MULTILINE)


async def test_a_newcomer_gets_from_bucket_to_file_list_by_the_commands_of_the_readme(
    running_suite: RunningSuite,
) -> None:
    storage = running_suite.suite.object_storage
    await create_bucket(storage, "my-bucket")
    await filled(running_suite, "s3://my-bucket/photos", PHOTOS)

    commands = commands_of_own_bucket()
    assert 1 <= len(commands) <= 5
    said = ""
    for command in commands:
        own = command.replace("https://s3.example.org", storage.endpoint).replace(" ME", f" {storage.access_key}")
        said = await typed(running_suite, own, secret=storage.secret_key)
    assert f"{PHOTOS} files in 1 parts, listed by s3://my-bucket/exports/" in said
