"""Every page, on a desk and on a phone, with nothing, a little and too much on it.

With ``--pictures`` each is left in ``var/looks``, for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser import scenery
from tests.browser.admin import Admin
from tests.browser.devices import DESK, PHONE, OpenPage
from tests.browser.look import screenshot, violations
from tests.browser.street import Street
from tests.browser.wander import every_page, kind_of, wander
from tests.house import House

SETTINGS = "/settings/vendor-shop-sync"
FIRST = ("/", "/why?number=%231001", "/orders?q=nobody", "/orders?state=held", "/log?outcome=busy")
SPECIAL = ("#1001", "#1004")
"""Shipped by hand, and hostile: their pages have what no other order's has."""
TOO_WIDE = """() => innerWidth < Math.max(document.documentElement.scrollWidth,
  ...[...document.querySelectorAll("main, main > *")].map((each) => each.scrollWidth))"""
SCENES = {"empty": scenery.empty, "one": scenery.one, "many": scenery.many}


@pytest.mark.parametrize("scene", SCENES)
def test_every_page_is_usable_by_everybody_on_both_screens(
    street: Street, page: OpenPage, request: pytest.FixtureRequest, scene: str
) -> None:
    SCENES[scene](street.house)
    web, pictures = street.house.web, bool(request.config.getoption("--pictures"))
    admin = street.admin(page()).open()
    seen: set[str] = set()
    wrong: list[str] = []
    for path in wander(admin, web, (*FIRST, *special(street.house))):
        seen.add(kind_of(web, path)[0])
        name = f"{scene} {path}" if pictures else ""
        wrong += [f"{path} {said}" for said in looked_at(admin, name)]
    assert not wrong, "\n".join(wrong)
    assert scene != "many" or seen == every_page(web), "no link leads to the others"


@pytest.mark.may_complain(r"status of (404|405|409|422)")
def test_questions_and_refusals_are_usable_by_everybody_too(
    street: Street, page: OpenPage, request: pytest.FixtureRequest
) -> None:
    scenery.one(street.house)
    pictures = bool(request.config.getoption("--pictures"))
    admin = street.admin(page())
    wrong: list[str] = []
    for name, reach in REFUSALS.items():
        reach(admin)
        wrong += [f"{name} {said}" for said in looked_at(admin, name if pictures else "")]
    assert not wrong, "\n".join(wrong)


def an_error(admin: Admin) -> None:
    admin.open(f"{SETTINGS}/order-sync")
    admin.frame.get_by_label("Wait before pushing", exact=True).fill("soon")
    admin.press("Save")
    expect(admin.frame.get_by_role("alert").first).to_be_visible()


def a_question(admin: Admin) -> None:
    """What is still unsaved asks the browser before it leaves; that is tested elsewhere."""
    admin.frame.get_by_label("Wait before pushing", exact=True).fill("0")
    admin.frame.get_by_role("checkbox", name="Push only if paid").uncheck()
    admin.press("Save")
    expect(admin.frame.get_by_role("button", name="Save and push them")).to_be_visible()
    expect(admin.toast).to_have_count(0)
    admin.frame.get_by_role("checkbox", name="Push only if paid").check()
    expect(admin.bar).to_be_hidden()


def an_example(admin: Admin) -> None:
    admin.open(f"{SETTINGS}/privacy")
    admin.frame.get_by_label("A recent order").select_option(index=1)
    expect(admin.frame.get_by_role("table")).to_be_visible()


def many_at_once(admin: Admin) -> None:
    admin.open("/orders")
    admin.frame.get_by_label("All on this page").check()
    admin.frame.get_by_label("Actions for selected orders").select_option("push_although_held")
    admin.frame.get_by_role("button", name="Continue").click()
    expect(admin.frame.get_by_role("status")).to_be_visible()


def all_unfolded(admin: Admin) -> None:
    admin.frame.get_by_role("link", name="#1002").click()
    expect(admin.frame.get_by_role("heading", name="Timeline")).to_be_visible()
    admin.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def an_add_on_left(admin: Admin) -> None:
    admin.open("/add-ons")
    admin.frame.get_by_role("button", name="Deactivate").first.click()
    expect(admin.frame.get_by_role("alert")).to_be_visible()


def the_columns_of_a_file(admin: Admin) -> None:
    admin.open("/vendors")
    admin.frame.get_by_role("link", name="Alfa").click()
    admin.frame.get_by_role("link", name="Tracking from a file").click()
    chosen = FilePayload(name="a.csv", mimeType="text/csv", buffer=b"Box,Thing\n1Z*1,1001\nx,9\n")
    admin.frame.get_by_label("CSV file").set_input_files(chosen)
    admin.frame.get_by_role("button", name="See what it would do").click()
    expect(admin.frame.get_by_role("heading", level=1)).to_have_text("Which column is which?")


def what_a_file_would_do(admin: Admin) -> None:
    admin.frame.get_by_label("Order").select_option("1")
    admin.frame.get_by_label("Tracking number").select_option("0")
    admin.frame.get_by_role("button", name="See what it would do").click()
    expect(admin.frame.get_by_role("heading", level=1)).to_have_text("What the file would do")


def what_a_file_has_done(admin: Admin) -> None:
    """The report is fetched with the ID token, and saved."""
    admin.frame.get_by_label("Row 2 is right").focus()
    admin.page.keyboard.press("Space")
    admin.frame.get_by_role("button", name="Ship the parcels that are ticked").click()
    expect(admin.frame.get_by_role("heading", level=1)).to_have_text("What the file has done")
    with admin.page.expect_download() as saving:
        admin.frame.get_by_role("button", name="Download the report").click()
    assert ",Shipped" in saving.value.path().read_text()


def a_page_that_is_not_there(admin: Admin) -> None:
    admin.open("/nowhere")


def a_banner(admin: Admin) -> None:
    admin.open("/vendors/new")
    admin.run("htmx.ajax('POST', '/help', {target: 'body'})")
    expect(admin.frame.get_by_role("alert")).to_be_focused()


REFUSALS: dict[str, Callable[[Admin], None]] = {
    "an error": an_error,
    "a question": a_question,
    "an example": an_example,
    "many at once": many_at_once,
    "all unfolded": all_unfolded,
    "an add-on left": an_add_on_left,
    "the columns of a file": the_columns_of_a_file,
    "what a file would do": what_a_file_would_do,
    "what a file has done": what_a_file_has_done,
    "a page that is not there": a_page_that_is_not_there,
    "a banner": a_banner,
}


def special(house: House) -> list[str]:
    return [f"/orders/{each.public_id}" for each in house.orders() if each.name in SPECIAL]


def looked_at(admin: Admin, name: str) -> list[str]:
    """What shuts people out; a picture of each screen, where it has a name."""
    wrong = []
    for screen, device in (("phone", PHONE), ("desk", DESK)):
        admin.page.set_viewport_size(device["viewport"])
        if admin.run(TOO_WIDE):
            wrong.append(f"is wider than a {screen}")
        wrong += [f"({screen}) {said}" for said in violations(admin.inside, ())]
        if name:
            picture(admin, f"{name} {screen}")
    return wrong


def picture(admin: Admin, name: str) -> None:
    """Of all that is in the frame, which scrolls for itself."""
    size = admin.page.viewport_size
    assert size
    height = admin.run("document.documentElement.scrollHeight") + 120
    admin.page.set_viewport_size({"width": size["width"], "height": height})
    screenshot(admin.page, re.sub(r"\W+", "-", name))
