"""Path templates of google.api.http."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.rest.templates import Template


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("/v1/caller", "/v1/caller", {}),
        ("/v1/{name=workspaces/*/jobs/*}", "/v1/workspaces/w/jobs/j", {"name": "workspaces/w/jobs/j"}),
        ("/v1/{name=workspaces/*/jobs/*}:watch", "/v1/workspaces/w/jobs/j:watch", {"name": "workspaces/w/jobs/j"}),
        ("/v1/{parent=workspaces/*}/jobs", "/v1/workspaces/w/jobs", {"parent": "workspaces/w"}),
        ("/v1/{job.name=jobs/*}", "/v1/jobs/a%20b%3Ac", {"job.name": "jobs/a b:c"}),
        ("/v1/{id}/parts/{part}", "/v1/a%2Fb/parts/%E9%B8%9F", {"id": "a/b", "part": "鸟"}),
        ("/v1/{path=files/**}", "/v1/files/a/b%2Fc/d%20e", {"path": "files/a/b%2Fc/d e"}),
        ("/v1/{path=files/**}:read", "/v1/files/a/b:read", {"path": "files/a/b"}),
        ("/v1/*/jobs", "/v1/any/jobs", {}),
    ],
)
def test_a_path_of_the_form_gives_the_fields(template: str, path: str, values: dict[str, str]) -> None:
    assert Template.parse(template).match(path) == values


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/v1/caller", "/v1/caller/"),
        ("/v1/caller", "/v1/Caller"),
        ("/v1/caller", "/v1/caller:watch"),
        ("/v1/{name=jobs/*}", "/v1/jobs/"),
        ("/v1/{name=jobs/*}", "/v1/jobs/a/b"),
        ("/v1/{name=jobs/*}", "/v1/jobs/a:wtach"),
        ("/v1/{name=jobs/*}:watch", "/v1/jobs/a"),
        ("/v1/{name=jobs/*}:watch", "/v1/jobs/a%3Awatch"),
        ("/v1/{name=jobs/*}:watch", "/v1/jobs/a:watching"),
        ("/v1/a.b", "/v1/axb"),
    ],
)
def test_a_path_of_another_form_is_not_taken(template: str, path: str) -> None:
    assert Template.parse(template).match(path) is None


@pytest.mark.parametrize(
    "text", ["", "v1/jobs", "/v1//jobs", "/v1/", "/v1/{name", "/v1/{name=**}/jobs", "/v1/a{b}", "/v1/{a}{b}"]
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"template|last"):
        Template.parse(text)


IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(workspace=IDS, job=IDS)
def test_a_path_that_was_made_gives_back_what_it_was_made_of(workspace: str, job: str) -> None:
    template = Template.parse("/v1/{workspace}/jobs/{job}:watch")
    values = {"workspace": workspace, "job": job}
    assert template.match(template.expand(values)) == values


def test_two_templates_of_one_shape_are_told() -> None:
    one, other = Template.parse("/v1/{name=jobs/*}"), Template.parse("/v1/jobs/{id}")
    assert one.shape == other.shape == "/v1/jobs/*"
