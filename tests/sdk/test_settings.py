"""Which Bowerbird the client talks to."""

import json
from pathlib import Path

import platformdirs
import pytest

from bowerbird.client import NotConfigured, find_settings
from bowerbird.client.settings import state_file

STATE = {"catalog": "127.0.0.1:1", "search": "127.0.0.1:2", "token": "of the state", "workspace": "mine"}


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(platformdirs, "user_state_path", lambda _: tmp_path)
    return tmp_path


def test_the_suite_of_this_machine_is_found_by_its_state_file() -> None:
    state_file().write_text(json.dumps(STATE))
    found = find_settings(environment={})
    assert (found.catalog, found.search, found.token, found.workspace) == tuple(STATE.values())


def test_the_environment_comes_before_the_state_file_and_arguments_before_both() -> None:
    state_file().write_text(json.dumps(STATE))
    environment = {"BOWERBIRD_ADDRESS": "a:1", "BOWERBIRD_TOKEN": "t", "BOWERBIRD_WORKSPACE": "w"}
    found = find_settings(environment=environment)
    assert (found.catalog, found.search, found.token, found.workspace) == ("a:1", "a:1", "t", "w")
    found = find_settings(address="b:1", token="u", workspace="x", environment=environment)
    assert (found.catalog, found.search, found.token, found.workspace) == ("b:1", "b:1", "u", "x")


def test_search_may_have_an_address_of_its_own() -> None:
    environment = {"BOWERBIRD_ADDRESS": "a:1", "BOWERBIRD_SEARCH_ADDRESS": "s:2", "BOWERBIRD_TOKEN": "t"}
    assert find_settings(environment=environment).search == "s:2"


def test_the_token_of_this_machine_is_never_sent_elsewhere() -> None:
    state_file().write_text(json.dumps(STATE))
    with pytest.raises(NotConfigured, match="BOWERBIRD_TOKEN"):
        find_settings(address="elsewhere:443", environment={})


def test_without_anything_it_says_what_to_do() -> None:
    with pytest.raises(NotConfigured, match=r"local\.json.*make run.*BOWERBIRD_ADDRESS"):
        find_settings(environment={})


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', json.dumps({"catalog": "a:1"})])
def test_a_broken_state_file_is_named(content: str) -> None:
    state_file().write_text(content)
    with pytest.raises(NotConfigured, match=r"local\.json is not a state file"):
        find_settings(environment={})


def test_a_token_is_not_shown_with_the_settings() -> None:
    found = find_settings(address="a:1", token="secret", environment={})
    assert "secret" not in repr(found)
