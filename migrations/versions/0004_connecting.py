"""stores that vendors connect themselves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW_KINDS = ("leave",)
"""Of messages; the revision before does not know them."""


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "connect_attempt",
        sa.Column("id", big(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        sa.Column("hurdle", sa.JSON(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_connect_attempt_merchant_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_connect_attempt_vendor_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_connect_attempt_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connect_attempt")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_connect_attempt_token_hash")),
    )
    op.create_index(
        op.f("ix_connect_attempt_vendor_id_connect_attempt_id"),
        "connect_attempt",
        ["vendor_id", "id"],
    )
    op.create_index(op.f("ix_connect_attempt_merchant_id"), "connect_attempt", ["merchant_id"])
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("traits", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for kind in NEW_KINDS:
        op.execute(sa.text("DELETE FROM message WHERE kind = :kind").bindparams(kind=kind))
    op.execute("DELETE FROM mail WHERE kind = 'disconnected'")
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_column("traits")
    op.drop_table("connect_attempt")
