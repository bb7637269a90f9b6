"""mappings that vendors suggest"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mapping_suggestion",
        sa.Column("id", big(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=False),
        sa.Column("connection_id", big(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("vendor_variant_id", sa.String(), nullable=False),
        sa.Column("vendor_product_id", sa.String(), nullable=False),
        sa.Column("vendor_sku", sa.String(), nullable=False),
        sa.Column("vendor_title", sa.String(), nullable=False),
        sa.Column("suggested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_mapping_suggestion_merchant_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_mapping_suggestion_vendor_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_mapping_suggestion_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_suggestion")),
        sa.UniqueConstraint(
            "vendor_id", "variant_id", name=op.f("uq_mapping_suggestion_vendor_id_variant_id")
        ),
    )
    op.create_index(
        op.f("ix_mapping_suggestion_merchant_id_mapping_suggestion_variant_id"),
        "mapping_suggestion",
        ["merchant_id", "variant_id"],
    )


def downgrade() -> None:
    op.drop_table("mapping_suggestion")
