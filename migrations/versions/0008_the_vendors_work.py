"""what vendors do in the portal: their queues, and the lines that they decline"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STAGES = """
    UPDATE vendor_order SET stage = COALESCE(
        (SELECT CASE WHEN marketplace_order.cancelled_at IS NOT NULL THEN 'cancelled'
                     ELSE 'shipped' END
           FROM marketplace_order WHERE marketplace_order.id = vendor_order.order_id
            AND (cancelled_at IS NOT NULL OR finished_at IS NOT NULL)), 'new')
    WHERE state <> 'shipped'
"""


def upgrade() -> None:
    with op.batch_alter_table("vendor_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(), nullable=False, server_default="new"))
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_vendor_order_by_stage", ["vendor_id", "stage", "id"])
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("declined", sa.JSON(), nullable=True))
        batch_op.create_index(
            "ix_order_line_of_part_by_sku", ["merchant_id", "sku", "vendor_order_id"]
        )
        batch_op.create_index(
            "ix_order_line_declined",
            ["merchant_id", "order_id"],
            sqlite_where=sa.text("declined IS NOT NULL AND fulfillable > 0"),
            postgresql_where=sa.text("declined IS NOT NULL AND fulfillable > 0"),
        )
    op.execute("UPDATE vendor_order SET stage = 'shipped' WHERE state = 'shipped'")
    op.execute(STAGES)


def downgrade() -> None:
    op.execute("UPDATE shipment SET source = 'merchant' WHERE source = 'vendor'")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index("ix_order_line_declined")
        batch_op.drop_index("ix_order_line_of_part_by_sku")
        batch_op.drop_column("declined")
    with op.batch_alter_table("vendor_order", schema=None) as batch_op:
        batch_op.drop_index("ix_vendor_order_by_stage")
        batch_op.drop_column("opened_at")
        batch_op.drop_column("stage")
