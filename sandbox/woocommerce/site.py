"""What a store says about itself: the indexes, system status, settings, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.woocommerce import tracking_plugins
from sandbox.woocommerce.answers import Answer, links
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.models import JSON
from sandbox.woocommerce.order_view import SYMBOLS
from sandbox.woocommerce.product_view import fixed
from sandbox.woocommerce.trackings import ADVANCED, PAID, PAID_V2, PRO
from sandbox.woocommerce.versions import wordpress

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

NAMESPACES_8 = [
    "oembed/1.0",
    "wc/v3",
    "jetpack/v4",
    "wc-admin",
    "wc-analytics",
    "wc/store",
    "wc/store/v1",
    "wc/v1",
    "wc/v2",
    "wc-telemetry",
    "wccom-site/v1",
    "wccom-site/v2",
    "wp/v2",
    "wp-site-health/v1",
    "wp-block-editor/v1",
]
NAMESPACES = [
    "oembed/1.0",
    "wc/v3",
    "wc/v1",
    "wc/pos/v1/catalog",
    "jetpack/v4",
    "wc-admin",
    "wc-analytics",
    "wc/store",
    "wc/store/v1",
    "wc/private",
    "wc/v2",
    "wc-admin-email",
    "wc-telemetry",
    "wccom-site/v3",
    "wp-abilities/v1",
    "wp/v2",
    "wp-site-health/v1",
    "wp-block-editor/v1",
]
OWN_NAMESPACES = {ADVANCED: "wc-ast/v3", PRO: "wc-ast/v3", PAID: "wc-shipment-tracking/v3"}
TITLES = {
    ADVANCED: ("Advanced Shipment Tracking for WooCommerce", "3.9.2"),
    PRO: ("Advanced Shipment Tracking Pro", "5.3"),
    PAID: ("WooCommerce Shipment Tracking", "2.6.0"),
    PAID_V2: ("WooCommerce Shipment Tracking", "1.6.4"),
    **tracking_plugins.TITLES,
}


_ORDERS = "Automattic\\WooCommerce\\Internal\\DataStores\\Orders\\OrdersTableDataStore"
DATASTORES = {True: _ORDERS, False: "WC_Order_Data_Store_CPT"}
"""By whether the store keeps orders in tables of their own (HPOS)."""
NAMED_SYMBOLS = {"EUR": "&euro;", "GBP": "&pound;", "JPY": "&yen;"}


def symbol(currency: str) -> str:
    """As HTML, the way settings show it."""
    if currency in NAMED_SYMBOLS:
        return NAMED_SYMBOLS[currency]
    return "".join(f"&#{ord(each)};" for each in SYMBOLS.get(currency, currency))


def root(call: Call) -> Answer:
    """/wp-json/: needs no key."""
    store = call.store
    offset = store.zone.utcoffset(store.now().replace(tzinfo=None))
    hours = offset.total_seconds() / 3600 if offset else 0
    return Answer(
        {
            "name": store.name,
            "description": "",
            "url": store.home,
            "home": store.home,
            "gmt_offset": int(hours) if hours == int(hours) else hours,
            "timezone_string": store.zone.key,
            "namespaces": (NAMESPACES if store.at_least(9, 0) else NAMESPACES_8)
            + own_namespaces(store),
            "authentication": [],
        }
    )


def own_namespaces(store: WooStore) -> list[str]:
    return [OWN_NAMESPACES[each] for each in store.plugins if each in OWN_NAMESPACES]


def namespace_index(call: Call) -> Answer:
    """/wp-json/wc/v3: every route, needs no key. A tracking plugin shows itself here."""
    store = call.store
    name = call.path.removeprefix("/wp-json/").strip("/")
    routes = {
        path: {
            "namespace": name,
            "methods": methods,
            "endpoints": [{"methods": [each], "args": {}} for each in methods],
        }
        for path, methods in store.routes.index(name).items()
    }
    return Answer({"namespace": name, "routes": routes})


def system_status(call: Call) -> Answer:
    store = call.store
    report: JSON = fixed("system_status")
    report["environment"] |= {
        "home_url": store.home,
        "site_url": store.home,
        "version": store.version,
        "wp_version": wordpress(store),
        "language": store.language,
        "default_timezone": "UTC",
    }
    report["settings"] |= {
        "currency": store.currency,
        "currency_symbol": symbol(store.currency),
        "number_of_decimals": store.decimals,
        "order_datastore": DATASTORES[store.hpos],
        "HPOS_enabled": store.hpos,
        "HPOS_sync_enabled": store.hpos_sync,
        "enabled_features": _features(store, report),
    }
    if not store.at_least(9, 0):
        _as_before_9(report)
    report["security"]["secure_connection"] = store.https
    report["active_plugins"][0] |= {"version": store.version, "version_latest": store.version}
    report["active_plugins"] += [_plugin(each) for each in store.plugins if each in TITLES]
    report["database"]["wc_database_version"] = store.version
    return Answer(report)


def _features(store: WooStore, report: JSON) -> list[str]:
    off = set() if "fulfillments" in store.plugins else {"fulfillments"}
    off |= set() if store.hpos else {"custom_order_tables"}
    off.add("email_improvements" if store.at_least(10, 6) else "push_notifications")
    features: list[str] = report["settings"]["enabled_features"]
    return [each for each in features if each not in off]


def _as_before_9(report: JSON) -> None:
    """As 8.2.2 tells of itself."""
    for name in ("store_id", "server_architecture", "wp_environment_type"):
        del report["environment"][name]
    report["environment"] |= {"remote_post_response": False, "remote_get_response": False}
    del report["settings"]["enabled_features"]
    report["settings"]["HPOS_feature_screen_enabled"] = False


def _plugin(slug: str) -> JSON:
    name, version = TITLES[slug]
    return {"plugin": f"{slug}/{slug}.php", "name": name, "version": version}


def general_settings(call: Call) -> Answer:
    store = call.store
    own = {
        "woocommerce_currency": store.currency,
        "woocommerce_default_country": store.base,
        "woocommerce_calc_taxes": _yes(bool(store.tax_rate)),
        "woocommerce_price_num_decimals": str(store.decimals),
    }
    settings: list[JSON] = fixed("settings_general")
    return Answer([{**each, "value": own.get(each["id"], each["value"])} for each in settings])


def tax_settings(call: Call) -> Answer:
    """Those that have to do with prices; written from the source, not recorded."""
    store = call.store
    classes = "\n".join(store.tax_classes.values())
    values = {
        "woocommerce_prices_include_tax": ("radio", "no", _yes(store.prices_include_tax)),
        "woocommerce_tax_based_on": ("select", "shipping", "shipping"),
        "woocommerce_shipping_tax_class": ("select", "inherit", "inherit"),
        "woocommerce_tax_round_at_subtotal": ("checkbox", "no", "no"),
        "woocommerce_tax_classes": ("textarea", "", classes),
    }
    shown = [
        {"id": name, "type": kind, "default": default, "value": value}
        for name, (kind, default, value) in values.items()
    ]
    return Answer(shown)


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def order_totals(call: Call) -> Answer:
    """Every status the store knows, those of plugins too, with its number of orders."""
    orders = call.store.orders.values()
    return Answer(
        [
            {"slug": slug, "name": name, "total": sum(each.status == slug for each in orders)}
            for slug, name in call.store.statuses.items()
        ]
    )


def gateways(call: Call) -> Answer:
    found: list[JSON] = fixed("payment_gateways")
    return Answer(found, headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": "1"})


def current_currency(call: Call) -> Answer:
    code = call.store.currency
    names = {"USD": "United States (US) dollar", "EUR": "Euro", "GBP": "Pound sterling"}
    about = links(call.store.url(f"wc/v3/data/currencies/{code}"), "GET")
    body = {"code": code, "name": names.get(code, code), "symbol": symbol(code), "_links": about}
    return Answer(body)
