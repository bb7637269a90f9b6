"""The two screens that every page is made for."""

from __future__ import annotations

from typing import Any, Protocol, TypedDict

from playwright.sync_api import Page, ViewportSize


class Device(TypedDict, total=False):
    """Options of a browser context."""

    viewport: ViewportSize
    is_mobile: bool  # heeds <meta name="viewport">, as phones do
    has_touch: bool


class OpenPage(Protocol):
    """Opens a blank page. ``options``: more of ``Browser.new_context``, such as ``locale``."""

    def __call__(self, device: Device = ..., **options: Any) -> Page: ...


DESK: Device = {"viewport": {"width": 1280, "height": 900}}
PHONE: Device = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
