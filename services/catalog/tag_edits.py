"""Edits of tags by people: made, listed and undone. What one changes in the files is in `tag_changes`.

An edit of up to `ROWS_A_REVISION` files is done in the transaction that records it, and so is an undoing. A larger one
is a job of catalog's own second process. The state of an edit follows from its row and from its jobs', and is kept
nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grpc import StatusCode
from pyroaring import BitMap
from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1 import dataset_pb2
from bowerbird.catalog.v1.tag_edit_pb2 import TagEdit as TagEditMessage
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, NotFound
from libs.rpc.names import TAG_EDIT
from services.catalog.bell import Bell
from services.catalog.database import Database
from services.catalog.edits import ROWS_A_REVISION, stamp_version
from services.catalog.errors import VersionPublished
from services.catalog.job_creation import create_tag_edit_job
from services.catalog.job_specs import TagEditSpec
from services.catalog.request_ids import lock_request
from services.catalog.schema import jobs
from services.catalog.tag_changes import Part, TagIds, change_tags, undo_changes
from services.catalog.tag_edit_schema import tag_edits
from services.catalog.tags import Tags
from services.catalog.versions import Version

LISTS = ("add", "remove", "reject", "restore")


class NotUndoable(BowerbirdError):
    """{name} is {state}; expected {expected}."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_STATE_CONFLICT


@dataclass(frozen=True)
class NewTagEdit:
    """An edit to be made: `names` by list, in the form of `tag_name`; `editor` is who asks.

    `expression` is what selected the files, or None.
    """

    names: Mapping[str, Sequence[str]]
    editor: str
    request_id: str
    expression: str | None


@dataclass(frozen=True)
class TagEdit:
    """An edit; `state` as TagEdit.State, `reason` as ErrorReason or None. Counts are of files.

    `tags` are ids by name and list; None for a name that had none, so that there was nothing to change.
    """

    id: int
    version: Version
    tags: Mapping[str, Mapping[str, int | None]]
    state: int
    files: int
    processed: int
    changed: int
    reverted: int
    editor: str
    created: datetime
    job_id: int | None
    undoer: str | None
    undo_asked: datetime | None
    undo_job_id: int | None
    reason: int | None
    message: str
    expression: str | None

    @property
    def name(self) -> str:
        """The resource name."""
        return tag_edit_name(self.version, self.id)


def tag_edit_name(version: Version, edit_id: int | str) -> str:
    """The resource name of the edit with this id."""
    number = f"v{version.number}"
    return TAG_EDIT.format(workspace=version.workspace, dataset=version.dataset, version=number, tag_edit=str(edit_id))


def tag_ids(tags: Mapping[str, Mapping[str, int | None]]) -> TagIds:
    """The ids of an edit's tags, without the names that have none."""
    return TagIds(**{name: [tag for tag in tags[name].values() if tag is not None] for name in LISTS})


