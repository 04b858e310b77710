"""The routes of the gateway as OpenAPI paths and operations."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from bowerbird.type.v1.role_pb2 import Role
from services.console.openapi.comments import Comments
from services.console.openapi.examples import BODIES, IN_PATH, IN_QUERY
from services.console.openapi.schemas import Schema, Schemas
from services.console.rest.routes import Route
from services.console.rest.templates import Variable

Operation = dict[str, Any]

PROBLEM: Schema = {"$ref": "#/components/responses/Problem"}
NDJSON = "application/x-ndjson"
EVENT_STREAM = "text/event-stream"
_OF_COLLECTION = {
    "workspaces": "Workspace, as the caller's token belongs to it.",
    "versions": "Version: v1, v2 and so on; in most places `latest` stands for the newest.",
    "files": "File: its id is opaque and the same for ever.",
}


def paths_of(routes: Sequence[Route], comments: Comments, schemas: Schemas) -> dict[str, dict[str, Operation]]:
    """Operations by path and lower-case HTTP method, in the order of the contracts."""
    found: dict[str, dict[str, Operation]] = {}
    for route in routes:
        operations = found.setdefault(openapi_path(route), {})
        operations[route.http_method.lower()] = _Operations(comments, schemas).of(route)
    return found


def openapi_path(route: Route) -> str:
    """`/v1/{name=workspaces/*/jobs/*}:watch` is `/v1/workspaces/{workspace}/jobs/{job}:watch`."""
    segments = "".join(f"/{text}" if name is None else f"/{{{name}}}" for text, name in _segments(route))
    return segments + (f":{route.template.verb}" if route.template.verb else "")


def operation_id(route: Route) -> str:
    """The name of the RPC, as a function of a client would be called; no two services have an RPC of one name."""
    name: str = route.method.name
    return name[0].lower() + name[1:]


def tag_of(service: str) -> str:
    """The name of a service for people: `bowerbird.catalog.v1.JobService` is Job."""
    return service.rpartition(".")[2].removesuffix("Service")


def path_parameter(collection: str, name: str) -> Schema:
    """The parameter for the id of a resource that lies in a collection."""
    schema = {"type": "string", "minLength": 1}
    words = re.sub("[A-Z]", lambda capital: f" {capital[0].lower()}", name)
    description = _OF_COLLECTION.get(collection, f"Id of the {words}.")
    said = {"description": description, "schema": schema} | _if_any(example=IN_PATH.get(name))
    return {"name": name, "in": "path", "required": True, **said}


class _Operations:
    def __init__(self, comments: Comments, schemas: Schemas) -> None:
        self._comments = comments
        self._schemas = schemas

    def of(self, route: Route) -> Operation:
        comment = self._comments[route.method.full_name]
        role = Role.Name(route.required_role).removeprefix("ROLE_")
        operation: Operation = {
            "tags": [tag_of(route.service)],
            "operationId": operation_id(route),
            "summary": comment.partition(". ")[0].removesuffix("."),
            "description": f"{comment}\n\nNeeds the role {role}.",
            "parameters": [
                *(path_parameter(before, name) for before, name in _segments(route) if name is not None),
                *self._query_parameters(route),
            ],
            "responses": {"200": self._answer(route), "default": PROBLEM},
            "x-required-role": role,
            "x-rpc": route.rpc,
        }
        if route.body:
            operation["requestBody"] = self._body(route)
        return operation

    def _query_parameters(self, route: Route) -> list[Schema]:
        if route.body == "*":
            return []
        taken = {route.body, *(variable.field for variable in route.template.variables)}
        examples = IN_QUERY.get(operation_id(route), {})
        return [
            {"name": name, "in": "query", **self._of_parameter(field)} | _if_any(example=examples.get(name))
            for name, field in _leaves(route.request, taken)
        ]

    def _of_parameter(self, field: FieldDescriptor) -> Schema:
        schema = self._schemas.of_field(field)
        return _if_any(description=schema.pop("description", None)) | {"schema": schema}

    def _body(self, route: Route) -> Schema:
        if route.body == "*":
            in_path = {variable.field for variable in route.template.variables}
            schema = self._schemas.of(route.request, without=in_path)
            needed = len(route.request.fields) > len(in_path)
        else:
            schema, needed = self._schemas.of_field(route.request.fields_by_name[route.body]), True
        content = {"schema": schema} | _if_any(example=BODIES.get(operation_id(route)))
        return {"required": needed, "content": {"application/json": content}}

    def _answer(self, route: Route) -> Schema:
        field = route.response.fields_by_name.get(route.response_body)
        schema = self._schemas.of(route.response) if field is None else self._schemas.of_field(field)
        if not route.server_streaming:
            description = self._comments[route.response.full_name] or "What was asked for."
            return {"description": description, "content": {"application/json": {"schema": schema}}}
        description = (
            f"A stream: each line of NDJSON, and the data of each server-sent event, is one of these. Events come with "
            f"`Accept: {EVENT_STREAM}`; one called `end` says that all was sent. A stream that fails after its start "
            f"ends with the problem: as the field `error` of a line, or as an event called `error`."
        )
        return {"description": description, "content": {NDJSON: {"schema": schema}, EVENT_STREAM: {"schema": schema}}}


def _segments(route: Route) -> Iterator[tuple[str, str | None]]:
    """Each segment of the path: a literal and None, or what stands before a parameter and the parameter's name.

    Raises ValueError for `**`, which OpenAPI cannot say.
    """
    before = ""
    for segment in route.template.segments:
        for text in segment.segments if isinstance(segment, Variable) else (segment,):
            if text == "**":
                raise ValueError(f"{route.rpc}: OpenAPI has no word for {route.template.text}")
            yield (before, _singular(before)) if text == "*" else (text, None)
            before = text


def _if_any(**said: Any) -> Schema:
    return {key: value for key, value in said.items() if value is not None}


def _singular(collection: str) -> str:
    return f"{collection.removesuffix('ies')}y" if collection.endswith("ies") else collection.removesuffix("s")


def _leaves(
    message: Descriptor, taken: Collection[str], parents: tuple[FieldDescriptor, ...] = ()
) -> Iterator[tuple[str, FieldDescriptor]]:
    """Fields that a query can hold, with their names: those of a message within are called `message.field`.

    Lists of messages, maps, and messages within themselves cannot be said in a query.
    """
    for field in message.fields:
        path = (*parents, field)
        if ".".join(part.name for part in path) in taken:
            continue
        within = field.message_type
        if within is None or within.file.package == "google.protobuf":
            yield ".".join(part.json_name for part in path), field
        elif not field.is_repeated and all(parent.message_type is not within for parent in parents):
            yield from _leaves(within, taken, path)
