"""The order in which the live recordings were made, with the unrecorded steps between them."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.sandbox.woocommerce_live import Live, store_of_8_2, store_of_10_9


def shelf(live: Live, parent: int, first: int) -> None:
    """The variations after the first two; the recordings show how those were made."""
    rest = [("M", "Black"), ("M", "White"), ("L", "Black"), ("L", "White")]
    for size, color in rest:
        sku = f"TEE-{size}-{color.upper()}"
        live.store.add_variation(parent, sku, "19.00", 20, {"Size": size, "Color": color})
    live.store.ids.skip_to("post", first)


def webhook(live: Live, topic: str, like: str) -> None:
    """One more of the kind that recording ``like`` shows being made."""
    body = {**live.recording(like)[0]["body"], "topic": topic}
    assert live.ask("POST", "/wp-json/wc/v3/webhooks", body).status_code == 201


def perform_10_9() -> Live:
    live = store_of_10_9()
    live.store.ids.skip_to("post", 10)
    live.play("000", "001", "002", "003", "004", "005", "006", "007", "008", "009", "010")
    shelf(live, 15, 22)
    live.play("011", "012", "013", "014", "015", "016")
    webhook(live, "order.deleted", "016")
    live.play("017", "018", "019", "020", "021")
    live.store.ids.skip_to("post", 23)
    live.play("022")
    live.store.ids.skip_to("post", 22)
    live.clock.advance(-1)  # both were made at once
    live.play("023", "024")
    name = live.store.tax_classes.pop("zero-rate")  # the merchant deleted it for a while
    live.play("025")
    live.store.tax_classes["zero-rate"] = name
    dinars = {11: "11.255", 12: "51.303", 13: "0.901", 15: "1.255", 16: "3.525"}
    totals = {item: {"total": each} for item, each in dinars.items()}
    live.build(live.shown("026", 24), changed=totals)
    live.build(live.shown("026", 25))
    live.build(live.shown("026", 26))
    live.play("026", "027", "028", "029", "030", "031", "032", "033", "034", "035", "036")
    live.store.install("advanced-shipment-tracking")
    live.store.carriers = {}  # its list comes over a network that the store did not have
    live.build(live.shown("039"), "processing")
    live.play("037", "038", "039", "040", "041")
    live.play("042", "043")
    edits_and_refunds_10_9(live)
    ends_10_9(live)
    trials_10_9(live)
    return live


def edits_and_refunds_10_9(live: Live) -> None:
    live.store.products[10].stock, live.store.products[18].stock = 86, 14
    mug = {"quantity": 3, "subtotal": "37.50", "total": "33.75"}
    live.build(live.shown("044"), without=[60], changed={54: mug})
    live.play("044", "045", "046", "047", "048", "049")
    edit = {
        "line_items": [{"id": 60, "quantity": 1, "subtotal": "0.34", "total": "0.34"}],
        "fee_lines": [{"id": 59, "total": "0.70"}],
    }
    live.change(32, **edit)
    live.refund(live.shown("050")["refunds"][0], 32, {61: (2, "25.00")})
    live.play("050", "051", "052", "053")


def ends_10_9(live: Live) -> None:
    live.build(live.shown("054"), "processing")
    live.refund(live.shown("054")["refunds"][0], 39, {})
    live.play("054")
    live.build(live.shown("055"))
    live.build(live.shown("056"))
    live.build({**live.shown("055"), "id": 46})
    live.build(live.shown("058"), "processing")
    live.play("055", "056", "057", "058", "059", "060", "061", "062")
    live.store.ids.skip_to("post", 49)
    live.play("063", "064", "073", "074")
    live.build({**live.shown("055"), "id": 55}, changed={95: {"total": "0.92"}})
    live.play("075")
    live.build(live.shown("077"), "processing")
    live.play("076", "077", "078")
    live.store.set_status(57, "completed")
    live.play("079", "080", "081")
    live.store.ids.skip_to("post", 59)
    live.play("082", "083", "084", "085")
    before = {**live.shown("086"), "customer_note": ""}
    live.build({**before, "shipping": {**before["shipping"], "address_1": "1 Sample Street"}})
    live.play("086", "087", "088", "089")
    live.build(live.shown("090"), "processing")
    live.store.ship(62, {156: 1}, "1Z1", "UPS")
    live.store.set_status(62, "completed")
    live.play("090")
    live.play("091", key="unknown")
    live.play("092")
    live.store.products[13].sales = 2
    live.play("093")


def trials_10_9(live: Live) -> None:
    mug, later = live.store.products[10], live.recording("095")[1]["body"]
    mug.stock, mug.sales = later["stock_quantity"] + 1, int(later["total_sales"]) - 1
    live.store.ids.skip_to("post", 71)
    live.play("094", "095")
    live.clock.moment = datetime(2026, 11, 28, 14, 45, 25, tzinfo=UTC)
    live.store.ids.skip_to("webhook", 5)
    live.play("096", "097", "098", "099", "100", "101", "102", "103", "104", "105", "106", "107")


def perform_8_2() -> Live:
    live = store_of_8_2()
    live.store.ids.skip_to("post", 12)
    live.play("000", "001", "002", "003", "004", "005", "006", "007", "008", "009")
    shelf(live, 17, 24)
    live.play("010", "011", "012", "013", "014", "015", "016", "017")
    webhook(live, "order.deleted", "016")
    live.play("018", "019", "020", "021", "022", "023")
    live.build(live.shown("026", 26))
    live.play("024", "025", "026")
    live.store.install("woocommerce-shipment-tracking-v2")
    live.build(live.shown("033"), "processing")
    live.play("027", "028", "029", "030", "031", "032", "033", "034")
    live.store.products[12].stock, live.store.products[20].stock = 90, 19
    mug = {"quantity": 3, "subtotal": "3750", "total": "3375"}
    live.build(live.shown("035"), without=[48], changed={42: mug})
    live.play("035", "036", "037", "038", "039", "040")
    edit = {
        "line_items": [{"id": 48, "quantity": 1, "subtotal": "100", "total": "100"}],
        "fee_lines": [{"id": 47, "total": "700"}],
    }
    live.change(32, **edit)
    live.refund(live.shown("041")["refunds"][0], 32, {})
    live.play("041", "042", "043", "044", "051", "052", "053", "054")
    return live
