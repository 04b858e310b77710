"""The folder of the suite: one suite at a time, the same secrets and ports, no stale processes."""

import json
import socket
import stat
import subprocess
from pathlib import Path

import psutil
import pytest

from deploy.local.folder import AlreadyRunning, StateFolder
from deploy.local.ports import LOOPBACK


def test_a_folder_takes_one_suite_at_a_time(tmp_path: Path) -> None:
    with (
        StateFolder(tmp_path).held(),
        pytest.raises(AlreadyRunning, match="BOWERBIRD_LOCAL_FOLDER"),
        StateFolder(tmp_path).held(),
    ):
        pass
    with StateFolder(tmp_path).held():
        pass


def test_secrets_are_made_once_and_readable_by_the_user_alone(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "new")
    made = folder.secrets()
    assert StateFolder(tmp_path / "new").secrets() == made
    assert StateFolder(tmp_path / "other").secrets() != made
    for path in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made.encryption_key not in repr(made)


def test_a_folder_of_an_older_suite_keeps_its_secrets_and_gets_those_that_are_new(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    made = folder.secrets()
    path = tmp_path / "secrets.json"
    older = json.loads(path.read_text())
    del older["session_key"], older["service_tokens"]["console"]
    path.write_text(json.dumps(older))

    now = folder.secrets()
    assert now.encryption_key == made.encryption_key
    assert now.service_tokens["search"] == made.service_tokens["search"]
    assert now.session_key != made.session_key
    assert now.service_tokens["console"]
    assert folder.secrets() == now


def test_ports_are_those_of_the_last_start_unless_one_is_taken(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    ports = folder.ports({"catalog": 1, "storage": 3})
    assert [len(ports["catalog"]), len(ports["storage"])] == [1, 3]
    assert folder.ports({"catalog": 1, "storage": 3}) == ports
    with socket.create_server((LOOPBACK, ports["catalog"][0])):
        others = folder.ports({"catalog": 1, "storage": 3})
    assert ports["catalog"][0] not in others["catalog"]


def test_a_process_that_an_earlier_suite_left_is_ended_but_no_other_of_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.folder._LAST_CHANCE_SECONDS", 0.1)
    folder = StateFolder(tmp_path)
    left, innocent = (subprocess.Popen(["sleep", "1000"]) for _ in range(2))
    try:
        folder.remember_processes([left.pid])
        record = (tmp_path / "processes.json").read_text()
        (tmp_path / "processes.json").write_text(record.replace("}", f', "{innocent.pid}": 1.5}}'))
        folder.end_left_processes()
        assert not psutil.pid_exists(left.pid)
        assert psutil.pid_exists(innocent.pid)
    finally:
        innocent.kill()
        innocent.wait()
