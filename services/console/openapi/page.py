"""The OpenAPI document as a page for people: plain HTML and one style sheet, made once, without any script."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from services.console.openapi.curl import curl_call

_HERE = Path(__file__).parent
_SCHEMAS = "#/components/schemas/"
_IN_PATH = re.compile(r"(\{\w+\})")
_markdown = MarkdownIt("commonmark", {"html": False})


def page(document: Mapping[str, Any]) -> str:
    """The page: services, their routes with an example of a call each, and the schemas, each with a link of its own."""
    templates = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters |= {
        "markdown": _as_html,
        "path_parts": _IN_PATH.split,
        "type": type_of,
        "schema_name": _schema_name,
    }
    return templates.get_template("page.html.jinja").render(
        document=document, sections=list(_sections(document)), schemas=document["components"]["schemas"]
    )


def style() -> str:
    """The style sheet of the page."""
    return (_HERE / "page.css").read_text("utf-8")


def type_of(schema: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a reader calls the type: words, the name of a schema to look up, and more words; each may be empty."""
    if "$ref" in schema:
        return "", _schema_name(schema), ""
    if schema.get("type") == "array":
        before, name, after = type_of(schema["items"])
        return f"list of {before}", name, after
    if isinstance(schema.get("additionalProperties"), dict):
        before, name, after = type_of(schema["additionalProperties"])
        return f"object of {before}", name, after
    words = [schema.get("format") or schema.get("type", "anything")]
    if schema.get("format") not in (None, schema.get("type")):
        words.append(f"({schema['type']})")
    return " ".join(words), "", ""


def _sections(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for tag in document["tags"]:
        routes = [
            _route(path, verb, operation, document)
            for path, verbs in document["paths"].items()
            for verb, operation in verbs.items()
            if tag["name"] in operation["tags"]
        ]
        yield {"name": tag["name"], "description": tag["description"], "routes": routes}


def _route(path: str, verb: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        **operation,
        "path": path,
        "verb": verb.upper(),
        "body": body and body["schema"],
        "answers": [(status, answer) for status, answer in operation["responses"].items() if status != "default"],
        "curl": curl_call(path, verb, operation, operation.get("security", document["security"])),
    }


def _schema_name(schema: Mapping[str, Any]) -> str:
    name: str = schema.get("$ref", "")
    return name.removeprefix(_SCHEMAS)


@cache
def _as_html(text: str) -> Markup:
    # Of the contracts, and no HTML in it is taken for HTML.
    return Markup(_markdown.render(text))  # noqa: S704
