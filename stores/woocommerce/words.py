"""How times are written for a WooCommerce site."""

from __future__ import annotations

from datetime import UTC, datetime


def naive(moment: datetime) -> str:
    """For ``after`` and ``modified_after`` together with ``dates_are_gmt=true``: a ``Z`` would
    shift it by the site's offset (WooCommerce 10.5)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