class TagEdits:
    """Every method takes a version, and raises NotFound for an edit that it does not have."""

    def __init__(self, database: Database, tags: Tags, bell: Bell) -> None:
        self._database = database
        self._tags = tags
        self._bell = bell

    async def edit(self, version: Version, files: BitMap, new: NewTagEdit) -> TagEdit:
        """Change the tags of the files, or make the job that does. Raises VersionPublished.

        A request that is repeated returns the edit that was made.
        """
        tags = await self._with_ids(version, new.names)
        async with self._database.begin() as connection:
            if new.request_id:
                await lock_request(connection, "tag edit", version.workspace, new.request_id)
                is_same = (tag_edits.c.workspace_id == version.workspace_id) & (
                    tag_edits.c.request_id == new.request_id
                )
                if (made := await connection.scalar(select(tag_edits.c.id).where(is_same))) is not None:
                    return await _find(connection, version, made)
            _check_open(version)
            edit_id = await _insert(connection, version, files, tags, new)
            if len(files) <= ROWS_A_REVISION:
                stamp = await stamp_version(connection, version.id)
                part = Part(edit_id, version.id, stamp.revision, new.editor)
                changed = await change_tags(connection, part, files, tag_ids(tags))
                await connection.execute(_of(edit_id).values(processed=len(files), changed=changed))
            else:
                spec = TagEditSpec(tag_edit_name(version, edit_id), undo=False)
                job = await create_tag_edit_job(connection, version, spec, files=len(files), creator=new.editor)
                await connection.execute(_of(edit_id).values(job_id=job, ordinals=files.serialize()))
            edit = await _find(connection, version, edit_id)
        self._bell.ring()
        return edit

    async def get(self, version: Version, edit_id: str) -> TagEdit:
        async with self._database.begin() as connection:
            return await _find(connection, version, _key(version, edit_id))

    async def list(self, version: Version, before: int | None, limit: int) -> Sequence[TagEdit]:
        """Newest first, below the key `before`. By tag_edits_version_id_id_idx."""
        statement = _columns(version).order_by(tag_edits.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(tag_edits.c.id < before)
        async with self._database.begin() as connection:
            return [_tag_edit(version, row) for row in await connection.execute(statement)]

    async def undo(self, version: Version, edit_id: str, undoer: str, request_id: str) -> TagEdit:
        """Undo what stands of the edit, or make the job that does. Raises NotUndoable and VersionPublished.

        A request that is repeated returns the edit as it is.
        """
        key = _key(version, edit_id)
        async with self._database.begin() as connection:
            # Before the lock, which a job that is at the edit gives free between two parts alone, and behind it.
            if made := await _undone_before(connection, version, key, request_id):
                return made
            await connection.execute(select(tag_edits.c.id).where(tag_edits.c.id == key).with_for_update())
            if made := await _undone_before(connection, version, key, request_id):
                return made
            edit = await _find(connection, version, key)
            asked = {"undoer": undoer, "undo_asked": func.now(), "undo_request_id": request_id or None}
            await connection.execute(_of(key).values(**asked, undo_job_id=None))
            changed = edit.changed - edit.reverted
            if changed <= ROWS_A_REVISION:
                stamp = await stamp_version(connection, version.id)
                reverted = await undo_changes(connection, Part(key, version.id, stamp.revision, undoer))
                await connection.execute(_of(key).values(reverted=tag_edits.c.reverted + reverted, undone=True))
            else:
                spec = TagEditSpec(edit.name, undo=True)
                job = await create_tag_edit_job(connection, version, spec, files=changed, creator=undoer)
                await connection.execute(_of(key).values(undo_job_id=job))
            edit = await _find(connection, version, key)
        self._bell.ring()
        return edit

    async def _with_ids(
        self, version: Version, names: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Mapping[str, int | None]]:
        """Tags to add get an id where they have none; nobody can have another tag without one."""
        added = await self._tags.ids(version.workspace_id, names["add"])
        others = {name for kind in LISTS if kind != "add" for name in names[kind]}
        ids = {**await self._tags.known(version.workspace_id, others), **added}
        return {kind: {name: ids.get(name) for name in names[kind]} for kind in LISTS}


def _key(version: Version, edit_id: str) -> int:
    """Raises NotFound for text that is no key."""
    if not (edit_id.isascii() and edit_id.isdigit() and len(edit_id) < 19):
        raise NotFound(resource="tag edit", name=tag_edit_name(version, edit_id))
    return int(edit_id)


async def _undone_before(
    connection: AsyncConnection, version: Version, edit_id: int, request_id: str
) -> TagEdit | None:
    """The edit, if the same request had it undone before. Raises what `TagEdits.undo` raises."""
    edit = await _find(connection, version, edit_id)
    last = select(tag_edits.c.undo_request_id).where(tag_edits.c.id == edit_id)
    if request_id and request_id == await connection.scalar(last):
        return edit
    _check_open(version)
    _check_undoable(edit)
    return None


def _check_open(version: Version) -> None:
    """Early, for a job would find out late."""
    if version.state != dataset_pb2.Version.STATE_OPEN:
        raise VersionPublished(version=version.name)


def _check_undoable(edit: TagEdit) -> None:
    states: dict[int, tuple[str, str]] = {
        TagEditMessage.STATE_RUNNING: ("still running", "one that has ended; wait for its job or stop it"),
        TagEditMessage.STATE_UNDOING: ("being undone", "one that stands"),
        TagEditMessage.STATE_UNDONE: ("undone", "one that stands; to do it again, make a new edit"),
    }
    if edit.state in states:
        state, expected = states[edit.state]
        raise NotUndoable(name=edit.name, state=state, expected=expected)


async def _insert(
    connection: AsyncConnection,
    version: Version,
    files: BitMap,
    tags: Mapping[str, Mapping[str, int | None]],
    new: NewTagEdit,
) -> int:
    statement = (
        insert(tag_edits)
        .values(
            workspace_id=version.workspace_id,
            version_id=version.id,
            changes=tags,
            files=len(files),
            editor=new.editor,
            request_id=new.request_id or None,
            expression=new.expression,
        )
        .returning(tag_edits.c.id)
    )
    edit_id: int = (await connection.execute(statement)).scalar_one()
    return edit_id


def _of(edit_id: int) -> Any:
    return update(tag_edits).where(tag_edits.c.id == edit_id)


async def _find(connection: AsyncConnection, version: Version, edit_id: int) -> TagEdit:
    """By tag_edits_pkey and jobs_pkey."""
    row = (await connection.execute(_columns(version).where(tag_edits.c.id == edit_id))).one_or_none()
    if row is None:
        raise NotFound(resource="tag edit", name=tag_edit_name(version, edit_id))
    return _tag_edit(version, row)


def _columns(version: Version) -> Select[Any]:
    """An edit's columns but its files, which may be many, and of the job that was last at it what tells its state."""
    kept = [column for column in tag_edits.c if column is not tag_edits.c.ordinals]
    latest = func.coalesce(tag_edits.c.undo_job_id, tag_edits.c.job_id)
    return (
        select(*kept, (jobs.c.id.is_not(None) & jobs.c.ended.is_(None)).label("goes_on"), jobs.c.reason, jobs.c.message)
        .outerjoin_from(tag_edits, jobs, jobs.c.id == latest)
        .where(tag_edits.c.version_id == version.id)
    )


def _tag_edit(version: Version, row: Row[Any]) -> TagEdit:
    return TagEdit(
        id=row.id,
        version=version,
        tags={kind: dict(sorted(row.changes[kind].items())) for kind in LISTS},
        state=_state(row),
        files=row.files,
        processed=row.processed,
        changed=row.changed,
        reverted=row.reverted,
        editor=row.editor,
        created=row.created,
        job_id=row.job_id,
        undoer=row.undoer,
        undo_asked=row.undo_asked,
        undo_job_id=row.undo_job_id,
        reason=row.reason,
        message=row.message or "",
        expression=row.expression,
    )


def _state(row: Row[Any]) -> TagEditMessage.State.ValueType:
    if row.undone:
        return TagEditMessage.STATE_UNDONE
    if row.undo_job_id is not None:
        return TagEditMessage.STATE_UNDOING if row.goes_on else TagEditMessage.STATE_STOPPED
    if row.processed == row.files:
        return TagEditMessage.STATE_DONE
    return TagEditMessage.STATE_RUNNING if row.goes_on else TagEditMessage.STATE_STOPPED
