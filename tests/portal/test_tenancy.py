"""Every page of the portal, walked from the routing table, by everybody who may and may not: a new
route must be told here, or this file fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from orderflow.book import flags
from orderflow.handwork import suggesting
from orderflow.members import invitations, people
from orderflow.models import (
    Connection,
    Flag,
    Invitation,
    MappingSuggestion,
    Membership,
    OrderLine,
    Person,
    PersonalRead,
    PortalSession,
    Shipment,
    VendorOrder,
)
from stores.base import Variant
from tests.house import STRANGER
from tests.mail.postbox import ALFA_MAIL
from tests.portal.counter import BUYER, Counter
from tests.portal.hostile import text_of
from tests.portal.visitor import Portal, Visitor

OPEN = {
    "portal_login.static",
    "portal_login.show",
    "portal_login.come",
    "portal_login.code",
    "portal_login.prove",
    "portal_login.leave",
    "portal_login.nothing",
    "portal_invitation.show",
    "portal_invitation.accept",
    "portal_forgotten.show",
    "portal_forgotten.ask",
    "portal_forgotten.choose",
    "portal_forgotten.change",
    "portal_keys.take",
}
"""For everybody: the way in, and out. What a link opens is tried where its link is tried."""
OWN_ALONE = {
    "portal_home.show",
    "portal_orders.show",
    "portal_stores.show",
    "portal_connect.show",
    "portal_connect.begin",
    "portal_connect.back",
    "portal_products.show",
    "portal_tracking.show",
    "portal_tracking.to_fill",
    "portal_tracking.look",
    "portal_tracking.choose",
    "portal_tracking.keep_columns",
    "portal_tracking.forget_columns",
    "portal_tracking.confirm",
    "portal_tracking.errors",
    "portal_tracking.report",
    "portal_slips.several",
    "portal_slips.several_printed",
    "portal_receiving.show",
    "portal_notifications.show",
    "portal_notifications.save",
    "portal_staff.show",
    "portal_staff.invite",
    "portal_account.show",
    "portal_account.save",
    "portal_account.change_password",
    "portal_account.revoke_all",
    "portal_two_step.show",
    "portal_two_step.offer",
    "portal_two_step.confirm",
    "portal_two_step.renew",
    "portal_two_step.switch_off",
}
"""Their addresses name nothing of anybody: whoever asks gets his own."""
NAMED = {
    "portal_home.switch": "membership_elsewhere",
    "portal_staff.give_role": "member",
    "portal_staff.remove": "member",
    "portal_staff.withdraw": "invitation",
    "portal_account.revoke": "session",
    "portal_stores.leaving": "store",
    "portal_stores.leave": "store",
    "portal_stores.statuses": "store",
    "portal_orders.one": "order",
    "portal_orders.decline": "order",
    "portal_orders.take_back": "order",
    "portal_todo.mark_done": "flag",
    "portal_fulfilment.ship_form": "order",
    "portal_fulfilment.ship": "order",
    "portal_fulfilment.shipment_form": "shipment",
    "portal_fulfilment.correct": "shipment",
    "portal_fulfilment.withdraw": "shipment",
    "portal_products.one": "variant",
    "portal_products.suggest": "variant",
    "portal_products.take_back": "variant",
    "portal_slips.one": "order",
    "portal_slips.one_printed": "order",
}
"""What of the victim's their address names."""
RETURNS = "portal_connect.back"  # it leads on, whatever comes
TABLE = "portal_tracking.to_fill"
LAST = "portal_account.revoke_all"  # it logs out whoever asks
STAFF, GUEST, REMOVED = (f"{who}@alfa.example.com" for who in ("staff", "guest", "removed"))
PARCEL = "1Z-of-alfa"
SECRETS = ("Alfa", ALFA_MAIL, STAFF, GUEST, "Lamp", "LAMP", "Quay Street", PARCEL)
"""Words of the victim's that nobody else may read."""


