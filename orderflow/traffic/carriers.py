"""Carriers under the names by which marketplaces know them; how their numbers look, and where a
parcel is looked up. A name that is spelled otherwise gets no link at the buyer's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Carrier:
    """``pattern``: of numbers that only this carrier gives out, "" where others' look the same.
    ``page``: where ``{}`` is a number's place, "" where we know none."""

    page: str = ""
    pattern: str = ""


CARRIERS: Mapping[str, Carrier] = {
    "4PX": Carrier("https://track.4px.com/#/result/0/{}", r"4PX\d{13}CN"),
    "Amazon Logistics UK": Carrier(),
    "Amazon": Carrier("https://track.amazon.com/tracking/{}", r"TBA\d{12}"),
    "An Post": Carrier("https://www.anpost.com/Post-Parcels/Track/History?item={}"),
    "APC": Carrier(),
    "Asendia USA": Carrier(),
    "Australia Post": Carrier("https://auspost.com.au/mypost/track/details/{}"),
    "BPost": Carrier("https://track.bpost.cloud/btr/web/#/search?itemCode={}"),
    "BRT": Carrier(),
    "Bring": Carrier("https://tracking.bring.com/tracking/{}"),
    "Canada Post": Carrier(
        "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
        r"[A-Z]{2}\d{9}CA",
    ),
    "Canpar": Carrier("https://www.canpar.com/en/tracking/track.htm?barcode={}", r"D\d{21}"),
    "China Post": Carrier("", r"[A-Z]{2}\d{9}CN"),
    "Chronopost": Carrier("https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={}"),
    "Colis Privé": Carrier(),
    "Colissimo": Carrier("https://www.laposte.fr/outils/suivre-vos-envois?code={}"),
    "Correios": Carrier("", r"[A-Z]{2}\d{9}BR"),
    "Correos": Carrier(
        "https://www.correos.es/es/en/tools/tracker/items/details?tracking-number={}"
    ),
    "CTT": Carrier(),
    "Delhivery": Carrier("https://www.delhivery.com/track/package/{}"),
    "Deutsche Post": Carrier("", r"[A-Z]{2}\d{9}DE"),
    "DHL": Carrier("https://www.dhl.com/global-en/home/tracking.html?tracking-id={}"),
    "DHL eCommerce": Carrier("https://webtrack.dhlecs.com/?trackingnumber={}", r"GM\d{16,20}"),
    "DHL eCommerce Asia": Carrier(),
    "DHL Express": Carrier(
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}", r"JD\d{16,18}"
    ),
    "DHL Parcel": Carrier(),
    "DPD": Carrier(),
    "DPD Local": Carrier("https://track.dpdlocal.co.uk/search?reference={}"),
    "DPD UK": Carrier("https://track.dpd.co.uk/search?reference={}"),
    "Estes": Carrier(),
    "Evri": Carrier("https://www.evri.com/track/parcel/{}", r"H[0-9A-Z]{15}"),
    "FedEx": Carrier("https://www.fedex.com/fedextrack/?trknbr={}"),
    "GLS": Carrier("https://gls-group.eu/EU/en/parcel-tracking?match={}"),
    "Hermes": Carrier("https://www.myhermes.de/empfangen/sendungsverfolgung/#{}"),
    "India Post": Carrier("", r"[A-Z]{2}\d{9}IN"),
    "Inpost": Carrier("https://inpost.pl/sledzenie-przesylek?number={}"),
    "Intelcom": Carrier("https://intelcom.ca/en/track-your-package/?tracking-id={}", r"INTLCM\w+"),
    "Israel Post": Carrier("", r"[A-Z]{2}\d{9}IL"),
    "Japan Post (EN)": Carrier("", r"[A-Z]{2}\d{9}JP"),
    "La Poste Colissimo": Carrier("https://www.laposte.fr/outils/suivre-vos-envois?code={}"),
    "Lasership": Carrier("https://www.ontrac.com/tracking/?number={}", r"1LS\d{12,15}"),
    "Loomis": Carrier(),
    "Mondial Relay": Carrier("https://www.mondialrelay.com/suivi-de-colis/?numeroExpedition={}"),
    "New Zealand Post": Carrier("https://www.nzpost.co.nz/tools/tracking/item/{}"),
    "NinjaVan": Carrier(),
    "OnTrac": Carrier("https://www.ontrac.com/tracking/?number={}", r"[CD]\d{14}"),
    "Packeta": Carrier("https://tracking.packeta.com/en/?id={}", r"Z\d{10}"),
    "Parcelforce": Carrier("https://www.parcelforce.com/track-trace?trackNumber={}"),
    "Pitney Bowes": Carrier(),
    "Poste Italiane": Carrier("https://www.poste.it/cerca/index.html#/risultati-spedizioni/{}"),
    "PostNL": Carrier("https://jouw.postnl.nl/track-and-trace/{}", r"3S[0-9A-Z]{11,13}"),
    "PostNord DK": Carrier("https://tracking.postnord.com/en/tracking?id={}"),
    "PostNord NO": Carrier("https://tracking.postnord.com/en/tracking?id={}"),
    "PostNord SE": Carrier("https://tracking.postnord.com/en/tracking?id={}"),
    "Purolator": Carrier("https://www.purolator.com/en/shipping/tracker?pins={}"),
    "Royal Mail": Carrier(
        "https://www.royalmail.com/track-your-item#/tracking-results/{}", r"[A-Z]{2}\d{9}GB"
    ),
    "Sagawa (EN)": Carrier(),
    "Sendle": Carrier("https://track.sendle.com/tracking?ref={}"),
    "SEUR": Carrier(),
    "SF Express": Carrier("https://www.sf-express.com/we/ow/chn/en/waybill/waybill-detail/{}"),
    "Singapore Post": Carrier("", r"[A-Z]{2}\d{9}SG"),
    "StarTrack": Carrier("https://startrack.com.au/track/details/{}"),
    "Swiss Post": Carrier("https://service.post.ch/ekp-web/ui/entry/search/{}", r"99\d{16}"),
    "TForce Final Mile": Carrier(),
    "TNT": Carrier("https://www.tnt.com/express/en_gb/site/tracking.html?cons={}"),
    "Toll IPEC": Carrier(),
    "UPS": Carrier("https://www.ups.com/track?tracknum={}", r"1Z[0-9A-Z]{16}"),
    "USPS": Carrier(
        "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
        r"9[1-5]\d{20}|[A-Z]{2}\d{9}US",
    ),
    "Venipak": Carrier("https://venipak.com/tracking/?code={}", r"V\d{5}E\d{7}"),
    "Whistl": Carrier(),
    "Yamato (EN)": Carrier(),
    "Yodel": Carrier("https://www.yodel.co.uk/tracking/{}", r"JD0002\d{12}"),
    "YunExpress": Carrier("https://www.yuntrack.com/parcelTracking?id={}", r"YT\d{16}"),
}


def guess(number: str) -> str:
    """The one carrier whose numbers look so; "" if there is none, or more than one."""
    bare = "".join(number.split()).upper()
    found = [
        name
        for name, carrier in CARRIERS.items()
        if carrier.pattern and re.fullmatch(carrier.pattern, bare)
    ]
    return found[0] if len(found) == 1 else ""


def link(carrier: str, number: str, told: str = "") -> str:
    """Where the parcel is looked up: as somebody ``told``, else the carrier's own page."""
    if told.startswith(("https://", "http://")):
        return told
    page = CARRIERS[carrier].page if carrier in CARRIERS else ""
    return page.replace("{}", quote(number, safe="")) if number else ""
