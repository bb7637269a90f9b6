"""claims without an end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    crashes = sa.Column("crashes", sa.Integer(), nullable=False, server_default="0")
    op.add_column("message", crashes)
    op.create_index(
        "ix_message_crashed",
        "message",
        ["lane", "id"],
        sqlite_where=sa.text("crashes > 0"),
        postgresql_where=sa.text("crashes > 0"),
    )
    op.add_column("lane", sa.Column("holder", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("lane") as table:
        table.drop_column("holder")
    op.drop_index("ix_message_crashed", "message")
    with op.batch_alter_table("message") as table:
        table.drop_column("crashes")
