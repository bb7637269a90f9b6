"""the history tells more than settings

A setting that was changed becomes an entry like any other.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = ("merchant_id", "vendor_id", "version", "at", "by", "name", "was", "became")


def upgrade() -> None:
    _create("history", sa.Column("what", sa.String(), nullable=False), versions_optional=True)
    old = sa.table("setting_change", sa.column("id"), *map(sa.column, KEPT))
    kept = [old.c[name] for name in KEPT]
    _copy("history", ["what", *KEPT], sa.select(sa.literal("setting"), *kept).order_by(old.c.id))
    op.drop_table("setting_change")
    _index("history")


def downgrade() -> None:
    """What was changed besides settings is known no more."""
    number = sa.Column("public_id", sa.String(), nullable=False)
    _create("setting_change", number, versions_optional=False)
    old = sa.table("history", sa.column("id"), sa.column("what"), *map(sa.column, KEPT))
    kept = [old.c[name] for name in KEPT]
    settings = sa.select(_public_id(), *kept).where(old.c.what == "setting").order_by(old.c.id)
    _copy("setting_change", ["public_id", *KEPT], settings)
    op.drop_table("history")
    _index("setting_change")


def _copy(table: str, columns: list[str], rows: sa.Select[Any]) -> None:
    op.execute(sa.insert(sa.table(table, *map(sa.column, columns))).from_select(columns, rows))


def _public_id() -> sa.ColumnElement[str]:
    if op.get_bind().dialect.name == "postgresql":
        return sa.func.substr(sa.func.md5(sa.cast(sa.func.random(), sa.String)), 1, 24)
    return sa.func.lower(sa.func.hex(sa.func.randomblob(12)))


def _create(table: str, own: sa.Column[str], *, versions_optional: bool) -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    unique = [sa.UniqueConstraint("public_id", name=op.f("uq_setting_change_public_id"))]
    op.create_table(
        table,
        sa.Column("id", big, nullable=False),
        own,
        sa.Column("merchant_id", big, nullable=False),
        sa.Column("vendor_id", big, nullable=True),
        sa.Column("version", sa.Integer(), nullable=versions_optional),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("became", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f(f"fk_{table}_merchant_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f(f"fk_{table}_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(unique if own.name == "public_id" else ()),
    )


def _index(table: str) -> None:
    for column in ("id", "version"):
        name = f"ix_{table}_merchant_id_{table}_{column}"
        op.create_index(op.f(name), table, ["merchant_id", column])
