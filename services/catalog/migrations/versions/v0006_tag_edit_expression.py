"""What the files of an edit of tags were selected by."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("tag_edits", Column("expression", Text(), comment="what selected its files; null where nobody said"))
