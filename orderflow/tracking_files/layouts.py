"""The titles under which common tools and carriers write orders and tracking numbers.

``WORDS`` holds titles by field, the surest first: where several columns of a file fit, those of the
earliest group count. ``LAYOUTS`` are whole layouts of tools with where they are described; each
title of theirs is known too. The exports of the platforms whose stores we call need no layout:
their titles (*Name*, *Lineitem sku*, *order_id*, *custom_tracking_link*) are among the words.
Titles are compared by ``fold``: without case, accents and signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a column tells. SERVICE is the carrier's product, which may name the carrier; STATUS is
    the label's, which may be void."""

    ORDER = "order"
    LINE = "line"
    SKU = "sku"
    PIECES = "pieces"
    CARRIER = "carrier"
    TRACKING = "tracking"
    LINK = "link"
    SERVICE = "service"
    STATUS = "status"
    SHIPPED = "shipped"


REQUIRED = (Field.ORDER, Field.TRACKING)

WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.ORDER: (
        "order number|order no|order nr|order name|ordernumber|bestellnummer|bestell nr|"
        "auftragsnummer|auftrags nr|numero de commande|no de commande|n de commande|"
        "n commande|no commande|numero commande|ordernummer|bestelnummer|numero de pedido|"
        "no de pedido|n de pedido|no pedido|n pedido|numero pedido|numero d ordine|numero ordine|"
        "n ordine|no ordine|numero dell ordine|shop order number|channel order id|"
        "channel reference|external order id|external order number",
        "order|commande|bestellung|auftrag|bestelling|pedido|ordine|orders",
        "order id|order ref|order reference|orderreference|reference commande|ref commande|"
        "reference de commande|bestellreferenz|bestelling id|order referentie|id pedido|"
        "referencia de pedido|referencia pedido|id ordine|riferimento ordine|sales order|"
        "po number|purchase order|po",
        "reference|ref|referenz|referentie|referencia|riferimento|reference number|"
        "customer reference|client reference|shipment reference|sender reference|your reference|"
        "reference client|ref client|reference expediteur|kundenreferenz|sendungsreferenz|"
        "empfangerreferenz|referenznummer|klantreferentie|kenmerk|uw referentie|"
        "referencia cliente|referencia del cliente|riferimento cliente|riferimento mittente",
        "reference 1|ref 1|referenz 1|referenz1|reference1|referentie 1|referencia 1|name|id",
    ),
    Field.LINE: ("line|ligne|zeile|regel|linea|riga",),
    Field.SKU: (
        "sku|skus|item sku|lineitem sku|line item sku|product sku|artikelnummer|artikel nr|"
        "reference article|ref article|reference produit|artikelcode|codigo de articulo|"
        "referencia de articulo|codice articolo",
        "item number|item code|product code|article|artikel|articulo|articolo",
    ),
    Field.PIECES: (
        "pieces|stuck|stuckzahl|stuks|piezas|pezzi|quantity shipped|shipped quantity|shipped qty|"
        "qty shipped|quantite expediee|versandmenge|cantidad enviada|quantita spedita",
        "quantity|qty|lineitem quantity|item quantity|item qty|menge|anzahl|quantite|qte|aantal|"
        "hoeveelheid|cantidad|quantita|unidades|units",
    ),
    Field.CARRIER: (
        "carrier|tracking company|tracking provider|shipping provider|shipping carrier|"
        "carrier name|courier|courier name|transporteur|versanddienstleister|versender|"
        "paketdienst|dienstleister|spediteur|vervoerder|bezorgdienst|transportista|mensajeria|"
        "empresa de transporte|corriere|vettore|spedizioniere|provider|shipper",
    ),
    Field.TRACKING: (
        "tracking number|tracking no|tracking nr|tracking code|tracking numbers|trackingnumber|"
        "numero de suivi|no de suivi|n de suivi|n suivi|no suivi|numero suivi|code de suivi|"
        "sendungsnummer|sendungs nr|sendungsverfolgungsnummer|trackingnummer|tracking nummer|"
        "track trace code|track and trace code|track trace nummer|track and trace|track trace|"
        "volgnummer|numero de seguimiento|no de seguimiento|n de seguimiento|"
        "codigo de seguimiento|numero di tracciamento|numero di tracking|codice di tracking|"
        "codice tracking|numero tracking|codice di spedizione|numero spedizione|"
        "numero di spedizione",
        "tracking|suivi|trackingcode|tracking id|awb|awb number|air waybill|waybill|"
        "waybill number|consignment|consignment number|consignment no|consignment id|"
        "parcel number|parcel no|paketnummer|paketscheinnummer|paket nr|package number|"
        "numero de colis|no de colis|n de colis|numero colis|n colis|no colis|"
        "numero d expedition|barcode|barcode number|pakketnummer|zendingnummer|zendingsnummer|"
        "zending|numero de envio|n de envio|no de envio|localizador|numero de paquete|"
        "codigo de envio|lettera di vettura|ldv|numero collo|label number|shipment number",
    ),
    Field.LINK: (
        "tracking link|tracking url|trackinglink|lien de suivi|url de suivi|tracking page|"
        "sendungsverfolgung|tracking website|trackinglinks|volglink|track trace link|"
        "track and trace link|enlace de seguimiento|url de seguimiento|link di tracking|"
        "link tracciamento|custom tracking link|url tracking|link tracking|track trace url",
    ),
    Field.SERVICE: (
        "service|carrier service|shipping service|service name|service level|product|produkt|"
        "produit|dienst|servicio|servizio|shipping method|versandart|mode de livraison|"
        "verzendmethode|metodo de envio|metodo di spedizione|requested service|service code",
    ),
    Field.STATUS: ("label status|shipment status|tracking status|status|statut|estado|stato",),
    Field.SHIPPED: (
        "date shipped|ship date|shipped date|shipped at|shipping date|versanddatum|"
        "date d expedition|date expedition|verzenddatum|fecha de envio|data di spedizione|"
        "data spedizione|despatch date|dispatch date",
    ),
}
"""Titles as ``fold`` writes them, between ``|``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a tool's file that we read, as it titles them."""

    tool: str
    source: str
    titles: Mapping[str, Field]


