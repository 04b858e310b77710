"""Edits of tags by people, and what each of them really changed."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

Time = DateTime(timezone=True)
Bytewise = Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "tag_edits",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("workspace_id", BigInteger(), nullable=False),
        Column("version_id", BigInteger(), nullable=False),
        Column(
            "changes", JSONB(), nullable=False, comment="by list the tags' names with their ids; null for unknown ones"
        ),
        Column(
            "ordinals", LargeBinary(), comment="files asked for, a roaring bitmap; null once all are worked through"
        ),
        Column("files", BigInteger(), nullable=False, comment="asked for"),
        Column(
            "processed", BigInteger(), server_default="0", nullable=False, comment="of these, in the order of ordinals"
        ),
        Column("changed", BigInteger(), server_default="0", nullable=False, comment="files that were really changed"),
        Column(
            "reverted", BigInteger(), server_default="0", nullable=False, comment="files that the undoing changed back"
        ),
        Column("editor", Text(), nullable=False),
        Column("request_id", Bytewise),
        Column("job_id", BigInteger(), comment="null where it was done in the call"),
        Column("created", Time, server_default=text("now()"), nullable=False),
        Column("undoer", Text()),
        Column("undo_request_id", Bytewise),
        Column("undo_job_id", BigInteger(), comment="null where it was undone in the call"),
        Column("undo_asked", Time, comment="null while nobody asked"),
        Column("undone", Boolean(), server_default=text("false"), nullable=False),
        ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="tag_edits_workspace_id_fkey", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["version_id"], ["versions.id"], name="tag_edits_version_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name="tag_edits_pkey"),
        UniqueConstraint("workspace_id", "request_id", name="tag_edits_workspace_id_request_id_key"),
    )
    op.create_index("tag_edits_version_id_id_idx", "tag_edits", ["version_id", "id"])
    op.create_table(
        "tag_edit_changes",
        Column("edit_id", BigInteger(), nullable=False),
        Column("part", BigInteger(), nullable=False, comment="files of the edit before this part"),
        Column("place", Text(), nullable=False, comment="user or rejected"),
        Column("tag_id", Integer(), nullable=False),
        Column("is_added", Boolean(), nullable=False, comment="else the tag was taken away"),
        Column("version_id", BigInteger(), nullable=False),
        Column("revision", BigInteger(), nullable=False, comment="of the version: the order of the changes"),
        Column("first_ordinal", BigInteger(), nullable=False),
        Column("last_ordinal", BigInteger(), nullable=False),
        Column("ordinals", LargeBinary(), nullable=False, comment="files that were changed so, a roaring bitmap"),
        Column("undone", Boolean(), server_default=text("false"), nullable=False, comment="it no longer stands"),
        ForeignKeyConstraint(["edit_id"], ["tag_edits.id"], name="tag_edit_changes_edit_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("edit_id", "part", "place", "tag_id", name="tag_edit_changes_pkey"),
    )
    op.create_index("tag_edit_changes_tag_idx", "tag_edit_changes", ["version_id", "place", "tag_id", "revision"])
