"""Jobs, their chunks, logs and outcomes, and the ledger."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
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

revision = "0003"
down_revision = "0002"

Time = DateTime(timezone=True)
Bytewise = Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "ledger",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("workspace_id", BigInteger(), nullable=False),
        Column("kind", SmallInteger(), nullable=False, comment="as JobKind"),
        Column("sha256", LargeBinary(), nullable=False, comment="of the image"),
        Column(
            "fingerprint", LargeBinary(), nullable=False, comment="SHA-256 of model, definition, prompt, preprocessing"
        ),
        Column("answer", Text(), nullable=False),
        Column("input_tokens", BigInteger(), nullable=False),
        Column("output_tokens", BigInteger(), nullable=False),
        Column("cost", Double()),
        Column("reason", SmallInteger(), comment="as ErrorReason: why the answer is no good; null if it is"),
        Column("created", Time, server_default=text("now()"), nullable=False),
        PrimaryKeyConstraint("id", name="ledger_pkey"),
        UniqueConstraint(
            "workspace_id", "kind", "fingerprint", "sha256", name="ledger_workspace_id_kind_fingerprint_sha256_key"
        ),
    )
    op.create_table(
        "jobs",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("workspace_id", BigInteger(), nullable=False),
        Column("version_id", BigInteger(), nullable=False),
        Column("kind", SmallInteger(), nullable=False, comment="as JobKind"),
        Column(
            "spec",
            JSONB(),
            nullable=False,
            comment="fields of the spec message, without a selection",
        ),
        Column("selection", LargeBinary(), comment="ordinals of an export's files, a roaring bitmap"),
        Column("scores", LargeBinary(), comment="theirs, float32 little-endian; empty if there are none"),
        Column("state", SmallInteger(), nullable=False, comment="as Job.State"),
        Column("mode", SmallInteger(), nullable=False, comment="as JobMode"),
        Column("fingerprint", LargeBinary(), comment="which answers of the ledger count; null for scans and exports"),
        Column("tag_definition_id", BigInteger(), comment="`ai` unites the latest job of each definition"),
        Column("index_set_id", BigInteger()),
        Column("waits_for", BigInteger(), comment="the scan after which the chunks are made"),
        Column("total", BigInteger(), server_default="0", nullable=False),
        Column("done", BigInteger(), server_default="0", nullable=False),
        Column("failed", BigInteger(), server_default="0", nullable=False),
        Column("reused", BigInteger(), server_default="0", nullable=False),
        Column("input_tokens", BigInteger(), server_default="0", nullable=False),
        Column("output_tokens", BigInteger(), server_default="0", nullable=False),
        Column("summary", JSONB(), comment="fields of ScanSummary or ExportSummary"),
        Column("reason", SmallInteger(), comment="as ErrorReason, of the job as a whole"),
        Column("message", Text(), server_default="", nullable=False),
        Column("creator", Text(), nullable=False),
        Column("request_id", Bytewise),
        Column("created", Time, server_default=text("now()"), nullable=False),
        Column("started", Time),
        Column("ended", Time),
        ForeignKeyConstraint(["version_id"], ["versions.id"], name="jobs_version_id_fkey", ondelete="CASCADE"),
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="jobs_workspace_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name="jobs_pkey"),
        UniqueConstraint("workspace_id", "request_id", name="jobs_workspace_id_request_id_key"),
    )
    op.create_index("jobs_active_idx", "jobs", ["kind", "id"], postgresql_where=text("ended IS NULL"))
    op.create_index("jobs_workspace_id_id_idx", "jobs", ["workspace_id", "id"])
    op.create_index("jobs_version_id_kind_idx", "jobs", ["version_id", "kind"])
    op.create_table(
        "chunks",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("job_id", BigInteger(), nullable=False),
        Column("ordinals", ARRAY(BigInteger()), nullable=False, comment="empty where the chunk is the whole job"),
        Column("open", Integer(), nullable=False, comment="files without a result; 0 ends the chunk"),
        Column("ended", Boolean(), server_default=text("false"), nullable=False),
        Column("worker", Text()),
        Column(
            "lease",
            LargeBinary(),
            comment="16 random bytes; an ended chunk keeps it, so that repeats are known",
        ),
        Column("lease_end", Time, comment="null while nobody has it"),
        Column("losses", Integer(), server_default="0", nullable=False, comment="leases that ran out"),
        ForeignKeyConstraint(["job_id"], ["jobs.id"], name="chunks_job_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name="chunks_pkey"),
    )
    op.create_index("chunks_lease_idx", "chunks", ["lease"], unique=True, postgresql_where=text("lease IS NOT NULL"))
    op.create_index("chunks_open_idx", "chunks", ["job_id", "id"], postgresql_where=text("NOT ended"))
    op.create_table(
        "job_log",
        Column("job_id", BigInteger(), nullable=False),
        Column("sequence", BigInteger(), Identity(always=True), nullable=False),
        Column("time", Time, nullable=False),
        Column("level", SmallInteger(), nullable=False, comment="as JobLogLine.Level"),
        Column("message", Text(), nullable=False),
        ForeignKeyConstraint(["job_id"], ["jobs.id"], name="job_log_job_id_fkey", ondelete="CASCADE"),
        PrimaryKeyConstraint("job_id", "sequence", name="job_log_pkey"),
    )
    op.create_index("job_log_line_idx", "job_log", ["job_id", "time", text("md5(message)")], unique=True)
    op.create_table(
        "outcomes",
        Column("version_id", BigInteger(), nullable=False),
        Column("ordinal", BigInteger(), nullable=False),
        Column("job_id", BigInteger(), nullable=False),
        Column("done", Boolean(), nullable=False),
        Column("etag", Bytewise, nullable=False, comment="content that it is about"),
        Column("reason", SmallInteger(), comment="as ErrorReason; null if done"),
        Column("message", Text(), server_default="", nullable=False),
        Column("tag_ids", ARRAY(Integer()), server_default="{}", nullable=False),
        Column("ledger_id", BigInteger()),
        Column("reused", Boolean(), server_default=text("false"), nullable=False),
        Column("created", Time, server_default=text("now()"), nullable=False),
        CheckConstraint("done = (reason IS NULL)", name="outcomes_reason_check"),
        PrimaryKeyConstraint("version_id", "job_id", "ordinal", name="outcomes_pkey"),
        postgresql_partition_by="HASH (version_id)",
    )
    op.create_index("outcomes_version_id_ordinal_idx", "outcomes", ["version_id", "ordinal"])
    for table in ("outcomes",):
        for part in range(64):
            op.execute(
                f"CREATE TABLE {table}_{part:02} PARTITION OF {table} FOR VALUES WITH (MODULUS 64, REMAINDER {part})"
            )
