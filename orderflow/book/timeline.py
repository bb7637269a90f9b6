"""What happened to an order, told in codes: the page and the log make sentences of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from orderflow.models import MarketplaceOrder, TimelineEvent, VendorOrder

log = structlog.get_logger()


def tell(
    session: Session,
    order: MarketplaceOrder | VendorOrder,
    code: str,
    at: datetime,
    **details: Any,
) -> None:
    """Add ``code`` to the order's timeline and to the log. ``details`` hold no personal data;
    ``why`` is what a person typed, and so is kept out of the log."""
    part = order if isinstance(order, VendorOrder) else None
    order_id = part.order_id if part else order.id
    session.add(
        TimelineEvent(
            order_id=order_id,
            vendor_order_id=part.id if part else None,
            at=at,
            code=code,
            details=details,
        )
    )
    logged = {name: value for name, value in details.items() if name != "why"}
    log.info(code, order=order_id, vendor_order=part.id if part else None, **logged)
