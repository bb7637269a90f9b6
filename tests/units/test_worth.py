"""What a vendor's order is worth while refunds are on their way, and what is asked of its store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import snapshot
from orderflow.models import Change, Message, OrderLine, Push
from orderflow.traffic import push
from orderflow.upkeep import repay, worth
from orderflow.upkeep.worth import NOTHING, less
from stores.base import ComposedOrder, PlacedOrder, Refund, SeenRefund, Worth
from stores.money import Gross, Net, Tax
from tests.units.desk import Desk

PIECES, PRICE, SHIPPING = 2, 3000, 500


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """Two lamps of 30.00 and 5.00 of shipping stand in Alfa's store."""
    desk.begin()
    desk.do(lambda s: push.placed(s, desk.id, PlacedOrder("7", "#7", "k"), desk.at(1), how="look"))
    return desk


def refund(
    desk: Desk, state: str, pieces: int = 0, off: tuple[int, int] = (0, 0), beyond: int = 0
) -> int:
    key = desk.line.remote_id
    about: dict[str, Any] = {"lines": {key: pieces} if pieces else {}, "beyond": beyond}
    about |= {"worth": {key: list(off)} if pieces else {}, "amount": sum(off) + beyond}

    def write(session: Session) -> int:
        row = Desk.row(session)
        made = Change(
            merchant_id=row.merchant_id,
            vendor_order_id=row.vendor_order_id,
            push_id=row.id,
            kind=Change.REFUND,
            state=state,
            key=f"SC-{state}-{pieces}-{beyond}",
            about={**about, "whole": False, "restock": True, "shared": False},
            asked_at=desk.at(2),
        )
        session.add(made)
        session.flush()
        return made.id

    found: int = desk.do(write)
    return found


def ledger(desk: Desk) -> tuple[dict[str, int], int]:
    def look(session: Session) -> tuple[dict[str, int], int]:
        found = worth.Ledger(session, Desk.row(session))
        return found.pieces, found.left()

    told: tuple[dict[str, int], int] = desk.do(look)
    return told


def off(desk: Desk, pieces: int, quantity: int | None) -> Worth:
    """What goes off for these pieces, where the marketplace has so many left; None: no line."""
    key = desk.line.remote_id

    def look(session: Session) -> Worth:
        row = Desk.row(session)
        seen = snapshot.from_json(row.vendor_order.order.snapshot).lines
        lines = [
            replace(each, quantity=quantity, subtotal=PRICE * quantity)
            for each in seen
            if quantity is not None
        ]
        return worth.Ledger(session, row).off({key: pieces}, lines)[key]

    found: Worth = desk.do(look)
    return found


def sent(desk: Desk) -> ComposedOrder:
    return snapshot.composed_from_json(desk.push.sent)


def agree(desk: Desk, pieces: int | None) -> None:
    def write(session: Session) -> None:
        session.scalars(select(OrderLine)).one().pushed_pieces = pieces

    desk.do(write)


def test_less_is_never_less_than_nothing() -> None:
    assert less(Worth(Net(5), Tax(3)), Worth(Net(2), Tax(1))) == Worth(Net(3), Tax(2))
    assert less(Worth(Net(5), Tax(3)), Worth(Net(6), Tax(4))) == NOTHING
    assert Worth(Net(0), Tax(0)) == NOTHING


def test_before_any_refund_all_that_was_sent_is_left(sold: Desk) -> None:
    key = sold.line.remote_id
    assert ledger(sold) == ({key: PIECES}, PIECES * PRICE + SHIPPING)
    assert sent(sold).total == PIECES * PRICE + SHIPPING


@pytest.mark.parametrize(("agreed", "pieces"), [(1, 1), (0, 0), (None, 2), (5, 2)])
def test_pieces_are_those_that_were_agreed_on_last(
    sold: Desk, agreed: int | None, pieces: int
) -> None:
    agree(sold, agreed)
    assert ledger(sold) == ({sold.line.remote_id: pieces}, pieces * PRICE + SHIPPING)


@pytest.mark.parametrize("state", Change.OPEN)
def test_a_refund_on_its_way_is_off_already(sold: Desk, state: str) -> None:
    refund(sold, state, pieces=1, off=(2900, 50), beyond=200)
    assert ledger(sold) == ({sold.line.remote_id: 1}, 6000 - 2900 + SHIPPING - 200)
    refund(sold, state, pieces=4, off=(9000, 0), beyond=100)
    assert ledger(sold) == ({sold.line.remote_id: 0}, SHIPPING - 300)


def test_of_a_refund_that_was_made_the_lines_know_already(sold: Desk) -> None:
    refund(sold, Change.DONE, pieces=1, off=(2900, 0), beyond=200)
    refund(sold, Change.REFUSED, pieces=1, off=(2900, 0), beyond=100)
    assert ledger(sold) == ({sold.line.remote_id: 2}, 6000 + SHIPPING - 200)


