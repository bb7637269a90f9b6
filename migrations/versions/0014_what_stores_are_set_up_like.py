"""what stores are set up like"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("store_access") as table:
        table.add_column(sa.Column("setup", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("setup_read_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(
            sa.Column("shipped_statuses", sa.JSON(), nullable=False, server_default="[]")
        )


def downgrade() -> None:
    with op.batch_alter_table("store_access") as table:
        table.drop_column("shipped_statuses")
        table.drop_column("setup_read_at")
        table.drop_column("setup")
