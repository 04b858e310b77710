"""The tables of catalog. The migrations make them; queries name their columns through these objects.

Large tables have 64 hash partitions by version, so that a version's rows lie together and vacuum works on small pieces.
Their indexes are those that a statement needs; each is named beside the reader that it serves.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

# Paths and ids are compared byte by byte: faster than by a language's rules, and the same on every server.
Bytewise = Text(collation="C")
Time = DateTime(timezone=True)


def identity() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def now(name: str) -> Column[object]:
    return Column(name, Time, nullable=False, server_default=func.now())


workspaces = Table(
    "workspaces",
    metadata,
    identity(),
    Column("slug", Bytewise, nullable=False, unique=True),
    now("created"),
)

tokens = Table(
    "tokens",
    metadata,
    identity(),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), comment="null for a service"),
    Column("slug", Bytewise, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True, comment="SHA-256: secrets are random, 256 bits"),
    Column("role", SmallInteger, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("expires", Time),
    now("created"),
    UniqueConstraint("workspace_id", "slug", postgresql_nulls_not_distinct=True),
)

connections = Table(
    "connections",
    metadata,
    identity(),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("slug", Bytewise, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="s3, folder, model_service or pgvector"),
    Column("config", JSONB, nullable=False, comment="the config message without its secret"),
    Column("secret", LargeBinary, comment="AES-256-GCM; null if there is none"),
    Column("edits", Integer, nullable=False, server_default="1"),
    now("created"),
    now("updated"),
    UniqueConstraint("workspace_id", "slug"),
)

tag_definitions = Table(
    "tag_definitions",
    metadata,
    identity(),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("slug", Bytewise, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("guide_prompt", Text, nullable=False),
    Column("definition", Text, nullable=False, comment="normal form; text, because jsonb does not keep the order"),
    Column("revision", BigInteger, nullable=False, server_default="1"),
    Column("edits", Integer, nullable=False, server_default="1"),
    now("created"),
    now("updated"),
    UniqueConstraint("workspace_id", "slug"),
)

datasets = Table(
    "datasets",
    metadata,
    identity(),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("slug", Bytewise, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("content_type", SmallInteger, nullable=False),
    Column("storage_connection_id", ForeignKey("connections.id"), comment="null for a logical dataset"),
    Column("root_uri", Text, nullable=False),
    Column("import_format", SmallInteger, nullable=False),
    Column("mount_path", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("labels", JSONB, nullable=False),
    Column("edits", Integer, nullable=False, server_default="1"),
    now("created"),
    now("updated"),
    UniqueConstraint("workspace_id", "slug"),
    # What needs a connection is found by it, when it is to be deleted too.
    Index(None, "storage_connection_id"),
)

versions = Table(
    "versions",
    metadata,
    identity(),
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
    Column("workspace_id", BigInteger, nullable=False, comment="as its dataset's: every query carries it"),
    Column("number", Integer, nullable=False, comment="1 for v1"),
    Column("state", SmallInteger, nullable=False),
    Column("base_version_id", BigInteger),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Column("next_ordinal", BigInteger, nullable=False, server_default="0"),
    Column("file_count", BigInteger, nullable=False, server_default="0"),
    Column("size_bytes", BigInteger, nullable=False, server_default="0"),
    Column("scanned", Time, comment="end of the last complete scan"),
    Column("index_set_id", BigInteger, comment="the one that searches use"),
    now("created"),
    UniqueConstraint("dataset_id", "number"),
)

discarded_versions = Table(
    "discarded_versions",
    metadata,
    Column("version_id", BigInteger, primary_key=True, autoincrement=False),
    now("discarded"),
    comment="versions that are gone, whose rows of large tables are still to be deleted in batches",
)

tags = Table(
    "tags",
    metadata,
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("id", Integer, Identity(always=True), nullable=False),
    Column("name", Bytewise, nullable=False, comment="NFC, trimmed; never changes"),
    PrimaryKeyConstraint("workspace_id", "id"),
    UniqueConstraint("workspace_id", "name"),
)

files = Table(
    "files",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False, comment="dense, given at first sight of a path, never reused"),
    Column("path", Bytewise, nullable=False, comment="below the dataset's root"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("etag", Bytewise, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("status", SmallInteger, nullable=False, comment="as File.Status"),
    Column("width_px", Integer, nullable=False, server_default="0"),
    Column("height_px", Integer, nullable=False, server_default="0"),
    Column("modified", Time, nullable=False),
    Column("created", Time, nullable=False),
    Column("synced", Time, nullable=False),
    Column("attributes", JSONB),
    Column("comment", Text, nullable=False, server_default=""),
    Column("revision", BigInteger, nullable=False),
    PrimaryKeyConstraint("version_id", "ordinal"),
    UniqueConstraint("version_id", "path"),
    # ReadFiles follows the feed by it.
    Index(None, "version_id", "revision", "ordinal"),
    postgresql_partition_by="HASH (version_id)",
)

file_tags = Table(
    "file_tags",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("ai", ARRAY(Integer), nullable=False, server_default="{}"),
    Column("user", ARRAY(Integer), nullable=False, server_default="{}"),
    Column("rejected", ARRAY(Integer), nullable=False, server_default="{}"),
    Column("stale", Boolean, nullable=False, server_default=text("false"), comment="content changed since `ai`"),
    Column("tagged", Time, nullable=False, comment="when any of the three last changed"),
    Column("edited", Time, comment="when a person last edited"),
    Column("editor", Text, comment="who that was"),
    Column("revision", BigInteger, nullable=False),
    PrimaryKeyConstraint("version_id", "ordinal"),
    # ReadFiles follows the feed by it.
    Index(None, "version_id", "revision", "ordinal"),
    postgresql_partition_by="HASH (version_id)",
)

index_sets = Table(
    "index_sets",
    metadata,
    identity(),
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    Column("model_connection_id", ForeignKey("connections.id"), nullable=False),
    Column("model", Text, nullable=False),
    Column("database_connection_id", ForeignKey("connections.id"), nullable=False),
    Column("table_name", Text, nullable=False),
    Column("metric", SmallInteger, nullable=False),
    Column("dimension", Integer, nullable=False, server_default="0", comment="0 until a job has asked the model"),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    now("created"),
    UniqueConstraint(
        "version_id", "model_connection_id", "model", "database_connection_id", "table_name", "metric",
        name="index_sets_configuration_key",
    ),
    # What needs a connection is found by them, when it is to be deleted too.
    Index(None, "model_connection_id"),
    Index(None, "database_connection_id"),
)  # fmt: skip

file_vectors = Table(
    "file_vectors",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    Column("index_set_id", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("etag", Bytewise, nullable=False, comment="content that was embedded"),
    Column("current", Boolean, nullable=False, comment="false once a scan brings other content, or the file goes"),
    Column("indexed", Time, nullable=False),
    Column("job_id", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False, comment="of the index set"),
    PrimaryKeyConstraint("version_id", "index_set_id", "ordinal"),
    # ReadVectors follows the feed by it.
    Index(None, "version_id", "index_set_id", "revision", "ordinal"),
    postgresql_partition_by="HASH (version_id)",
)

contents = Table(
    "contents",
    metadata,
    Column("store", Bytewise, nullable=False, comment="connection id and bucket"),
    Column("path", Bytewise, nullable=False, comment="the key within the bucket"),
    Column("etag", Bytewise, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    PrimaryKeyConstraint("store", "path", "etag", "size_bytes"),
)

ledger = Table(
    "ledger",
    metadata,
    identity(),
    Column("workspace_id", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False, comment="as JobKind"),
    Column("sha256", LargeBinary, nullable=False, comment="of the image"),
    Column("fingerprint", LargeBinary, nullable=False, comment="SHA-256 of model, definition, prompt, preprocessing"),
    Column("answer", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost", Double),
    Column("reason", SmallInteger, comment="as ErrorReason: why the answer is no good; null if it is"),
    now("created"),
    UniqueConstraint("workspace_id", "kind", "fingerprint", "sha256"),
)

jobs = Table(
    "jobs",
    metadata,
    identity(),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    Column("kind", SmallInteger, nullable=False, comment="as JobKind"),
    Column("spec", JSONB, nullable=False, comment="fields of the spec message, without a selection"),
    Column("selection", LargeBinary, comment="ordinals of an export's files, a roaring bitmap"),
    Column("scores", LargeBinary, comment="theirs, float32 little-endian; empty if there are none"),
    Column("state", SmallInteger, nullable=False, comment="as Job.State"),
    Column("mode", SmallInteger, nullable=False, comment="as JobMode"),
    Column("fingerprint", LargeBinary, comment="which answers of the ledger count; null for scans and exports"),
    Column("tag_definition_id", BigInteger, comment="`ai` unites the latest job of each definition"),
    Column("index_set_id", BigInteger),
    Column("waits_for", BigInteger, comment="the scan after which the chunks are made"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("failed", BigInteger, nullable=False, server_default="0"),
    Column("reused", BigInteger, nullable=False, server_default="0"),
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("summary", JSONB, comment="fields of ScanSummary or ExportSummary"),
    Column("reason", SmallInteger, comment="as ErrorReason, of the job as a whole"),
    Column("message", Text, nullable=False, server_default=""),
    Column("creator", Text, nullable=False),
    Column("request_id", Bytewise),
    now("created"),
    Column("started", Time),
    Column("ended", Time),
    UniqueConstraint("workspace_id", "request_id"),
    # The lease query walks the jobs that go on, ListJobs those of a workspace, of a kind, in a state.
    Index("jobs_active_idx", "kind", "id", postgresql_where=text("ended IS NULL")),
    Index(None, "workspace_id", "id"),
    Index(None, "workspace_id", "kind", "id"),
    Index(None, "workspace_id", "state", "id"),
    Index(None, "version_id", "kind"),
)

chunks = Table(
    "chunks",
    metadata,
    identity(),
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("ordinals", ARRAY(BigInteger), nullable=False, comment="empty where the chunk is the whole job"),
    Column("open", Integer, nullable=False, comment="files without a result; 0 ends the chunk"),
    Column("ended", Boolean, nullable=False, server_default=text("false")),
    Column("worker", Text),
    Column("lease", LargeBinary, comment="16 random bytes; an ended chunk keeps it, so that repeats are known"),
    Column("lease_end", Time, comment="null while nobody has it"),
    Column("losses", Integer, nullable=False, server_default="0", comment="leases that ran out"),
    # The lease query takes the first chunk that nobody holds.
    Index("chunks_open_idx", "job_id", "id", postgresql_where=text("NOT ended")),
    Index("chunks_lease_idx", "lease", unique=True, postgresql_where=text("lease IS NOT NULL")),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("job_id", BigInteger, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("etag", Bytewise, nullable=False, comment="content that it is about"),
    Column("reason", SmallInteger, comment="as ErrorReason; null if done"),
    Column("message", Text, nullable=False, server_default=""),
    Column("tag_ids", ARRAY(Integer), nullable=False, server_default="{}"),
    Column("ledger_id", BigInteger),
    Column("reused", Boolean, nullable=False, server_default=text("false")),
    now("created"),
    # One result a file and job, whoever repeats it.
    PrimaryKeyConstraint("version_id", "job_id", "ordinal"),
    # `ai` is derived from all jobs' words on some files.
    Index(None, "version_id", "ordinal"),
    CheckConstraint("done = (reason IS NULL)", name="reason"),
    postgresql_partition_by="HASH (version_id)",
)

job_log = Table(
    "job_log",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", BigInteger, Identity(always=True), nullable=False),
    Column("time", Time, nullable=False),
    Column("level", SmallInteger, nullable=False, comment="as JobLogLine.Level"),
    Column("message", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "sequence"),
    # A line that a worker repeats is written once.
    Index("job_log_line_idx", "job_id", "time", text("md5(message)"), unique=True),
)