@pytest.mark.parametrize(
    ("pieces", "quantity", "net"),
    [
        (1, 1, 3000),  # one is left, and costs what it did
        (2, 0, 6000),
        (1, 0, 3000),  # fewer are left than would be here: in proportion
        (0, 2, 0),
        (3, 0, 6000),
        (1, None, 3000),
    ],
)
def test_pieces_take_off_what_they_were_worth(
    sold: Desk, pieces: int, quantity: int | None, net: int
) -> None:
    assert off(sold, pieces, quantity) == Worth(Net(net), Tax(0))


def test_what_the_order_never_had_takes_nothing_off(sold: Desk) -> None:
    told = sold.do(lambda s: worth.Ledger(s, Desk.row(s)).off({"unknown": 1}, []))
    assert told == {"unknown": NOTHING}


def test_a_refund_that_was_made_leaves_the_rest(sold: Desk) -> None:
    made = refund(sold, Change.DONE, pieces=1, off=(2900, 0), beyond=200)
    sold.do(lambda s: worth.take_off(s, Desk.row(s), s.get_one(Change, made)))
    (line,) = sent(sold).lines
    assert (line.quantity, line.total, line.tax) == (1, 3100, 0)
    assert sent(sold).total == 3100 + SHIPPING - 200
    everything = refund(sold, Change.DONE, pieces=1, off=(3100, 0))
    sold.do(lambda s: worth.take_off(s, Desk.row(s), s.get_one(Change, everything)))
    assert sent(sold).lines == ()
    assert sent(sold).total == SHIPPING - 200
    sold.set(sent=None)
    sold.do(lambda s: worth.take_off(s, Desk.row(s), s.get_one(Change, made)))
    assert sold.push.sent is None


def test_money_beyond_pieces_counts_by_state(sold: Desk) -> None:
    refund(sold, Change.DONE, beyond=200)
    refund(sold, Change.WAITING, beyond=30)

    def beyond(*states: str) -> int:
        found: int = sold.do(lambda s: worth.beyond(s, Desk.row(s), states))
        return found

    assert [beyond(Change.DONE), beyond(*Change.OPEN), beyond(*Change.OPEN, Change.DONE)] == [
        200,
        30,
        230,
    ]
    whole = sold.do(lambda s: worth.total(s, Desk.row(s), sent(sold)))
    assert whole == 6500 - 200


# -- what is asked of the store ------------------------------------------------------------------


def gives_back(
    desk: Desk,
    *,
    pieces: int = 0,
    amount: int = 3000,
    payment: str = "partially_refunded",
    at: datetime | None = None,
    **order: Any,
) -> list[Change]:
    """The merchant's refund is seen; what then is asked."""
    key = desk.line.remote_id

    def write(session: Session) -> None:
        row = Desk.row(session)
        part = row.vendor_order.order
        seen = snapshot.from_json(part.snapshot)
        given = SeenRefund(
            f"R{len(seen.refunds)}",
            at or desk.at(60),
            amount,
            ((key, pieces),) if pieces else (),
            restock=True,
        )
        lines = tuple(
            replace(
                each,
                quantity=each.quantity - pieces,
                subtotal=each.subtotal - PRICE * pieces,
            )
            for each in seen.lines
        )
        seen = replace(seen, refunds=(*seen.refunds, given), lines=lines, payment=payment)
        part.snapshot, part.payment = snapshot.to_json(seen), payment
        for name, value in order.items():
            setattr(part, name, value)
        repay.ask(session, row, desk.at(61))

    desk.do(write)
    return asked(desk)


def asked(desk: Desk) -> list[Change]:
    with desk.house.look() as session:
        return list(session.scalars(select(Change).order_by(Change.id)))


def test_pieces_that_were_refunded_are_refunded_there(sold: Desk) -> None:
    (row,) = gives_back(sold, pieces=1)
    key = sold.line.remote_id
    assert (row.kind, row.state, row.origin) == (Change.REFUND, Change.WAITING, "R0")
    assert row.about == {
        "lines": {key: 1},
        "restock": True,
        "shared": False,
        "amount": 3000,
        "worth": {key: [3000, 0]},
        "beyond": 0,
        "whole": False,
    }
    with sold.house.look() as session:
        told = session.scalars(select(Message).where(Message.kind == "repay")).one()
        assert told.about == {"change": row.id}
    assert len(asked_again(sold)) == 1, "once"
    work = sold.do(lambda s: repay.begin(s, row.id, sold.at(2)))
    assert work == repay.Repaying(
        row.id,
        sold.id,
        "7",
        Refund(
            key=row.key,
            currency="USD",
            amount=Gross(3000),
            lines={key: 1},
            worth={key: Worth(Net(3000), Tax(0))},
            restock=True,
            reason="Refunded in #1001",
        ),
        3000,
        "#1001",
        "en",
        shared=False,
    )


def asked_again(desk: Desk) -> list[Change]:
    desk.do(lambda s: repay.ask(s, Desk.row(s), desk.at(70)))
    return asked(desk)


