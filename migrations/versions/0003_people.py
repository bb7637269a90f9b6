"""people of the portal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LANE = "mail:people"


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _add_people()
    _add_logins()
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(), nullable=False, server_default="owner"))
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.alter_column("merchant_id", existing_type=big(), nullable=True)


def downgrade() -> None:
    """Mails to people and invitations of staff would be taken for a merchant's."""
    op.execute(sa.text("DELETE FROM message WHERE lane = :lane").bindparams(lane=LANE))
    op.execute("DELETE FROM mail WHERE merchant_id IS NULL")
    op.execute("DELETE FROM invitation WHERE role <> 'owner'")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.alter_column("merchant_id", existing_type=big(), nullable=False)
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_column("role")
    for table in ("reset_token", "login_try", "portal_session", "membership", "person"):
        op.drop_table(table)


def _add_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_offered", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery_codes", sa.JSON(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "membership",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("joined_at", moment(), nullable=False),
        sa.Column("removed_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_membership_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "person_id", "vendor_id", name=op.f("uq_membership_person_id_vendor_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_public_id")),
    )
    op.create_index(op.f("ix_membership_vendor_id"), "membership", ["vendor_id"])


def _add_logins() -> None:
    op.create_table(
        "portal_session",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("seen_at", moment(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("revoked_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_portal_session_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_portal_session_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_session_token_hash")),
    )
    op.create_index(op.f("ix_portal_session_person_id"), "portal_session", ["person_id"])
    op.create_table(
        "login_try",
        sa.Column("id", big(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", moment(), nullable=False),
        sa.Column("locked_until", moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_try")),
        sa.UniqueConstraint("key", name=op.f("uq_login_try_key")),
    )
    op.create_table(
        "reset_token",
        sa.Column("id", big(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reset_token_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reset_token_token_hash")),
    )
    op.create_index(op.f("ix_reset_token_person_id"), "reset_token", ["person_id"])
