"""Which carrier a vendor's store means, spelled as marketplaces spell it.

WooCommerce and its plugins store a carrier as a slug (``evri-hermes``) or as the name in their own
list (``BRT (Bartolini)``). A marketplace makes a tracking link of a number only for the names on
its own list, so ``named`` turns both into that spelling.

    given ─► ALIASES by slug ─► NAMES by slug ─► as it was given

Sources: the 77 slugs of WooCommerce core,
https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/src/Admin/Features/Fulfillments/ShippingProviders.php
(10.5 to 10.9); the list of WooCommerce Shipment Tracking and Advanced Shipment Tracking by country;
Shopify's list, ``FulfillmentTrackingInfo.company`` of the Admin API 2026-10.
"""

from __future__ import annotations

import re
import unicodedata

NAMES = (
    "4PX", "ACS Courier", "AGS", "Allied Express", "Amazon", "Amazon Logistics UK", "An Post",
    "Anjun Logistics", "APC", "Aramex Australia", "Aras Kargo", "Asendia USA",
    "Australia Post", "Bluedart", "Bonshaw", "BoxKnight", "BPost", "BPost International", "Bring",
    "BRT", "Canada Post", "Canpar", "CDL Last Mile", "China Post", "Chronopost", "Chukou1",
    "Colis Privé", "Colissimo", "Coordinadora", "Correios", "Correos", "Couriers Please", "CTT",
    "CTT Express", "Cyprus Post", "Delhivery", "Deutsche Post", "Deutsche Post (DE)",
    "Deutsche Post (EN)", "DHL", "DHL eCommerce", "DHL eCommerce Asia", "DHL Express",
    "DHL Parcel", "Direct Couriers", "DPD", "DPD Ireland", "DPD Local", "DPD UK", "DTDC", "DX",
    "Ecom Express", "Ekart", "Estes", "Evri", "Fastway", "FedEx", "Gati KWE", "GLS", "GLS Italy",
    "Hermes", "Hunter Express", "Iceland Post", "India Post", "Inpost", "Intelcom", "Israel Post",
    "Japan Post (EN)", "Japan Post (JA)", "La Poste Colissimo", "Lasership", "Latvia Post",
    "Lietuvos Paštas", "Lone Star Overnight", "Loomis", "LSO", "Mondial Relay",
    "New Zealand Post", "NinjaVan", "Old Dominion", "OnTrac", "Österreichische Post", "Packeta",
    "Parcelforce", "Pitney Bowes", "Portal PostNord", "Poste Italiane", "PostNL", "PostNord DK",
    "PostNord NO", "PostNord SE", "Professional Couriers", "PTT", "Purolator", "Qxpress",
    "R+L Carriers", "Royal Mail", "Sagawa (EN)", "Sagawa (JA)", "Sendle", "SEUR", "SF Express",
    "Shadowfax", "Singapore Post", "Skynet", "Speedy", "StarTrack", "Sürat Kargo", "Swiship",
    "Swiss Post", "TForce Final Mile", "TNT", "TNT Australia", "Toll IPEC", "Tuffnells",
    "United Delivery Service", "UPS", "USPS", "Venipak", "Whistl", "XpressBees", "XPO Logistics",
    "Yamato (EN)", "Yamato (JA)", "Yodel", "YunExpress", "Yurtiçi Kargo", "Zásilkovna",
)  # fmt: skip
"""Names that Shopify turns into a tracking link."""

UNLISTED = {
    "aramex": "Aramex",
    "azerpost": "Azerpost",
    "belpochta": "Belpochta",
    "bulgarian-posts": "Bulgarian Posts",
    "cdek": "CDEK",
    "ceska-posta": "Česká pošta",
    "econt": "Econt",
    "eimskip": "Eimskip",
    "elta": "ELTA",
    "fan-courier": "Fan Courier",
    "geniki-taxydromiki": "Geniki Taxydromiki",
    "haypost": "HayPost",
    "helthjem": "Helthjem",
    "hrvatska-posta": "Hrvatska pošta",
    "itella": "Itella",
    "kazpost": "Kazpost",
    "liechtensteinische-post": "Liechtensteinische Post",
    "magyar-posta": "Magyar Posta",
    "makedonska-posta": "Makedonska Pošta",
    "maltapost": "MaltaPost",
    "matkahuolto": "Matkahuolto",
    "mpl": "MPL",
    "mrw": "MRW",
    "nova-poshta": "Nova Poshta",
    "omniva": "Omniva",
    "poczta-polska": "Poczta Polska",
    "post-luxembourg": "POST Luxembourg",
    "posta-moldovei": "Poșta Moldovei",
    "posta-romana": "Poșta Română",
    "poste-san-marino": "Poste San Marino",
    "russian-post": "Russian Post",
    "sda": "SDA",
    "slovenska-posta": "Slovenská pošta",
    "spee-dee-delivery": "Spee-Dee Delivery",
    "ukrposhta": "Ukrposhta",
    "urgent-cargus": "Urgent Cargus",
}
"""Carriers that Shopify has no link for, by slug: shown under their own name."""