def test_goods_go_back_on_the_shelf_only_where_the_merchant_wants(sold: Desk) -> None:
    sold.house.set(restock_on_cancel=False)
    (row,) = gives_back(sold, pieces=1)
    work = sold.do(lambda s: repay.begin(s, row.id, sold.at(2)))
    assert not work.refund.restock


def test_all_of_it_goes_back_with_the_shipping(sold: Desk) -> None:
    (row,) = gives_back(sold, pieces=2, amount=6500, payment="refunded")
    assert (row.about["amount"], row.about["beyond"], row.about["whole"]) == (6500, 500, True)
    work = sold.do(lambda s: repay.begin(s, row.id, sold.at(2)))
    assert work.refund.amount is None
    assert work.back == 6500
    assert sold.do(lambda s: repay.all_back(s, Desk.row(s)))


def test_money_alone_goes_back_as_far_as_there_is_any(sold: Desk) -> None:
    rows = gives_back(sold, amount=400)
    rows = gives_back(sold, amount=9_000)
    told = [(row.about["amount"], row.about["beyond"], row.about["whole"]) for row in rows]
    assert told == [(400, 400, False), (6100, 6100, False)]
    assert [row.about["shared"] for row in rows] == [False, False]
    assert not sold.do(lambda s: repay.all_back(s, Desk.row(s)))


def test_money_of_an_order_of_several_is_nobodys_to_tell(sold: Desk) -> None:
    (row,) = gives_back(sold, amount=400, own_share=100)
    assert row.about["shared"]


def test_the_last_money_is_all_that_is_left(sold: Desk) -> None:
    gives_back(sold, pieces=2, amount=6000)
    first, last = gives_back(sold, amount=1, payment="refunded", own_share=100)
    assert first.about["amount"] == 6000
    assert (last.about["amount"], last.about["beyond"], last.about["shared"]) == (500, 500, False)


@pytest.mark.parametrize(
    "more",
    [
        {"payment": "paid"},
        {"payment": "voided"},
        {"cancelled_at": datetime.fromisoformat("2026-01-01T00:00:00+00:00")},
    ],
)
def test_where_nothing_was_given_back_nothing_is_asked(sold: Desk, more: dict[str, Any]) -> None:
    assert gives_back(sold, pieces=1, **more) == []


def test_what_went_back_before_it_left_was_never_in_it(sold: Desk) -> None:
    assert gives_back(sold, pieces=1, at=sold.at(-1)) == []
    assert len(gives_back(sold, pieces=1, at=sold.at(0))) == 1


def test_of_a_dead_order_nothing_goes_back(sold: Desk) -> None:
    sold.set(gone_at=sold.at(5))
    assert gives_back(sold, pieces=1) == []


def test_while_the_switch_is_off_nothing_is_asked(sold: Desk) -> None:
    sold.house.set(order_sync=False)
    assert gives_back(sold, pieces=1) == []
    sold.house.set(order_sync=True)
    assert len(asked_again(sold)) == 1


def test_pieces_of_others_are_none_of_this_order(sold: Desk) -> None:
    sold.do(lambda s: setattr(s.scalars(select(OrderLine)).one(), "push_id", None))
    assert gives_back(sold, pieces=1) == []


def test_an_order_without_its_copy_is_given_back_as_the_marketplace_says(sold: Desk) -> None:
    sold.set(sent=None)
    (row,) = gives_back(sold, pieces=2, amount=1234, payment="refunded")
    assert (row.about["amount"], row.about["beyond"], row.about["whole"]) == (1234, 0, True)
    assert "worth" not in row.about
    work = sold.do(lambda s: repay.begin(s, row.id, sold.at(2)))
    assert work.refund.worth == {}


@pytest.mark.parametrize(
    ("changed", "given_up"),
    [
        ({"state": Push.CANCELLED}, True),
        ({"gone_at": datetime.fromisoformat("2026-01-01T00:00:00+00:00")}, True),
    ],
)
def test_a_refund_of_an_order_that_is_over_is_given_up(
    sold: Desk, changed: dict[str, Any], given_up: bool
) -> None:
    (row,) = gives_back(sold, pieces=1)
    sold.set(**changed)
    assert sold.do(lambda s: repay.begin(s, row.id, sold.at(2))) is None
    assert (asked(sold)[0].state == Change.GIVEN_UP) is given_up


@pytest.mark.parametrize("state", [Change.DONE, Change.REFUSED, Change.GIVEN_UP])
def test_a_refund_that_is_over_is_not_asked_again(sold: Desk, state: str) -> None:
    (row,) = gives_back(sold, pieces=1)
    sold.do(lambda s: setattr(s.get_one(Change, row.id), "state", state))
    sold.set(gone_at=sold.at(9))
    assert sold.do(lambda s: repay.begin(s, row.id, sold.at(2))) is None
    assert asked(sold)[0].state == state
