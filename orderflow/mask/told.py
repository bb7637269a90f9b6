"""What a store says, without what it may quote of the buyer: such words are kept and logged."""

from __future__ import annotations

from sqlalchemy.orm import Session

from orderflow.book import snapshot
from orderflow.mask.privacy import personal_words, scrub
from orderflow.models import VendorOrder


def harmless(session: Session, part: VendorOrder, words: str) -> str:
    order = part.order
    for seen in (snapshot.from_json(order.snapshot), *snapshot.former(order.former)):
        words = scrub(words, personal_words(seen))
    return words