ALIASES = {
    # WooCommerce core
    "amazon-logistics": "Amazon",
    "bartolini-brt": "BRT",
    "evri-hermes": "Evri",
    "islandspostur": "Iceland Post",
    "lasership-ontrac": "OnTrac",
    "latvijas-pasts": "Latvia Post",
    "posten-norge-bring": "Bring",
    "postnord": "Portal PostNord",
    "toll": "Toll IPEC",
    "zasilkovna": "Packeta",
    # the tracking plugins' lists by country
    "aramex-new-zealand": "Aramex",
    "australia-ems": "Australia Post",
    "belgium-post": "BPost",
    "brazil-correios": "Correios",
    "bring-se": "Bring",
    "brt-bartolini": "BRT",
    "correos-espana": "Correos",
    "correos-spain": "Correos",
    "couriersplease": "Couriers Please",
    "denmark-post": "PostNord DK",
    "deutsche-post-dhl": "DHL",
    "dhl-at": "DHL Express",
    "dhl-cz": "DHL Express",
    "dhl-de": "DHL",
    "dhl-germany": "DHL",
    "dhl-intraship-de": "DHL",
    "dhl-paket": "DHL",
    "dhl-parcel-uk": "DHL Parcel",
    "dhl-parcel-nl": "DHL Parcel",
    "dhl-se": "DHL Express",
    "dhl-uk": "DHL Express",
    "dhl-us": "DHL eCommerce",
    "dhlparcel-nl": "DHL Parcel",
    "dpd-at": "DPD",
    "dpd-co-uk": "DPD UK",
    "dpd-cz": "DPD",
    "dpd-de": "DPD",
    "dpd-fr": "DPD",
    "dpd-ie": "DPD Ireland",
    "dpd-nl": "DPD",
    "dpd-pl": "DPD",
    "dpd-romania": "DPD",
    "evri-international": "Evri",
    "fastway-au": "Aramex Australia",
    "fastway-couriers": "Fastway",
    "fastway-ie": "Fastway",
    "fastway-nz": "Fastway",
    "fedex-sameday": "FedEx",
    "france-ems-chronopost": "Chronopost",
    "gls-fr": "GLS",
    "gls-germany": "GLS",
    "gls-nl": "GLS",
    "gls-spain": "GLS",
    "hermes-de": "Hermes",
    "hermes-germany": "Hermes",
    "hermes-uk": "Evri",
    "interlink": "DPD Local",
    "interlink-express": "DPD Local",
    "japan-post": "Japan Post (EN)",
    "jp-post": "Japan Post (EN)",
    "la-poste": "La Poste Colissimo",
    "my-hermes": "Evri",
    "myhermes": "Evri",
    "nz-post": "New Zealand Post",
    "parcel-force": "Parcelforce",
    "portugal-post-ctt": "CTT",
    "post-at": "Österreichische Post",
    "post-ch": "Swiss Post",
    "post-nl": "PostNL",
    "postnl-international": "PostNL",
    "postnord-danmark": "PostNord DK",
    "postnord-denmark": "PostNord DK",
    "postnord-norway": "PostNord NO",
    "postnord-sverige-ab": "PostNord SE",
    "postnord-sweden": "PostNord SE",
    "s-f-express": "SF Express",
    "sagawa": "Sagawa (EN)",
    "sf": "SF Express",
    "singpost": "Singapore Post",
    "tnt-click": "TNT",
    "tnt-express-consignment": "TNT",
    "tnt-express-reference": "TNT",
    "tnt-france": "TNT",
    "tnt-italy": "TNT",
    "tnt-reference": "TNT",
    "tnt-uk": "TNT",
    "ups-germany": "UPS",
    "ups-i-parcel": "UPS",
    "ups-netherlands": "UPS",
    "ups-se": "UPS",
    "usps-international": "USPS",
    "yamato-transport": "Yamato (EN)",
}
"""Carriers that WooCommerce or a plugin calls otherwise than Shopify does, by slug."""

_TYPED = ("other", "custom")
"""Slugs that say only that the carrier's name was typed by hand."""


def _slug(name: str) -> str:
    """As WordPress makes it (``sanitize_title``): small plain letters and digits, hyphens
    between."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _joined(slug: str) -> str:
    return slug.replace("-", "")


_BY_SLUG = {_slug(name): name for name in NAMES} | UNLISTED | ALIASES
_BY_LETTERS = {_joined(slug): name for slug, name in reversed(_BY_SLUG.items())}
"""``sfexpress``, ``ninja-van``: the same letters, written apart or together."""


def named(given: str) -> str:
    """The carrier's name as the marketplace spells it; what is not known stays as it was given."""
    slug = _slug(given)
    return _BY_SLUG.get(slug) or (_BY_LETTERS.get(_joined(slug)) if slug else None) or given


def company(slug: str, typed: str = "") -> str:
    """The carrier of a tracking: the name that somebody ``typed`` where there is one (for carriers
    that are not on the store's list), else the one that the ``slug`` stands for."""
    return named(typed or ("" if slug.lower() in _TYPED else slug))
