"""Indexes for lists of jobs by kind and state, and for what needs a connection."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("jobs_workspace_id_kind_id_idx", "jobs", ["workspace_id", "kind", "id"])
    op.create_index("jobs_workspace_id_state_id_idx", "jobs", ["workspace_id", "state", "id"])
    op.create_index("datasets_storage_connection_id_idx", "datasets", ["storage_connection_id"])
    op.create_index("index_sets_model_connection_id_idx", "index_sets", ["model_connection_id"])
    op.create_index("index_sets_database_connection_id_idx", "index_sets", ["database_connection_id"])