_ORDER, _NUMBER, _CARRIER = Field.ORDER, Field.TRACKING, Field.CARRIER

LAYOUTS = (
    Layout(
        "Advanced Shipment Tracking",
        "https://docs.zorem.com/docs/ast-free/csv-import/ and "
        "https://gist.github.com/zorem/7acdd3906e68721c0f20d3905e79f780 (several SKUs in a cell)",
        {
            "order_id": _ORDER,
            "tracking_provider": _CARRIER,
            "tracking_number": _NUMBER,
            "date_shipped": Field.SHIPPED,
            "sku": Field.SKU,
            "qty": Field.PIECES,
        },
    ),
    Layout(
        "AfterShip",
        "https://www.aftership.com/docs/tracking/others/csv-upload-ftp-auto-fetch",
        {"order_id": _ORDER, "courier": _CARRIER, "tracking_number": _NUMBER},
    ),
    Layout(
        "ShipStation",
        "https://help.shipstation.com/hc/en-us/articles/360026190952 (fields of a shipment)",
        {
            "Order - Number": _ORDER,
            "Shipment - Tracking Number": _NUMBER,
            "Shipment - Carrier": _CARRIER,
            "Shipment - Service": Field.SERVICE,
            "Shipment - Ship Date": Field.SHIPPED,
            "Carrier - Name": _CARRIER,
            "Carrier - Service Selected": Field.SERVICE,
            "Date - Shipped Date": Field.SHIPPED,
            "Item - SKU": Field.SKU,
            "Item - Qty": Field.PIECES,
        },
    ),
    Layout(
        "Shippo",
        "https://docs.goshippo.com/ (fields of a transaction)",
        {
            "Order Number": _ORDER,
            "Tracking Number": _NUMBER,
            "Carrier": _CARRIER,
            "Service Level": Field.SERVICE,
            "Tracking URL": Field.LINK,
            "Label Status": Field.STATUS,
        },
    ),
    Layout(
        "Pirate Ship",
        "https://support.pirateship.com/ (export of shipments)",
        {
            "Order ID": _ORDER,
            "Tracking Number": _NUMBER,
            "Carrier": _CARRIER,
            "Ship Date": Field.SHIPPED,
            "Tracking Status": Field.STATUS,
        },
    ),
    Layout(
        "Sendcloud",
        "https://api.sendcloud.dev/docs/sendcloud-public-api/ (fields of a parcel)",
        {
            "Order number": _ORDER,
            "Tracking number": _NUMBER,
            "Carrier": _CARRIER,
            "Shipping method": Field.SERVICE,
            "Tracking URL": Field.LINK,
        },
    ),
    Layout(
        "Royal Mail Click & Drop",
        "https://help.parcel.royalmail.com/ (report of orders)",
        {
            "Channel reference": _ORDER,
            "Tracking number": _NUMBER,
            "Shipping service": Field.SERVICE,
            "Despatch date": Field.SHIPPED,
        },
    ),
    Layout(
        "DHL Geschäftskundenportal",
        "https://www.dhl.de/de/geschaeftskunden/ (Versenden, export of shipments)",
        {"Sendungsreferenz": _ORDER, "Sendungsnummer": _NUMBER, "Produkt": Field.SERVICE},
    ),
    Layout(
        "GLS",
        "https://gls-group.com/ (YourGLS, list of parcels)",
        {"Kundenreferenz": _ORDER, "Paketnummer": _NUMBER, "Versanddatum": Field.SHIPPED},
    ),
    Layout(
        "DPD",
        "https://www.dpd.com/de/de/ (myDPD, list of parcels)",
        {"Referenz 1": _ORDER, "Paketscheinnummer": _NUMBER, "Produkt": Field.SERVICE},
    ),
    Layout(
        "Colissimo",
        "https://www.colissimo.entreprise.laposte.fr/ (Coliview, list of parcels)",
        {"Référence commande": _ORDER, "Numéro de colis": _NUMBER, "Produit": Field.SERVICE},
    ),
    Layout(
        "MyParcel",
        "https://developer.myparcel.nl/ (fields of a shipment)",
        {"Kenmerk": _ORDER, "Barcode": _NUMBER, "Vervoerder": _CARRIER},
    ),
    Layout(
        "PostNL",
        "https://developer.postnl.nl/ (fields of a shipment)",
        {"Referentie": _ORDER, "Barcode": _NUMBER, "Product": Field.SERVICE},
    ),
)
"""The columns of Advanced Shipment Tracking and AfterShip were read at their sources. For the other
tools no list of columns was found: theirs are what their fields are called, and the source is where
a real file is to be looked for (``docs/open-questions.md``)."""


