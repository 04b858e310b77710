"""Fixtures of all tests, and the check that a test run leaves no process behind."""

import os
import time
import uuid
from collections.abc import Iterator

import psutil
import pytest

from tests.backends import (
    backend_settings,
    bucket,
    database,
    make_bucket,
    make_catalog_database,
    make_database,
    object_storage,
    postgres,
    server_folder,
)
from tests.suite import catalog, catalog_process

__all__ = [
    "backend_settings",
    "bucket",
    "catalog",
    "catalog_process",
    "database",
    "make_bucket",
    "make_catalog_database",
    "make_database",
    "object_storage",
    "postgres",
    "server_folder",
]

# Inherited by every process that a test starts, directly or not: how an orphan is told.
_MARK = "BOWERBIRD_TEST_RUN"
_GRACE_SECONDS = 5


def pytest_configure(config: pytest.Config) -> None:
    if not _is_worker(config):
        os.environ[_MARK] = uuid.uuid4().hex


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    # Workers have ended by now, with the servers that they shared.
    if not _is_worker(session.config):
        _check_left_behind(session)


def _is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests for another one: that one looks at what is left of all."""
    return hasattr(config, "workerinput")


def _check_left_behind(session: pytest.Session) -> None:
    deadline = time.monotonic() + _GRACE_SECONDS
    while (left := _left_behind()) and time.monotonic() < deadline:
        time.sleep(0.1)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        assert reporter is not None
        reporter.ensure_newline()
        reporter.section("processes left behind", sep="=", red=True)
        for process in left:
            reporter.line(process)


def _left_behind() -> list[str]:
    children = {process.pid for process in psutil.Process().children(recursive=True)}
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            marked = process.environ().get(_MARK) == os.environ[_MARK]
            if (marked or process.pid in children) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid}: {' '.join(process.cmdline())}")
        except psutil.Error:
            continue
    return [line for line in found if "multiprocessing.resource_tracker" not in line]
