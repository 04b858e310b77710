"""`python -m deploy.local`: the whole suite on this machine, and a walk through its main job. `make run` calls it."""

import asyncio
import sys
from dataclasses import asdict

import structlog
from pydantic import ValidationError

from bowerbird.cli.output import say, tell
from bowerbird.client import BowerbirdError, Client, ClientSettings
from bowerbird.client.settings import LocalState
from deploy.local.defaults import set_defaults
from deploy.local.folder import AlreadyRunning, StateFolder, write_private
from deploy.local.link import sign_in_link
from deploy.local.packages import SourceMissing
from deploy.local.parts import WORKSPACE, Suite, plan_suite
from deploy.local.program import ProgramFailed
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor, supervised
from deploy.local.walk.collection import Collection, NoImages, own_collection, sample_collection
from deploy.local.walk.tour import Tour, WalkFailed
from libs.rpc.server import stop_signal

FORESEEN = (AlreadyRunning, BowerbirdError, NoImages, ProgramFailed, SourceMissing, WalkFailed)

HINTS = """
The suite runs until Ctrl-C. In another terminal:
  .venv/bin/bowerbird search {dataset} "a bird"
  .venv/bin/bowerbird --help
An administrator's token is in {local_state}, and in this link to the console, which signs in and shows {dataset}:
{link}"""


async def run(settings: LocalSettings) -> None:
    """Run the suite until a signal, or with ONCE until the walk is done. Raises one of FORESEEN, maybe in a group."""
    stopped = stop_signal()
    folder = StateFolder(settings.folder)
    with folder.held():
        folder.end_left_processes()
        folder.rotate_logs()
        suite = plan_suite(folder, embedded_models=settings.needs_embedded_models)
        say(f"Starting the suite; its logs are in {folder.logs} ...")
        async with supervised(suite.parts, folder.remember_processes) as supervisor:
            using = asyncio.create_task(use(suite, supervisor, folder, settings))
            stopping = asyncio.create_task(stopped.wait())
            try:
                await asyncio.wait({using, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                tell("Stopping the suite ...")
                folder.local_state.unlink(missing_ok=True)
                for task in (using, stopping):
                    task.cancel()
                await asyncio.wait({using, stopping})
            if not using.cancelled():
                using.result()


async def use(suite: Suite, supervisor: Supervisor, folder: StateFolder, settings: LocalSettings) -> None:
    """Once the suite is ready, make it known to the command line and walk through it."""
    collecting = asyncio.to_thread(collect, settings)  # while the suite starts
    collection, _ = await asyncio.gather(collecting, supervisor.ready())
    token = suite.secrets.admin_token
    state = LocalState(suite.catalog_address, suite.search_address, token, WORKSPACE)
    async with Client(ClientSettings(state.catalog, state.search, state.token, state.workspace)) as client:
        await set_defaults(client, suite, settings)
        write_private(folder.local_state, asdict(state))
        await Tour(client, suite.object_storage, collection).walk()
    if not settings.once:
        link = sign_in_link(suite.console_url, token, collection.dataset)
        say(HINTS.format(dataset=collection.dataset, local_state=folder.local_state, link=link))
        await asyncio.Event().wait()


def collect(settings: LocalSettings) -> Collection:
    if settings.images is not None:
        return own_collection(settings.images, embedded_models=settings.needs_embedded_models)
    return sample_collection()


def main() -> int:
    try:
        settings = LocalSettings()
    except ValidationError as error:
        for problem in error.errors():
            print(f"error: {'.'.join(map(str, problem['loc']))}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_console()
    try:
        asyncio.run(run(settings))
    except* FORESEEN as group:
        for failure in flat(group):
            print(f"error: {failure}", file=sys.stderr)
        status = 1
    else:
        status = 0
    return status


def configure_console() -> None:
    """What the supervisor says is read as it comes, between the lines of the walk; files hold the logs of services."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def flat(group: BaseExceptionGroup[Exception]) -> list[Exception]:
    """The exceptions in a group and in the groups in it."""
    return [
        leaf
        for error in group.exceptions
        for leaf in (flat(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


if __name__ == "__main__":
    sys.exit(main())