def fold(title: str) -> str:
    """A title as it is compared: ``Numéro de suivi``, ``numero_de-suivi`` and ``NuméroDeSuivi``
    are the same."""
    words = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", title[:200])
    plain = unicodedata.normalize("NFKD", words.replace("&", " "))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    return " ".join("".join(s if s.isalnum() else " " for s in letters).split())


def _known() -> dict[str, tuple[Field, int]]:
    known: dict[str, tuple[Field, int]] = {}
    for name, groups in WORDS.items():
        for rank, words in enumerate(groups):
            for word in words.split("|"):
                known.setdefault(word, (name, rank))
    for layout in LAYOUTS:
        for title, name in layout.titles.items():
            known.setdefault(fold(title), (name, 1))
    return known


_AROUND = re.compile(r"\([^)]*\)|\[[^]]*\]|[:.]?\s+(n°|nº|no\.?|nr\.?|num\.?)\s*$", re.IGNORECASE)
"""What says nothing more of a title: brackets, and *no.* at its end."""
KNOWN = _known()
"""By folded title: the field, and how sure it is (0 is the surest)."""


def known(title: str) -> tuple[Field, int] | None:
    """The field that a title stands for and how sure that is, or None."""
    return KNOWN.get(fold(title)) or KNOWN.get(fold(_AROUND.sub("", title)))
