"""orders that cannot be read; how and whether an order can be delivered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unread_order",
        sa.Column("id", ID, nullable=False),
        sa.Column("merchant_id", ID, nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_unread_order_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unread_order")),
        sa.UniqueConstraint(
            "merchant_id", "remote_id", name=op.f("uq_unread_order_merchant_id_remote_id")
        ),
    )
    op.create_index("ix_unread_order_by_age", "unread_order", ["merchant_id", "first_seen_at"])
    op.add_column(
        "marketplace_order",
        sa.Column("addressed", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column(
        "order_line", sa.Column("delivery", sa.String(), server_default="", nullable=False)
    )


def downgrade() -> None:
    with op.batch_alter_table("order_line") as batch_op:
        batch_op.drop_column("delivery")
    with op.batch_alter_table("marketplace_order") as batch_op:
        batch_op.drop_column("addressed")
    op.drop_index("ix_unread_order_by_age", table_name="unread_order")
    op.drop_table("unread_order")
