"""the merchant's door"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PAGE = 1000
RANKS = ("push", "wait", "hold", "skip")
NEW_KINDS = (
    "alert",
    "backfill",
    "collect",
    "digest",
    "erase",
    "mail",
    "tidy",
    "trial",
    "visit",
    "watch",
)
"""Of messages; like settings of other names than these, the revision before knows none of them."""
OLD_SETTINGS = (
    "order_sync",
    "only_if_paid",
    "unsynced_products",
    "hold_whole_order",
    "replace_customer",
    "keep_recipient_name",
    "notify_buyer",
    "report_without_number",
)


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _add_settings_and_counts()
    _add_mails_and_privacy()
    _add_calls()
    _add_backfills()
    _widen()
    _fill_orders()
    _fill_lines()
    _fill_parts()
    _list_unmapped_variants()
    _start_standing_messages()
    _read_kept_webhooks_again()
    _tighten()
    _index()


def downgrade() -> None:
    _drop_what_is_not_understood()
    with op.batch_alter_table("vendor_order", schema=None) as batch_op:
        batch_op.drop_index("ix_vendor_order_list_vendor_state")
        batch_op.drop_index("ix_vendor_order_list_vendor_reason")
        batch_op.drop_index("ix_vendor_order_list_vendor")
        batch_op.drop_index("ix_vendor_order_list_state")
        batch_op.drop_index("ix_vendor_order_list_reason")
        for column in ("forbidden", "override", "released_at", "main_reason", "placed_at"):
            batch_op.drop_column(column)
    with op.batch_alter_table("vendor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vendor_merchant_id_vendor_name_vendor_id"))
        batch_op.create_index(batch_op.f("ix_vendor_merchant_id"), ["merchant_id"], unique=False)
        batch_op.drop_column("language")
    with op.batch_alter_table("variant_mapping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_variant_mapping_merchant_id_variant_mapping_id"))
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shipment_state_shipment_vendor_order_id"))
    with op.batch_alter_table("push", schema=None) as batch_op:
        batch_op.drop_index("ix_push_unknown")
        batch_op.drop_index(batch_op.f("ix_push_merchant_id_push_placed_at"))
        batch_op.drop_index(batch_op.f("ix_push_connection_id_push_placed_at"))
        batch_op.drop_constraint(batch_op.f("fk_push_merchant_id"), type_="foreignkey")
        for column in ("sent", "gone_at", "merchant_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        for name in ("sku", "variant", "vendor"):
            batch_op.drop_index(f"ix_order_line_by_{name}")
        batch_op.drop_column("vendor_folded")
        batch_op.create_index(
            batch_op.f("ix_order_line_merchant_id_order_line_variant_id"),
            ["merchant_id", "variant_id"],
        )
    with op.batch_alter_table("merchant", schema=None) as batch_op:
        for column in ("checklist_dismissed_at", "settings_version", "language"):
            batch_op.drop_column(column)
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.drop_index("ix_marketplace_order_to_forget")
        batch_op.drop_index("ix_marketplace_order_by_number")
        batch_op.drop_index("ix_marketplace_order_by_age")
        for column in ("forgotten_at", "finished_at", "on_hold", "risk", "paid_at", "number"):
            batch_op.drop_column(column)
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_column("country")
    for table in (
        "trial_order",
        "store_call",
        "unmapped_variant",
        "setting_change",
        "personal_read",
        "mail",
        "invitation",
        "privacy_request",
        "daily_count",
        "backfill",
    ):
        op.drop_table(table)


# -- new tables ----------------------------------------------------------------------------------


def _add_settings_and_counts() -> None:
    op.create_table(
        "setting_change",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("became", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_setting_change_merchant_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_setting_change_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_change")),
        sa.UniqueConstraint("public_id", name=op.f("uq_setting_change_public_id")),
    )
    op.create_table(
        "unmapped_variant",
        sa.Column("id", big(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("seen_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_unmapped_variant_merchant_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_unmapped_variant_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmapped_variant")),
        sa.UniqueConstraint(
            "merchant_id", "variant_id", name=op.f("uq_unmapped_variant_merchant_id_variant_id")
        ),
    )
    op.create_table(
        "daily_count",
        sa.Column("id", big(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("pushes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_daily_count_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_count")),
        sa.UniqueConstraint("merchant_id", "day", name=op.f("uq_daily_count_merchant_id_day")),
    )


def _add_mails_and_privacy() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("accepted_at", moment(), nullable=True),
        sa.Column("withdrawn_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_invitation_merchant_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_invitation_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "mail",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("ended_at", moment(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_mail_merchant_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_mail_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_public_id")),
    )
    op.create_table(
        "personal_read",
        sa.Column("id", big(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("order_id", big(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_personal_read_merchant_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["marketplace_order.id"], name=op.f("fk_personal_read_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_read")),
    )
    op.create_table(
        "privacy_request",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("buyer", sa.LargeBinary(), nullable=True),
        sa.Column("looked_to", big(), nullable=False),
        sa.Column("order_ids", sa.JSON(), nullable=False),
        sa.Column("export", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_privacy_request_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_privacy_request_public_id")),
    )


def _add_calls() -> None:
    op.create_table(
        "store_call",
        sa.Column("id", big(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("access_id", big(), nullable=False),
        sa.Column("vendor_id", big(), nullable=True),
        sa.Column("order_id", big(), nullable=True),
        sa.Column("vendor_order_id", big(), nullable=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("started_at", moment(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["access_id"], ["store_access.id"], name=op.f("fk_store_call_access_id")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_store_call_merchant_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["marketplace_order.id"], name=op.f("fk_store_call_order_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_store_call_vendor_id")),
        sa.ForeignKeyConstraint(
            ["vendor_order_id"], ["vendor_order.id"], name=op.f("fk_store_call_vendor_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_call")),
    )
    op.create_table(
        "trial_order",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("connection_id", big(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("sent_at", moment(), nullable=True),
        sa.Column("ended_at", moment(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("remote_name", sa.String(), nullable=False),
        sa.Column("remote_url", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_trial_order_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_order")),
        sa.UniqueConstraint("key", name=op.f("uq_trial_order_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_trial_order_public_id")),
    )


def _add_backfills() -> None:
    op.create_table(
        "backfill",
        sa.Column("id", big(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("merchant_id", big(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", moment(), nullable=False),
        sa.Column("until", moment(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("outlook", sa.JSON(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("started_at", moment(), nullable=True),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("ended_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_backfill_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill")),
        sa.UniqueConstraint("public_id", name=op.f("uq_backfill_public_id")),
    )


# -- columns, filled for what is there already ----------------------------------------------------


def _widen() -> None:
    """What may not be empty may be so until it is filled."""
    number = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("country", sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", number, nullable=True))
        batch_op.add_column(sa.Column("paid_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("risk", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("on_hold", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("finished_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("forgotten_at", moment(), nullable=True))
    with op.batch_alter_table("merchant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(), server_default="en", nullable=False))
        batch_op.add_column(
            sa.Column("settings_version", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("checklist_dismissed_at", moment(), nullable=True))
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("vendor_folded", sa.String(), server_default="", nullable=False)
        )
    with op.batch_alter_table("push", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merchant_id", big(), nullable=True))
        batch_op.add_column(sa.Column("gone_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("sent", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("vendor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(), server_default="en", nullable=False))
    with op.batch_alter_table("vendor_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("placed_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("main_reason", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("released_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("override", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("forbidden", sa.JSON(), nullable=True))


def _fill_orders() -> None:
    """What was paid or finished when it was recorded first, or changed last, was so at the latest
    then: its delay is over, and its buyer is forgotten in time."""
    order = sa.table("marketplace_order", sa.column("id"), sa.column("name"), sa.column("number"))
    for page in _pages(order.c.id, order.c.name):
        _write(order, [{"row": row.id, "number": _searched_by(row.name)} for row in page])
    op.execute(
        "UPDATE marketplace_order SET paid_at = recorded_at "
        "WHERE payment IN ('paid', 'partially_refunded')"
    )
    op.execute(
        "UPDATE marketplace_order SET finished_at = COALESCE(cancelled_at, updated_at) "
        "WHERE cancelled_at IS NOT NULL OR fulfilment = 'fulfilled' OR NOT EXISTS "
        "(SELECT 1 FROM order_line WHERE order_id = marketplace_order.id AND quantity > 0)"
    )


def _fill_lines() -> None:
    line = sa.table(
        "order_line", sa.column("id"), sa.column("vendor_text"), sa.column("vendor_folded")
    )
    for page in _pages(line.c.id, line.c.vendor_text):
        folded = ((row.id, " ".join(row.vendor_text.casefold().split())) for row in page)
        _write(line, [{"row": row, "vendor_folded": text} for row, text in folded])


def _searched_by(name: str) -> str:
    return "".join(name.casefold().split()).lstrip("#")


def _fill_parts() -> None:
    part = sa.table(
        "vendor_order",
        sa.column("id"),
        sa.column("decision", sa.JSON()),
        sa.column("main_reason"),
    )
    for page in _pages(part.c.id, part.c.decision):
        _write(part, [{"row": row.id, "main_reason": _worst(row.decision)} for row in page])
    op.execute(
        "UPDATE vendor_order SET placed_at = (SELECT marketplace_order.placed_at "
        "FROM marketplace_order WHERE marketplace_order.id = vendor_order.order_id)"
    )
    op.execute(
        "UPDATE push SET merchant_id = (SELECT vendor_order.merchant_id "
        "FROM vendor_order WHERE vendor_order.id = push.vendor_order_id)"
    )


def _worst(decision: Any) -> str:
    """The code of the worst obstacle, of equals the one told first; empty without any."""
    reasons = (decision or {}).get("reasons", ())
    found = max(reasons, key=lambda reason: RANKS.index(reason["verdict"]), default=None)
    return str(found["code"]) if found and found["verdict"] != "push" else ""


def _list_unmapped_variants() -> None:
    """The list of what is to be mapped begins with what was sold already."""
    op.execute(
        "INSERT INTO unmapped_variant (merchant_id, vendor_id, variant_id, sku, title, seen_at) "
        "SELECT line.merchant_id, part.vendor_id, line.variant_id, line.sku, line.title, "
        "sold.recorded_at FROM order_line AS line "
        "JOIN vendor_order AS part ON part.id = line.vendor_order_id "
        "JOIN marketplace_order AS sold ON sold.id = line.order_id "
        "WHERE line.id IN (SELECT MIN(id) FROM order_line WHERE vendor_order_id IS NOT NULL "
        "AND variant_id <> '' GROUP BY merchant_id, variant_id) "
        "AND NOT EXISTS (SELECT 1 FROM variant_mapping AS known "
        "WHERE known.merchant_id = line.merchant_id AND known.variant_id = line.variant_id)"
    )


def _start_standing_messages() -> None:
    """Each merchant has two for ever: nothing would be forgotten in time, and nobody told of what
    needs attention, without them."""
    merchant = sa.table("merchant", sa.column("id"), sa.column("access_id"))
    for page in _pages(merchant.c.id, merchant.c.access_id):
        for row in page:
            about = {"merchant": row.id}
            _send(f"orders:{row.access_id}", "tidy", f"tidy:{row.id}", about, keep=True)
            _send(f"mail:{row.id}", "alert", f"alert:{row.id}", about, keep=True)


def _read_kept_webhooks_again() -> None:
    """Requests to tell or to forget a customer were kept for a person; now they are carried out."""
    webhook = sa.table(
        "webhook",
        sa.column("id"),
        sa.column("access_id"),
        sa.column("topic"),
        sa.column("state"),
        sa.column("body"),
    )
    kept = webhook.c.state == "kept", webhook.c.body.is_not(None)
    for page in _pages(webhook.c.id, webhook.c.access_id, webhook.c.topic, where=kept):
        for row in page:
            about = {"webhook": row.id, "order": "", "key": ""}
            _send(f"orders:{row.access_id}", "webhook", f"topic:{row.topic}", about)


def _pages(row_id: Any, *columns: Any, where: Iterable[Any] = ()) -> Iterator[list[sa.Row[Any]]]:
    """All rows, some at a time."""
    rows, last = sa.select(row_id, *columns).where(*where).order_by(row_id).limit(PAGE), 0
    while page := list(op.get_bind().execute(rows.where(row_id > last))):
        yield page
        last = page[-1].id


def _write(table: Any, rows: list[dict[str, Any]]) -> None:
    op.get_bind().execute(
        sa.update(table)
        .where(table.c.id == sa.bindparam("row"))
        .values({name: sa.bindparam(name) for name in rows[0] if name != "row"}),
        rows,
    )


def _send(lane: str, kind: str, subject: str, about: dict[str, Any], *, keep: bool = False) -> None:
    message = sa.table(
        "message",
        *map(sa.column, ("lane", "kind", "subject", "once", "tries", "words")),
        sa.column("about", sa.JSON()),
        sa.column("created_at", moment()),
        sa.column("due_at", moment()),
    )
    now = datetime.now(UTC)
    op.get_bind().execute(
        sa.insert(message).values(
            lane=lane,
            kind=kind,
            subject=subject,
            about=about,
            once=subject if keep else None,
            created_at=now,
            due_at=now,
            tries=0,
            words="",
        )
    )


def _tighten() -> None:
    """Everything is filled."""
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.alter_column("number", nullable=False)
    with op.batch_alter_table("push", schema=None) as batch_op:
        batch_op.alter_column("merchant_id", nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_push_merchant_id"), "merchant", ["merchant_id"], ["id"]
        )
    with op.batch_alter_table("vendor_order", schema=None) as batch_op:
        batch_op.alter_column("placed_at", nullable=False)
        batch_op.alter_column("main_reason", nullable=False)


# -- indexes -------------------------------------------------------------------------------------


def _index() -> None:
    _index_new_tables()
    with op.batch_alter_table("marketplace_order", schema=None) as batch_op:
        batch_op.create_index("ix_marketplace_order_by_age", ["merchant_id", "placed_at", "id"])
        batch_op.create_index("ix_marketplace_order_by_number", ["merchant_id", "number", "id"])
        batch_op.create_index(
            "ix_marketplace_order_to_forget",
            ["merchant_id", "finished_at"],
            sqlite_where=sa.text("forgotten_at IS NULL"),
            postgresql_where=sa.text("forgotten_at IS NULL"),
        )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_line_merchant_id_order_line_variant_id"))
        batch_op.create_index("ix_order_line_by_sku", ["merchant_id", "sku", "order_id"])
        for name, column in (("variant", "variant_id"), ("vendor", "vendor_folded")):
            batch_op.create_index(
                f"ix_order_line_by_{name}", ["merchant_id", column, "order_id", "push_id"]
            )
    with op.batch_alter_table("push", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_push_connection_id_push_placed_at"), ["connection_id", "placed_at"]
        )
        batch_op.create_index(
            batch_op.f("ix_push_merchant_id_push_placed_at"), ["merchant_id", "placed_at"]
        )
        batch_op.create_index(
            "ix_push_unknown",
            ["state"],
            sqlite_where=sa.text("state = 'unknown'"),
            postgresql_where=sa.text("state = 'unknown'"),
        )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shipment_state_shipment_vendor_order_id"), ["state", "vendor_order_id"]
        )
    with op.batch_alter_table("variant_mapping", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_variant_mapping_merchant_id_variant_mapping_id"), ["merchant_id", "id"]
        )
    with op.batch_alter_table("vendor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vendor_merchant_id"))
        batch_op.create_index(
            batch_op.f("ix_vendor_merchant_id_vendor_name_vendor_id"), ["merchant_id", "name", "id"]
        )
    with op.batch_alter_table("vendor_order", schema=None) as batch_op:
        for name, *columns in (
            ("state", "merchant_id", "state"),
            ("reason", "merchant_id", "main_reason"),
            ("vendor", "vendor_id"),
            ("vendor_state", "vendor_id", "state"),
            ("vendor_reason", "vendor_id", "main_reason"),
        ):
            batch_op.create_index(
                f"ix_vendor_order_list_{name}", [*columns, "placed_at", "order_id"]
            )


def _index_new_tables() -> None:
    for table, *columns in (
        ("backfill", "merchant_id", "id"),
        ("invitation", "vendor_id", "id"),
        ("mail", "merchant_id", "id"),
        ("mail", "merchant_id", "kind", "id"),
        ("mail", "merchant_id", "state", "id"),
        ("mail", "vendor_id"),
        ("personal_read", "merchant_id", "id"),
        ("personal_read", "order_id"),
        ("privacy_request", "merchant_id", "id"),
        ("setting_change", "merchant_id", "id"),
        ("setting_change", "merchant_id", "version"),
        ("store_call", "merchant_id", "id"),
        ("store_call", "merchant_id", "order_id", "id"),
        ("store_call", "merchant_id", "outcome", "id"),
        ("store_call", "merchant_id", "started_at"),
        ("store_call", "merchant_id", "vendor_id", "id"),
        ("trial_order", "connection_id", "id"),
        ("unmapped_variant", "merchant_id", "id"),
    ):
        name = f"ix_{table}_" + f"_{table}_".join(columns)
        op.create_index(op.f(name), table, columns)


# -- the way back --------------------------------------------------------------------------------


def _drop_what_is_not_understood() -> None:
    """A message of an unknown kind, or a setting of an unknown name, would stop what reads it."""
    kind, name = sa.column("kind"), sa.column("name")
    bind = op.get_bind()
    bind.execute(sa.delete(sa.table("message", kind)).where(kind.in_(NEW_KINDS)))
    bind.execute(sa.delete(sa.table("setting", name)).where(name.not_in(OLD_SETTINGS)))
    op.execute("UPDATE push SET state = 'stopped' WHERE state = 'replaced'")
