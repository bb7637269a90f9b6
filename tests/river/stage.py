"""A stage that most of the river's tests share: one shop, two vendors, one mapped product each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from werkzeug.wrappers import Request

from orderflow.db import db
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.order import Order
from sandbox.shopify.shop import Shop
from sandbox.woocommerce import WooStore
from sandbox.woocommerce.models import Product
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river import scenes
from tests.river.scenes import Things

PLATFORMS = ("shopify", "woocommerce")
DEEP: Things = {"capacity": 20_000.0, "restore_rate": 5_000.0}
"""A shop whose points are never used up: while the clock stands still they do not come back, and a
call that waits for them waits by the machine's clock."""


def creates(request: Request) -> bool:
    """Whether a vendor's store is asked to create an order."""
    if request.host.endswith("myshopify.com"):
        return "orderCreate" in request.get_data(as_text=True)
    return request.method == "POST" and request.path.endswith("/orders")


def reads(request: Request) -> bool:
    return not creates(request)


@dataclass(frozen=True)
class VendorSide:
    """One vendor of the stage, whatever the platform: where its orders stand, what it sells."""

    host: str
    item: Variant
    orders: Callable[[], list[Any]]

    def live(self) -> list[Any]:
        return [order for order in self.orders() if not _is_gone(order)]


def _is_gone(order: Any) -> bool:
    if isinstance(order, Order):
        return order.cancelled_at is not None
    refunded = order.status == "refunded" and order.completed is None
    return refunded or order.status in ("cancelled", "trash")


class Stage:
    """*Lamp* is mapped to a product of Alfa's, *mug* to one of Bravo's. ``scene`` names a stage on
    which ``_set`` puts more than that."""

    scene = ""

    def __init__(
        self,
        house: House,
        *,
        harbour: Things | None = None,
        alfa: Things | None = None,
        bravo: Things | None = None,
    ) -> None:
        self.house, self.people = house, house.people
        self.harbour: Shop
        self.alfa: Shop
        self.bravo: WooStore
        self.lamp: Variant
        self.mug: Variant
        self.alfas_lamp: Variant
        self.bravos_mug: Product
        special = (harbour or {}, alfa or {}, bravo or {})
        name = f"{self.scene}{special!r}"
        vars(self).update(scenes.put_up(house, name, lambda: self._set(*special)))
        self.faults = house.world.faults

    def _set(self, harbour: Things, alfa: Things, bravo: Things) -> Things:
        house = self.house
        shop, alfas, bravos = house.merchant(**harbour), house.alfa(**alfa), house.bravo(**bravo)
        lamp = shop.sells("LAMP", "Lamp", "30.00", vendor="Alfa")
        mug = shop.sells("MUG", "Mug", "12.50", vendor="Bravo")
        alfas_lamp = alfas.sells("A-LAMP", "Lampe", "20.00")
        bravos_mug = bravos.add_product("B-MUG", "Mug", "9.00", stock=50)
        house.map(lamp, ALFA, str(alfas_lamp.id), str(alfas_lamp.product.id))
        house.map(mug, BRAVO, str(bravos_mug.id), str(bravos_mug.id))
        house.turn()
        return {
            "harbour": shop,
            "alfa": alfas,
            "bravo": bravos,
            "lamp": lamp,
            "mug": mug,
            "alfas_lamp": alfas_lamp,
            "bravos_mug": bravos_mug,
        }

    def side(self, platform: str) -> VendorSide:
        if platform == "shopify":
            return VendorSide(ALFA, self.lamp, lambda: list(self.alfa.orders.values()))
        return VendorSide(BRAVO, self.mug, lambda: list(self.bravo.orders.values()))

    def buys(self, *what: tuple[Variant, int], **more: Any) -> Order:
        """The customer checks out; nothing else happens yet."""
        return self.people.customer.buys(HARBOUR, list(what), **more)

    def sells_on(self, *what: tuple[Variant, int], **more: Any) -> Order:
        """The customer checks out, and everything due is done."""
        order = self.buys(*what, **more)
        self.house.turn()
        return order

    def sells_unheard(self, *what: tuple[Variant, int], **more: Any) -> Order:
        """As ``sells_on``, but no webhook arrives any more, neither ours nor the vendors'."""
        self.house.world.deliveries.drop = 1.0
        order = self.buys(*what, **more)
        self.house.hear_of_orders()
        return order

    def all_looks(self) -> None:
        """Time for every look-up after an unknown outcome, and for what then follows."""
        for wait in self.house.config.look_waits:
            self.house.later(wait)
        self.house.later(30)

    def states(self) -> dict[str, str]:
        return {part.vendor.name: part.state for part in self.house.parts()}

    def only(self, orders: Iterable[Any]) -> Any:
        (found,) = orders
        return found

    def obstacles(self, vendor: str = "") -> set[str]:
        """The codes of all rules that stood in the way at the last decision."""
        return {
            reason["code"]
            for part in self.house.parts()
            if part.vendor.name == vendor or not vendor
            for reason in (part.decision or {})["reasons"]
            if reason["verdict"] != "push"
        }


@contextmanager
def statements(stage: Stage) -> Iterator[list[str]]:
    """What the workers send to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    with stage.house.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
