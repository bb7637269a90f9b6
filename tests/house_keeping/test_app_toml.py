"""shopify.app.toml: what the CLI 4.8 insists on, and no scope that the code does not use."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from stores.shopify.client import API_VERSION
from stores.shopify.connect import MERCHANT_SCOPES, VENDOR_SCOPES
from tests.house import SCOPES, TOPICS, configuration
from webapp import create_app

ROOT = Path(__file__).parents[2]
SECTIONS = {
    "client_id",
    "name",
    "handle",
    "application_url",
    "embedded",
    "build",
    "access_scopes",
    "access",
    "auth",
    "webhooks",
    "order",
    "pos",
}
COMPLIANCE = {"customers/data_request", "customers/redact", "shop/redact"}


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    return tomllib.loads((ROOT / "shopify.app.toml").read_text())


def subscriptions(app: dict[str, Any]) -> list[dict[str, Any]]:
    return list(app["webhooks"]["subscriptions"])


def test_only_sections_that_the_cli_knows_are_there(app: dict[str, Any]) -> None:
    assert set(app) <= SECTIONS
    assert len(app["name"]) <= 30
    assert re.fullmatch(r"[_a-z0-9-]+", app["handle"])
    assert app["auth"]["redirect_urls"]


def test_it_asks_for_exactly_the_scopes_that_our_calls_need(app: dict[str, Any]) -> None:
    asked = set(app["access_scopes"]["scopes"].split(","))
    needed = set(MERCHANT_SCOPES) | set(VENDOR_SCOPES)
    included = {scope.replace("write_", "read_") for scope in needed if scope.startswith("write_")}
    assert asked == needed - included == set(SCOPES)


def test_webhooks_are_app_specific_and_of_the_pinned_version(app: dict[str, Any]) -> None:
    assert app["webhooks"]["api_version"] == API_VERSION == "2026-10"
    assert app["access_scopes"]["use_legacy_install_flow"] is False
    topics = Counter(topic for each in subscriptions(app) for topic in each.get("topics", ()))
    assert set(topics.values()) == {1}
    assert set(TOPICS) <= set(topics)


def test_the_compliance_topics_are_each_there_once(app: dict[str, Any]) -> None:
    topics = [t for each in subscriptions(app) for t in each.get("compliance_topics", ())]
    assert sorted(topics) == sorted(COMPLIANCE)


def test_every_address_in_it_is_answered_by_the_app(app: dict[str, Any]) -> None:
    web = create_app(configuration("sqlite:///:memory:"))
    routes = {rule.rule for rule in web.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {each["uri"] for each in subscriptions(app)} <= routes
    back = web.url_map.bind("sluice.example.com")
    for url in app["auth"]["redirect_urls"]:
        assert back.match(urlsplit(url).path)[0] == "portal_connect.back"
