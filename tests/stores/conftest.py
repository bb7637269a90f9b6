"""Pretend stores in this process, reached through the real wire code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.world import World
from stores import http
from tests.stores import cast
from tests.wsgi_adapter import WsgiAdapter


@pytest.fixture
def world() -> Iterator[World]:
    made = cast.world()
    http.use_adapter(WsgiAdapter(made))
    yield made
    http.use_adapter(None)


@pytest.fixture(params=["shopify", "woocommerce"])
def shore(request: pytest.FixtureRequest, world: World) -> cast.Shore:
    """A vendor's store, once on each platform."""
    return cast.shopify_shore(world) if request.param == "shopify" else cast.woo_shore(world)
