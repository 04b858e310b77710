"""Files with their tags, vectors and contents."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

Time = DateTime(timezone=True)
Bytewise = Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "tags",
        Column("workspace_id", BigInteger(), nullable=False),
        Column("id", Integer(), Identity(always=True), nullable=False),
        Column("name", Bytewise, nullable=False, comment="NFC, trimmed; never changes"),
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="tags_workspace_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("workspace_id", "id", name="tags_pkey"),
        UniqueConstraint("workspace_id", "name", name="tags_workspace_id_name_key"),
    )
    op.create_table(
        "files",
        Column("version_id", BigInteger(), nullable=False),
        Column("ordinal", BigInteger(), nullable=False, comment="dense, given at first sight of a path, never reused"),
        Column("path", Bytewise, nullable=False, comment="below the dataset's root"),
        Column("size_bytes", BigInteger(), nullable=False),
        Column("etag", Bytewise, nullable=False),
        Column("content_type", Text(), nullable=False),
        Column("status", SmallInteger(), nullable=False, comment="as File.Status"),
        Column("width_px", Integer(), server_default="0", nullable=False),
        Column("height_px", Integer(), server_default="0", nullable=False),
        Column("modified", Time, nullable=False),
        Column("created", Time, nullable=False),
        Column("synced", Time, nullable=False),
        Column("attributes", JSONB()),
        Column("comment", Text(), server_default="", nullable=False),
        Column("revision", BigInteger(), nullable=False),
        PrimaryKeyConstraint("version_id", "ordinal", name="files_pkey"),
        UniqueConstraint("version_id", "path", name="files_version_id_path_key"),
        postgresql_partition_by="HASH (version_id)",
    )
    op.create_index("files_version_id_revision_ordinal_idx", "files", ["version_id", "revision", "ordinal"])
    op.create_table(
        "file_tags",
        Column("version_id", BigInteger(), nullable=False),
        Column("ordinal", BigInteger(), nullable=False),
        Column("ai", ARRAY(Integer()), server_default="{}", nullable=False),
        Column("user", ARRAY(Integer()), server_default="{}", nullable=False),
        Column("rejected", ARRAY(Integer()), server_default="{}", nullable=False),
        Column("stale", Boolean(), server_default=text("false"), nullable=False, comment="content changed since `ai`"),
        Column("tagged", Time, nullable=False, comment="when any of the three last changed"),
        Column("edited", Time, comment="when a person last edited"),
        Column("editor", Text(), comment="who that was"),
        Column("revision", BigInteger(), nullable=False),
        PrimaryKeyConstraint("version_id", "ordinal", name="file_tags_pkey"),
        postgresql_partition_by="HASH (version_id)",
    )
    op.create_index("file_tags_version_id_revision_ordinal_idx", "file_tags", ["version_id", "revision", "ordinal"])
    op.create_table(
        "file_vectors",
        Column("version_id", BigInteger(), nullable=False),
        Column("index_set_id", BigInteger(), nullable=False),
        Column("ordinal", BigInteger(), nullable=False),
        Column("etag", Bytewise, nullable=False, comment="content that was embedded"),
        Column(
            "current", Boolean(), nullable=False, comment="false once a scan brings other content, or the file goes"
        ),
        Column("indexed", Time, nullable=False),
        Column("job_id", BigInteger(), nullable=False),
        Column("revision", BigInteger(), nullable=False, comment="of the index set"),
        PrimaryKeyConstraint("version_id", "index_set_id", "ordinal", name="file_vectors_pkey"),
        postgresql_partition_by="HASH (version_id)",
    )
    op.create_index(
        "file_vectors_version_id_index_set_id_revision_ordinal_idx",
        "file_vectors",
        ["version_id", "index_set_id", "revision", "ordinal"],
    )
    op.create_table(
        "contents",
        Column("store", Bytewise, nullable=False, comment="connection id and bucket"),
        Column("path", Bytewise, nullable=False, comment="the key within the bucket"),
        Column("etag", Bytewise, nullable=False),
        Column("size_bytes", BigInteger(), nullable=False),
        Column("sha256", LargeBinary(), nullable=False),
        PrimaryKeyConstraint("store", "path", "etag", "size_bytes", name="contents_pkey"),
    )
    for table in ("files", "file_tags", "file_vectors"):
        for part in range(64):
            op.execute(
                f"CREATE TABLE {table}_{part:02} PARTITION OF {table} FOR VALUES WITH (MODULUS 64, REMAINDER {part})"
            )
