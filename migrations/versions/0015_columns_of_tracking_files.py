"""the columns that people chose for files of tracking numbers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tracking_columns",
        sa.Column("id", ID, nullable=False),
        sa.Column("vendor_id", ID, nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_tracking_columns_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_columns")),
        sa.UniqueConstraint(
            "vendor_id", "layout", name=op.f("uq_tracking_columns_vendor_id_layout")
        ),
    )


def downgrade() -> None:
    op.drop_table("tracking_columns")
