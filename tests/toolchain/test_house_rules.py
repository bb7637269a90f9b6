"""Each house rule finds a planted breach, and leaves what it allows alone."""

import textwrap

import pytest

from tools import house_rules
from tools.house_rules import breaches_of

LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 60

BREACHES = {
    "a long file": ("orderflow/a.py", "x = 1\n" * 401, "401 lines"),
    "a long function": ("orderflow/a.py", LONG_FUNCTION, "61 lines"),
    "a vague class": ("orderflow/a.py", "class OrderManager: ...", "'manager'"),
    "a vague function": ("tests/a.py", "def sync_orders(): ...", "'sync'"),
    "the environment": ("webapp/a.py", "import os\nos.environ['X']", "config.py"),
    "the environment by name": ("stores/a.py", "from os import getenv", "config.py"),
    "requests": ("webapp/a.py", "import requests", "speaks HTTP"),
    "requests inside": ("orderflow/a.py", "from requests.adapters import X", "speaks HTTP"),
    "urllib": ("workers/a.py", "from urllib import request", "speaks HTTP"),
    "decoded JSON": ("stores/a.py", "json.loads(body)", "boundary"),
    "another decoder": ("stores/a/b.py", "from pydantic_core import from_json", "boundary"),
    "a commit": ("workers/a.py", "db.session.commit()", "commits"),
    "a commit of a call": ("workers/a.py", "session().commit()", "commits"),
    "a platform": ("orderflow/a.py", "if kind == 'shopify': ...", "'shopify'"),
    "a platform in a comment": ("portal/a.py", "x = 1  # WooCommerce", "'WooCommerce'"),
    "a swallowed exception": ("stores/a.py", "try: f()\nexcept Exception: pass", "must raise"),
    "a bare except": ("stores/a.py", "try: f()\nexcept: pass", "must raise"),
    "one of several": ("stores/a.py", "try: f()\nexcept (A, Exception): pass", "must raise"),
    "a compared digest": ("stores/a.py", "h.hexdigest() == given", "compare_digest"),
    "a compared signature": ("stores/a.py", "given != self.signature", "compare_digest"),
}

ALLOWED = {
    "the settings": ("orderflow/config.py", "import os\nos.environ['X']"),
    "the client": ("stores/http.py", "import requests"),
    "the boundary": ("stores/boundary.py", "from pydantic_core import from_json"),
    "JSON of our own": ("orderflow/a.py", "json.loads(text)"),
    "parsing an address": ("webapp/a.py", "from urllib.parse import quote"),
    "the unit of work": ("orderflow/db.py", "db.session.commit()"),
    "a store": ("stores/shopify/client.py", "PLATFORM = 'shopify'"),
    "a handler that raises": ("stores/a.py", "try: f()\nexcept Exception: undo(); raise"),
    "an expected exception": ("stores/a.py", "try: f()\nexcept KeyError: pass"),
    "what SQLAlchemy calls": ("orderflow/a.py", "def process_bind_param(): ..."),
    "a word inside a word": ("orderflow/a.py", "def database_of(): ...\nclass Asynchronous: ..."),
    "compare_digest": ("stores/a.py", "compare_digest(h.digest(), signature)"),
}


@pytest.mark.parametrize(("path", "text", "words"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_found(path: str, text: str, words: str) -> None:
    assert [words in str(breach) for breach in breaches_of(path, text)] == [True]


@pytest.mark.parametrize(("path", "text"), ALLOWED.values(), ids=ALLOWED)
def test_what_is_allowed_is_left_alone(path: str, text: str) -> None:
    assert breaches_of(path, text) == []


def test_a_breach_tells_where_it_is() -> None:
    text = textwrap.dedent("""
        def fine(): ...
        class Helper: ...
    """)
    [breach] = breaches_of("portal/a.py", text)
    assert str(breach).startswith("portal/a.py:3: Helper")


def test_this_repository_keeps_the_house_rules() -> None:
    assert [str(breach) for breach in house_rules.breaches_in(house_rules.ROOT)] == []
