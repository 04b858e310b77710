"""The tables of edits of tags by people; the others are in `schema`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.catalog.schema import Bytewise, Time, identity, metadata, now

tag_edits = Table(
    "tag_edits",
    metadata,
    identity(),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    Column("changes", JSONB, nullable=False, comment="by list the tags' names with their ids; null for unknown ones"),
    Column("ordinals", LargeBinary, comment="files asked for, a roaring bitmap; null once all are worked through"),
    Column("files", BigInteger, nullable=False, comment="asked for"),
    Column("processed", BigInteger, nullable=False, server_default="0", comment="of these, in the order of ordinals"),
    Column("changed", BigInteger, nullable=False, server_default="0", comment="files that were really changed"),
    Column("reverted", BigInteger, nullable=False, server_default="0", comment="files that the undoing changed back"),
    Column("editor", Text, nullable=False),
    Column("request_id", Bytewise),
    Column("job_id", BigInteger, comment="null where it was done in the call"),
    now("created"),
    Column("undoer", Text),
    Column("undo_request_id", Bytewise),
    Column("undo_job_id", BigInteger, comment="null where it was undone in the call"),
    Column("undo_asked", Time, comment="null while nobody asked"),
    Column("undone", Boolean, nullable=False, server_default=text("false")),
    Column("expression", Text, comment="what selected its files; null where nobody said"),
    UniqueConstraint("workspace_id", "request_id"),
    # ListTagEdits walks those of a version.
    Index(None, "version_id", "id"),
)

tag_edit_changes = Table(
    "tag_edit_changes",
    metadata,
    Column("edit_id", ForeignKey("tag_edits.id", ondelete="CASCADE"), nullable=False),
    Column("part", BigInteger, nullable=False, comment="files of the edit before this part"),
    Column("place", Text, nullable=False, comment="user or rejected"),
    Column("tag_id", Integer, nullable=False),
    Column("is_added", Boolean, nullable=False, comment="else the tag was taken away"),
    Column("version_id", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False, comment="of the version: the order of the changes"),
    Column("first_ordinal", BigInteger, nullable=False),
    Column("last_ordinal", BigInteger, nullable=False),
    Column("ordinals", LargeBinary, nullable=False, comment="files that were changed so, a roaring bitmap"),
    Column("undone", Boolean, nullable=False, server_default=text("false"), comment="it no longer stands"),
    PrimaryKeyConstraint("edit_id", "part", "place", "tag_id"),
    # An undoing looks for what came before and after.
    Index("tag_edit_changes_tag_idx", "version_id", "place", "tag_id", "revision"),
)
