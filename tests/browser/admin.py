"""A merchant's browser at the admin of a pretend shop, with an app in its frame."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect


class Admin:
    """``base``: where the shop answers; ``key``: of the app that is opened."""

    def __init__(self, page: Page, base: str, key: str) -> None:
        self.page, self.base, self.key = page, base, key

    def open(self, path: str = "") -> Admin:
        self.page.goto(f"{self.base}/admin/apps/{self.key}{path}")
        expect(self.frame.get_by_role("heading").first).to_be_visible()
        return self

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#app")

    @property
    def inside(self) -> Frame:
        """The app's own page, as it is now."""
        frame = self.page.frame("app")
        assert frame
        return frame

    def run(self, script: str, *given: Any) -> Any:
        """In the app's page."""
        return self.inside.evaluate(script, *given)

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("region", name="Unsaved changes")

    @property
    def toast(self) -> Locator:
        return self.page.get_by_role("status").locator(".toast")

    def press(self, name: str) -> None:
        """A button of the admin, not of the app."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()

    def is_at(self, path: str) -> None:
        expect(self.page).to_have_url(f"{self.base}/admin/apps/{self.key}{path}")