@dataclass(frozen=True)
class Case:
    portal: Portal
    victim: Visitor
    names: dict[str, str]

    def requests(self) -> Iterator[tuple[Rule, str, str]]:
        rules = [
            rule
            for rule in self.portal.house.web.url_map.iter_rules()
            if rule.endpoint.startswith("portal_") and rule.endpoint not in OPEN
        ]
        with self.portal.house.web.test_request_context():
            adapter = self.portal.house.web.url_map.bind("localhost")
            for rule in sorted(rules, key=lambda rule: rule.endpoint == LAST):
                theirs = self.names.get(NAMED.get(rule.endpoint, ""), "")
                of = {**dict.fromkeys(rule.arguments, theirs), "platform": "shopify"}
                if rule.endpoint.startswith(("portal_fulfilment.", "portal_todo.")):
                    of["public_id"] = self.names["order"]
                path = adapter.build(rule.endpoint, of)
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield rule, method, path

    def ask(self, visitor: Visitor, method: str, path: str) -> Any:
        form = {
            "csrf_token": visitor.token(),
            "role": "owner",
            "order_notifications": "none",
            "line": self.names["line"],
            "why": "Sold out",
            "store": self.names["store"],
            "sku": "A-CAP",
            "theirs": self.names["theirs"],
            **self.parcel(path),
        }
        return visitor.client.open(path, method=method, data=form if method == "POST" else None)

    def parcel(self, path: str) -> dict[str, str]:
        """Of three lamps one is in the parcel that is corrected, another goes into a new one."""
        number = PARCEL if "/shipments/" in path else "1Z2"
        return {f"line:{self.names['second line']}": "1", "numbers": number, "link": ""}

    def state(self) -> Any:
        """What others could have changed of the victim's vendor."""
        with self.portal.house.look() as session:
            alfa = self.portal.vendor(session, "Alfa").id
            members = select(Membership.role, Membership.removed_at)
            asked = select(Invitation.withdrawn_at).where(Invitation.vendor_id == alfa)
            browsers = select(PortalSession.revoked_at).join(Person)
            wanted = (
                members.where(Membership.vendor_id == alfa).order_by(Membership.id),
                asked.order_by(Invitation.id),
                browsers.where(Person.email == ALFA_MAIL).order_by(PortalSession.id),
                select(Connection.disconnected_at).where(Connection.vendor_id == alfa),
                select(OrderLine.declined).order_by(OrderLine.id),
                select(Shipment.state, Shipment.tracking).order_by(Shipment.id),
                select(VendorOrder.opened_at, VendorOrder.state).order_by(VendorOrder.id),
                select(PersonalRead.by).order_by(PersonalRead.id),
                select(Flag.done_at, Flag.done_by).order_by(Flag.id),
                select(MappingSuggestion.vendor_sku).where(MappingSuggestion.vendor_id == alfa),
            )
            return [session.execute(each).all() for each in wanted]


@pytest.fixture
def case(portal: Portal) -> Case:
    """Alfa's owner acts for a vendor of another merchant too, has staff, has invited more, and has
    suggested a mapping."""
    portal.house.merchant(STRANGER)
    portal.house.vendor("Zulu", STRANGER)
    portal.house.vendor("Yankee", STRANGER)
    portal.somebody(STAFF, role="staff")
    portal.somebody(vendor="Zulu", shop=STRANGER)
    portal.house.set(order_sync=False)
    counter = Counter(portal)
    vase = portal.stage.harbour.sells("VASE", "Vase", "9.00", vendor="Alfa")
    counter.sells((portal.stage.lamp, 1), (vase, 3), **BUYER)
    first, second = counter.part().lines
    counter.posts("/ship", **{f"line:{second.remote_id}": "1"}, numbers=PARCEL, link="")
    order = {
        "order": counter.part().public_id,
        "shipment": counter.shipment().rpartition("/")[2],
        "line": first.remote_id,
        "second line": second.remote_id,
    }
    victim = counter.owner
    portal.logged_in()
    theirs = str(portal.stage.alfa.sells("A-CAP", "Casquette", "3.00").id)
    with portal.house.unit() as session:
        alfa = portal.vendor(session, "Alfa")
        owner = people.known(session, ALFA_MAIL)
        assert owner
        invited = invitations.invite_staff(session, alfa, GUEST, owner, portal.house.clock())
        members = people.of_vendor(session, alfa)
        elsewhere = next(
            each for each in people.memberships(session, owner) if each.vendor_id != alfa.id
        )
        part = session.get_one(VendorOrder, counter.part().id)
        flags.raise_once(session, part, "sent_elsewhere", portal.house.clock(), count=1)
        known = Variant(theirs, "", "A-CAP", "Casquette")
        now = portal.house.clock()
        assert suggesting.suggest(session, alfa.connections[0], str(vase.id), known, now)
        sessions = session.scalars(select(PortalSession).order_by(PortalSession.id)).all()
        names = {
            "flag": session.scalars(select(Flag.public_id)).one(),
            "invitation": invited.public_id,
            "store": alfa.connections[0].public_id,
            "member": next(m.public_id for m in members if m.person.email == STAFF),
            "membership_elsewhere": elsewhere.public_id,
            "session": sessions[-1].public_id,
            **order,
            "variant": str(vase.id),
            "theirs": theirs,
        }
    return Case(portal, victim, names)


