"""titles of variants"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW = (
    ("order_line", "variant_title"),
    ("unmapped_variant", "variant_title"),
    ("variant_mapping", "vendor_title"),
)
"""Empty for what was there before: it is told when it comes again."""


def upgrade() -> None:
    for table, column in NEW:
        op.add_column(table, sa.Column(column, sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    for table, column in NEW:
        op.drop_column(table, column)
