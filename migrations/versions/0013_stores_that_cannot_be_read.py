"""stores that cannot be read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIMES = ("read_at", "failing_since", "noisy_since", "noisy_at")
TEXTS = ("failing_code", "failing_operation")


def upgrade() -> None:
    for name in TIMES:
        column = sa.Column(name, sa.DateTime(timezone=True), nullable=True)
        op.add_column("store_access", column)
    for name in TEXTS:
        op.add_column(
            "store_access", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
    unread = sa.Column("unread", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("store_access", unread)


def downgrade() -> None:
    with op.batch_alter_table("store_access") as batch:
        for name in ("unread", *TEXTS, *TIMES):
            batch.drop_column(name)
