"""Every resource belongs to a workspace: what a name leads to, and the part of a query that holds it there."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Table, select

from libs.rpc.identity import current_caller
from libs.rpc.names import NamePattern
from services.catalog.schema import workspaces


def ids_in(pattern: NamePattern, name: str, resource: str) -> dict[str, str]:
    """The ids in a name that the caller sent. Raises NameInvalid, and NotFound for another's workspace."""
    ids = pattern.parse(name)
    current_caller().check_workspace(ids["workspace"], resource=resource, name=name)
    return ids


def workspace_key(workspace: str) -> ScalarSelect[Any]:
    """The key of the workspace with this id, within a statement."""
    return select(workspaces.c.id).where(workspaces.c.slug == workspace).scalar_subquery()


def is_named(table: Table, workspace: str, slug: str) -> ColumnElement[bool]:
    """Whether a row of a table with `workspace_id` and `slug` is the one of that name."""
    return (table.c.workspace_id == workspace_key(workspace)) & (table.c.slug == slug)
