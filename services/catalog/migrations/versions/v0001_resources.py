"""Workspaces, tokens, connections, tag definitions, datasets, versions, index sets."""

from alembic import op
from sqlalchemy import (
    BigInteger,
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

revision = "0001"
down_revision = None

Time = DateTime(timezone=True)
Bytewise = Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "workspaces",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("slug", Bytewise, nullable=False),
        Column("created", Time, server_default=text("now()"), nullable=False),
        PrimaryKeyConstraint("id", name="workspaces_pkey"),
        UniqueConstraint("slug", name="workspaces_slug_key"),
    )
    op.create_table(
        "tokens",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("workspace_id", BigInteger(), comment="null for a service"),
        Column("slug", Bytewise, nullable=False),
        Column("secret_hash", LargeBinary(), nullable=False, comment="SHA-256: secrets are random, 256 bits"),
        Column("role", SmallInteger(), nullable=False),
        Column("display_name", Text(), nullable=False),
        Column("expires", Time),
        Column("created", Time, server_default=text("now()"), nullable=False),
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="tokens_workspace_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name="tokens_pkey"),
        UniqueConstraint("secret_hash", name="tokens_secret_hash_key"),
        UniqueConstraint(
            "workspace_id", "slug", name="tokens_workspace_id_slug_key", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "connections",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("workspace_id", BigInteger(), nullable=False),
        Column("slug", Bytewise, nullable=False),
        Column("display_name", Text(), nullable=False),
        Column("kind", Text(), nullable=False, comment="s3, folder, model_service or pgvector"),
        Column("config", JSONB(), nullable=False, comment="the config message without its secret"),
        Column("secret", LargeBinary(), comment="AES-256-GCM; null if there is none"),
        Column("edits", Integer(), server_default="1", nullable=False),
        Column("created", Time, server_default=text("now()"), nullable=False),
        Column("updated", Time, server_default=text("now()"), nullable=False),
        ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="connections_workspace_id_fkey", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="connections_pkey"),
        UniqueConstraint("workspace_id", "slug", name="connections_workspace_id_slug_key"),
    )
    op.create_table(
        "tag_definitions",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("workspace_id", BigInteger(), nullable=False),
        Column("slug", Bytewise, nullable=False),
        Column("display_name", Text(), nullable=False),
        Column("guide_prompt", Text(), nullable=False),
        Column(
            "definition", Text(), nullable=False, comment="normal form; text, because jsonb does not keep the order"
        ),
        Column("revision", BigInteger(), server_default="1", nullable=False),
        Column("edits", Integer(), server_default="1", nullable=False),
        Column("created", Time, server_default=text("now()"), nullable=False),
        Column("updated", Time, server_default=text("now()"), nullable=False),
        ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="tag_definitions_workspace_id_fkey", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="tag_definitions_pkey"),
        UniqueConstraint("workspace_id", "slug", name="tag_definitions_workspace_id_slug_key"),
    )
    op.create_table(
        "datasets",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("workspace_id", BigInteger(), nullable=False),
        Column("slug", Bytewise, nullable=False),
        Column("display_name", Text(), nullable=False),
        Column("kind", SmallInteger(), nullable=False),
        Column("content_type", SmallInteger(), nullable=False),
        Column("storage_connection_id", BigInteger(), comment="null for a logical dataset"),
        Column("root_uri", Text(), nullable=False),
        Column("import_format", SmallInteger(), nullable=False),
        Column("mount_path", Text(), nullable=False),
        Column("description", Text(), nullable=False),
        Column("labels", JSONB(), nullable=False),
        Column("edits", Integer(), server_default="1", nullable=False),
        Column("created", Time, server_default=text("now()"), nullable=False),
        Column("updated", Time, server_default=text("now()"), nullable=False),
        ForeignKeyConstraint(["storage_connection_id"], ["connections.id"], name="datasets_storage_connection_id_fkey"),
        ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="datasets_workspace_id_fkey", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="datasets_pkey"),
        UniqueConstraint("workspace_id", "slug", name="datasets_workspace_id_slug_key"),
    )
    op.create_table(
        "versions",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("dataset_id", BigInteger(), nullable=False),
        Column("workspace_id", BigInteger(), nullable=False, comment="as its dataset's: every query carries it"),
        Column("number", Integer(), nullable=False, comment="1 for v1"),
        Column("state", SmallInteger(), nullable=False),
        Column("base_version_id", BigInteger()),
        Column("revision", BigInteger(), server_default="0", nullable=False),
        Column("next_ordinal", BigInteger(), server_default="0", nullable=False),
        Column("file_count", BigInteger(), server_default="0", nullable=False),
        Column("size_bytes", BigInteger(), server_default="0", nullable=False),
        Column("scanned", Time, comment="end of the last complete scan"),
        Column("index_set_id", BigInteger(), comment="the one that searches use"),
        Column("created", Time, server_default=text("now()"), nullable=False),
        ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="versions_dataset_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name="versions_pkey"),
        UniqueConstraint("dataset_id", "number", name="versions_dataset_id_number_key"),
    )
    op.create_table(
        "index_sets",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("version_id", BigInteger(), nullable=False),
        Column("model_connection_id", BigInteger(), nullable=False),
        Column("model", Text(), nullable=False),
        Column("database_connection_id", BigInteger(), nullable=False),
        Column("table_name", Text(), nullable=False),
        Column("metric", SmallInteger(), nullable=False),
        Column("dimension", Integer(), server_default="0", nullable=False, comment="0 until a job has asked the model"),
        Column("revision", BigInteger(), server_default="0", nullable=False),
        Column("created", Time, server_default=text("now()"), nullable=False),
        ForeignKeyConstraint(
            ["database_connection_id"], ["connections.id"], name="index_sets_database_connection_id_fkey"
        ),
        ForeignKeyConstraint(["model_connection_id"], ["connections.id"], name="index_sets_model_connection_id_fkey"),
        ForeignKeyConstraint(["version_id"], ["versions.id"], name="index_sets_version_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name="index_sets_pkey"),
        UniqueConstraint(
            "version_id",
            "model_connection_id",
            "model",
            "database_connection_id",
            "table_name",
            "metric",
            name="index_sets_configuration_key",
        ),
    )
    op.create_table(
        "discarded_versions",
        Column("version_id", BigInteger(), autoincrement=False, nullable=False),
        Column("discarded", Time, server_default=text("now()"), nullable=False),
        PrimaryKeyConstraint("version_id", name="discarded_versions_pkey"),
        comment="versions that are gone, whose rows of large tables are still to be deleted in batches",
    )
