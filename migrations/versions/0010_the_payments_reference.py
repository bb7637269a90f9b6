"""the reference of an order's payment, where a merchant shares it with vendors"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("payment_reference", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("referenced", sa.String(), nullable=True))
        batch_op.create_index(
            "ix_marketplace_order_referenced",
            ["merchant_id", "id"],
            sqlite_where=sa.text("referenced IS NOT NULL"),
            postgresql_where=sa.text("referenced IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.drop_index("ix_marketplace_order_referenced")
        batch_op.drop_column("referenced")
        batch_op.drop_column("payment_reference")
