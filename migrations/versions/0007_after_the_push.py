"""after the push"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEW_KINDS = ("change", "cancel", "repay", "fulfilled")
"""Of messages; the revision before knows none of them."""


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _add_changes()
    _add_conflicts()
    _add_flags()
    with op.batch_alter_table("push", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stood", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("takes_more", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pushed_quantity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pushed_pieces", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE order_line SET pushed_quantity = quantity, pushed_pieces = quantity "
        "WHERE push_id IS NOT NULL"
    )


def _add_changes() -> None:
    op.create_table(
        "change",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_order_id", big(), nullable=False),
        sa.Column("push_id", big(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("ended_at", moment(), nullable=True),
        *_belongs_to("change", "merchant", "vendor_order", "push"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("key", name=op.f("uq_change_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_change_public_id")),
    )
    _index("change", "push_id")
    _index("change", "vendor_order_id")
    _index("change", "merchant_id", "state")
    told = sa.text("origin <> ''")
    op.create_index(
        "ix_change_by_origin",
        "change",
        ["push_id", "kind", "origin"],
        unique=True,
        sqlite_where=told,
        postgresql_where=told,
    )


def _add_conflicts() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("push_id", big(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("base", sa.LargeBinary(), nullable=True),
        sa.Column("mine", sa.LargeBinary(), nullable=True),
        sa.Column("theirs", sa.LargeBinary(), nullable=True),
        sa.Column("mine_print", sa.String(), nullable=False),
        sa.Column("mine_at", moment(), nullable=False),
        sa.Column("theirs_at", moment(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.Column("settled_at", moment(), nullable=True),
        *_belongs_to("conflict", "merchant", "push"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("public_id", name=op.f("uq_conflict_public_id")),
        sa.UniqueConstraint(
            "push_id",
            "field",
            "mine_print",
            "theirs_at",
            name=op.f("uq_conflict_push_id_field_mine_print_theirs_at"),
        ),
    )
    _index("conflict", "merchant_id")


def _add_flags() -> None:
    op.create_table(
        "flag",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_order_id", big(), nullable=False),
        sa.Column("push_id", big(), nullable=True),
        sa.Column("change_id", big(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("raised_at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_why", sa.String(), nullable=False),
        *_belongs_to("flag", "merchant", "vendor_order", "push", "change"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("public_id", name=op.f("uq_flag_public_id")),
    )
    still_open = sa.text("done_at IS NULL")
    for name, columns, unique in (
        ("ix_flag_once", ["vendor_order_id", "code", "subject"], True),
        ("ix_flag_open", ["merchant_id", "raised_at"], False),
    ):
        op.create_index(
            name,
            "flag",
            columns,
            unique=unique,
            sqlite_where=still_open,
            postgresql_where=still_open,
        )
    _index("flag", "vendor_order_id")


def _belongs_to(table: str, *owners: str) -> list[sa.ForeignKeyConstraint]:
    named = ((f"{owner}_id", f"{owner}.id") for owner in owners)
    return [
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
        for column, target in named
    ]


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_" + f"_{table}_".join(columns)), table, list(columns))


def downgrade() -> None:
    _drop_what_is_not_understood()
    for table in ("flag", "conflict", "change"):
        op.drop_table(table)
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.drop_column("former")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_column("pushed_pieces")
        batch_op.drop_column("pushed_quantity")
    with op.batch_alter_table("push", schema=None) as batch_op:
        batch_op.drop_column("takes_more")
        batch_op.drop_column("stood")


def _drop_what_is_not_understood() -> None:
    """What stood in a store and was cancelled is, to the older code, an order that another one
    has taken the place of."""
    kind = sa.column("kind")
    op.get_bind().execute(sa.delete(sa.table("message", kind)).where(kind.in_(NEW_KINDS)))
    op.execute("UPDATE push SET state = 'replaced' WHERE state = 'cancelled'")