def words_of(answer: Any) -> str:
    return text_of(answer.data) if answer.mimetype == "application/pdf" else str(answer.text)


def test_every_route_is_told_here(case: Case) -> None:
    there = {
        rule.endpoint
        for rule in case.portal.house.web.url_map.iter_rules()
        if rule.endpoint.startswith("portal_")
    }
    assert there == OPEN | OWN_ALONE | NAMED.keys()


def test_nobody_is_sent_to_the_login(case: Case) -> None:
    nobody = case.portal.visitor()
    for rule, method, path in case.requests():
        answer = case.ask(nobody, method, path)
        assert answer.status_code == 303, (rule.endpoint, method)
        assert answer.location.startswith("/portal/login"), (rule.endpoint, method)


@pytest.mark.parametrize(
    ("vendor", "shop"), [("Bravo", "harbour.myshopify.com"), ("Yankee", STRANGER)]
)
def test_another_vendor_finds_nothing_of_this_one(case: Case, vendor: str, shop: str) -> None:
    other = case.portal.logged_in("other@other.example.com", vendor=vendor, shop=shop)
    before = case.state()
    for rule, method, path in case.requests():
        answer = case.ask(other, method, path)
        if rule.endpoint in NAMED:
            assert answer.status_code == 404, (rule.endpoint, method)
        assert answer.status_code < 500, (rule.endpoint, method)
        assert [word for word in SECRETS if word in words_of(answer)] == [], (rule.endpoint, method)
    assert case.state() == before


def test_a_removed_person_finds_nothing_at_all(case: Case) -> None:
    removed = case.portal.logged_in(REMOVED, role="staff")
    with case.portal.house.unit() as session:
        alfa = case.portal.vendor(session, "Alfa")
        row = next(m for m in people.of_vendor(session, alfa) if m.person.email == REMOVED)
        people.remove(session, row, case.portal.house.clock())
    before = case.state()
    for rule, method, path in case.requests():
        answer = case.ask(removed, method, path)
        assert answer.status_code == 404, (rule.endpoint, method)
        assert [word for word in SECRETS if word in words_of(answer)] == [], (rule.endpoint, method)
    assert case.state() == before


def test_the_right_person_finds_every_page(case: Case) -> None:
    for rule, method, path in case.requests():
        if method == "GET" and rule.endpoint != RETURNS:
            answer = case.ask(case.victim, method, path)
            assert answer.status_code == 200, rule.endpoint
            assert ("Lamp" if rule.endpoint == TABLE else "Alfa") in words_of(answer)


def test_the_right_person_may_do_what_the_others_were_refused(case: Case) -> None:
    """Else the pages above would be refused for some other reason."""
    for rule, method, path in case.requests():
        if rule.endpoint in NAMED and rule.endpoint != "portal_home.switch":
            done = case.ask(case.victim, method, path).status_code
            assert done == (303 if method == "POST" else 200), rule.endpoint
    assert (
        case.ask(
            case.victim, "POST", f"/portal/vendors/{case.names['membership_elsewhere']}"
        ).status_code
        == 303
    )
