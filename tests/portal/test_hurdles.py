"""Whatever stops a store from being connected has a sentence that says what to do."""

from __future__ import annotations

import pytest

from portal import hurdles
from stores.handshake import HURDLES, LIMITS
from tests.portal.outside import Outside


@pytest.mark.parametrize("code", HURDLES)
def test_every_hurdle_has_a_sentence_in_both_languages(outside: Outside, code: str) -> None:
    names = ("https://shop.example.com",)
    said = [_said(outside, code, names, language) for language in ("en", "fr")]
    assert said[0] != said[1]
    assert not any("%(" in sentence for sentence in said)


def test_a_firewall_is_told_with_what_to_write_to_the_host(outside: Outside) -> None:
    place = "https://shop.example.com/wp-json/wc/v3/"
    said = _said(outside, "firewall", (place,), "en")
    assert f"allow GET, POST, PUT and DELETE requests to {place}" in said


def test_every_limit_has_its_words(outside: Outside) -> None:
    with outside.house.web.test_request_context():
        assert len(hurdles.limits(LIMITS)) == len(LIMITS)


def _said(outside: Outside, code: str, names: tuple[str, ...], language: str) -> str:
    web = outside.house.web
    with web.test_request_context("/portal/login", headers={"Accept-Language": language}):
        web.preprocess_request()
        return hurdles.sentence(code, "woocommerce", names)
