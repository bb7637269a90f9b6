"""The pretend admin and its App Bridge in a real browser, with a tiny app in the frame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from sandbox.clock import RunningClock
from sandbox.server import Server
from sandbox.shopify import App, Shop
from sandbox.world import World
from tests.browser.admin import Admin
from tests.browser.devices import PHONE, OpenPage
from tests.browser.framed_app import HOST, KEY, SECRET, FramedApp, serving
from tests.browser.look import assert_accessible, screenshot

DOMAIN = "alfa.myshopify.com"
REFUSED = r"the server responded with a status of 401"


@pytest.fixture
def world() -> World:
    return World(RunningClock(), seed=3)


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with Server(world) as server:
        yield server


@pytest.fixture
def app(world: World, server: Server) -> Iterator[FramedApp]:
    with serving(FramedApp(world, server.port)) as app:
        known = App(KEY, SECRET, ["write_orders"], ["read_returns"], name="Framed", url=app.url)
        Shop(world, DOMAIN, name="Alfa").install(known)
        yield app


@pytest.fixture
def admin(page: OpenPage, server: Server, app: FramedApp) -> Admin:
    return admin_of(page(), server)


def admin_of(page: Page, server: Server) -> Admin:
    return Admin(page, f"http://{DOMAIN}:{server.port}", KEY)


def edit(admin: Admin) -> None:
    admin.frame.get_by_label("Name").fill("after")
    expect(admin.bar).to_be_visible()


def test_the_app_opens_in_the_frame_with_its_menu_beside_it(admin: Admin, app: FramedApp) -> None:
    admin.open()
    expect(admin.page.get_by_role("navigation").get_by_role("link")).to_have_text(
        ["Apps", "Framed", "Orders", "Settings <3"]
    )
    assert admin.run("[shopify.config.shop, shopify.config.locale, shopify.config.apiKey]") == [
        DOMAIN, "en", KEY,
    ]  # fmt: skip
    expect(admin.page).to_have_title("Page / · Alfa")
    assert app.bounces == 0


def test_fetch_carries_an_id_token_to_the_app_alone(admin: Admin, app: FramedApp) -> None:
    admin.open()
    assert admin.run("fetch('/a').then(r => r.status)") == 200
    assert admin.run("fetch(new Request('/b', {method: 'POST', body: 'name=x'})).then(r => r.ok)")
    assert [path for path, _ in app.calls] == ["/a", "/b"]
    assert app.calls[0][1] == app.calls[1][1], "a token is used again while it is fresh"


@pytest.mark.may_complain("blocked by CORS policy", "net::ERR_FAILED")
def test_strangers_get_no_id_token(admin: Admin, app: FramedApp) -> None:
    """A request that carries one to another origin starts with a preflight."""
    admin.open()
    for host in (f"api.{HOST}", "evil.example.com", f"evil{HOST}"):
        admin.run(f"fetch('http://{host}:{app.port}/a').catch(() => {{}})")
    assert app.strangers == [
        ("OPTIONS", f"api.{HOST}"), ("GET", "evil.example.com"), ("GET", f"evil{HOST}"),
    ]  # fmt: skip


@pytest.mark.may_complain("must be the first script")
def test_app_bridge_wants_to_come_first(admin: Admin, app: FramedApp) -> None:
    admin.open()
    with admin.page.expect_event("pageerror") as thrown:
        admin.run("location = '/late'")
    assert "must be the first script" in str(thrown.value)


def test_the_admin_listens_to_its_frame_alone(admin: Admin) -> None:
    admin.open()
    say = "window.postMessage({kind: 'toast', id: '1', message: 'forged', duration: 60000}, '*')"
    admin.page.evaluate(say)
    admin.run("shopify.toast.show('real', {duration: 60000})")
    expect(admin.page.get_by_role("status").locator("p")).to_have_text(["real×"])


@pytest.mark.may_complain(REFUSED)
def test_a_token_that_ran_out_is_replaced_once(admin: Admin, app: FramedApp) -> None:
    admin.open()
    admin.run("fetch('/a')")
    app.world.clock.advance(61)  # type: ignore[attr-defined]
    answer = "fetch('/b', {method: 'POST', body: new URLSearchParams({name: 'x'})})"
    assert admin.run(f"{answer}.then(r => r.status)") == 200
    assert [path for path, _ in app.calls] == ["/a", "/b", "/b"]
    assert app.saved == [{"name": "x"}], "the body came along again"


@pytest.mark.may_complain(REFUSED)
def test_a_second_refusal_is_the_answer(admin: Admin, app: FramedApp) -> None:
    admin.open()
    app.refusals = 2
    assert admin.run("fetch('/a').then(r => r.status)") == 401
    assert len(app.calls) == 2


@pytest.mark.may_complain(REFUSED)
def test_the_app_can_send_the_merchant_out_of_the_frame(admin: Admin, app: FramedApp) -> None:
    admin.open()
    app.reauthorize = f"{admin.base}/admin/apps?again"
    admin.run("void fetch('/a')")
    expect(admin.page).to_have_url(app.reauthorize)
    admin.page.wait_for_load_state()


def test_a_document_without_a_token_bounces_and_comes_back(admin: Admin, app: FramedApp) -> None:
    admin.open()
    admin.frame.get_by_role("link", name="An order").click()
    expect(admin.frame.get_by_role("heading")).to_have_text("/orders")
    admin.is_at("/orders?id=7")
    assert app.bounces == 1


@pytest.mark.may_complain("leads elsewhere")
def test_the_bounce_hands_no_token_to_strangers(admin: Admin, app: FramedApp) -> None:
    admin.open()
    with admin.page.expect_event("pageerror") as thrown:
        admin.run("location = '/bounce?shopify-reload=http://evil.example.com/'")
    assert "leads elsewhere" in str(thrown.value)
    assert admin.run("location.host") == f"{HOST}:{app.port}"


def test_the_menu_navigates_inside_the_frame_and_the_address_follows(
    admin: Admin, app: FramedApp
) -> None:
    admin.open()
    admin.follow("Orders")
    expect(admin.frame.get_by_role("heading")).to_have_text("/orders")
    admin.is_at("/orders")
    expect(admin.page.locator("[aria-current]")).to_have_text("Orders")
    assert app.bounces == 0
    admin.page.go_back()
    admin.is_at("")
    admin.open("/settings")
    expect(admin.frame.get_by_role("heading")).to_have_text("/settings")


def test_save_submits_the_form_and_its_new_rendering_is_clean(admin: Admin, app: FramedApp) -> None:
    edit(admin.open())
    admin.press("Save")
    expect(admin.bar).to_be_hidden()
    assert app.saved == [{"name": "after", "kind": "one", "on": "on"}]
    expect(admin.frame.get_by_label("Name")).to_have_value("after")


def test_what_is_put_back_by_hand_needs_no_saving(admin: Admin) -> None:
    edit(admin.open())
    admin.frame.get_by_label("Name").fill("before")
    expect(admin.bar).to_be_hidden()
    admin.frame.get_by_label("Kind").select_option("two")
    expect(admin.bar).to_be_visible()
    admin.frame.get_by_label("Kind").select_option("one")
    expect(admin.bar).to_be_hidden()
    admin.frame.get_by_role("checkbox").uncheck()
    expect(admin.bar).to_be_visible()


def test_discard_asks_and_puts_everything_back(admin: Admin, app: FramedApp) -> None:
    edit(admin.open())
    admin.press("Discard")
    admin.press("Continue editing")
    expect(admin.frame.get_by_label("Name")).to_have_value("after")
    admin.press("Discard")
    admin.page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(admin.frame.get_by_label("Name")).to_have_value("before")
    expect(admin.bar).to_be_hidden()
    assert app.saved == []


@pytest.mark.parametrize("way", ["menu", "link"])
def test_leaving_with_unsaved_changes_asks(admin: Admin, way: str) -> None:
    edit(admin.open())

    def leave() -> None:
        if way == "menu":  # the bar covers nothing of it
            admin.follow("Orders")
        else:
            admin.frame.get_by_role("link", name="An order").click()

    leave()
    admin.press("Stay")
    admin.is_at("")
    expect(admin.frame.get_by_label("Name")).to_have_value("after")
    leave()
    admin.press("Leave page")
    expect(admin.frame.get_by_role("heading")).to_have_text("/orders")
    expect(admin.bar).to_be_hidden()


def test_the_browser_asks_when_the_admin_is_left(admin: Admin) -> None:
    edit(admin.open())
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    admin.page.once("dialog", stay)
    admin.follow("Apps")
    admin.is_at("")
    expect(admin.frame.get_by_label("Name")).to_have_value("after")
    assert asked == ["beforeunload"]


def test_a_page_can_ask_before_it_leaves(admin: Admin) -> None:
    admin.open()
    assert admin.run("shopify.saveBar.leaveConfirmation().then(() => 'free')") == "free"
    edit(admin)
    admin.run("void shopify.saveBar.leaveConfirmation().then(() => { document.title = 'left' })")
    admin.press("Leave page")
    expect(admin.page).to_have_title("left · Alfa")


def test_a_page_shows_the_save_bar_by_itself(admin: Admin) -> None:
    admin.open()
    admin.run("document.getElementById('bar-save').onclick = () => shopify.saveBar.hide('bar')")
    admin.run("shopify.saveBar.show('bar')")
    expect(admin.bar).to_be_visible()
    admin.press("Save")
    expect(admin.bar).to_be_hidden()


def test_a_toast_says_it_and_goes(admin: Admin) -> None:
    admin.open()
    admin.run("shopify.toast.show('<b>Saved</b>', {duration: 60000})")
    toasts = admin.page.get_by_role("status")
    expect(toasts).to_contain_text("<b>Saved</b>")
    admin.press("Close")
    expect(toasts).to_be_empty()
    admin.run("shopify.toast.show('Oh', {isError: true, duration: 100})")
    expect(toasts).to_be_empty()


def test_a_page_says_that_it_is_busy(admin: Admin) -> None:
    admin.open()
    busy = admin.page.get_by_role("progressbar", name="Loading")
    admin.run("shopify.loading(true)")
    expect(busy).to_be_visible()
    admin.run("shopify.loading(false)")
    expect(busy).to_be_hidden()


def test_a_modal_dims_the_admin(admin: Admin) -> None:
    admin.open()
    admin.run("shopify.modal.show('modal')")
    expect(admin.frame.get_by_role("dialog", name="Sure?")).to_contain_text("A question")
    expect(admin.page.locator("body")).to_have_class("dimmed")
    admin.run("shopify.modal.hide('modal')")
    expect(admin.page.locator("body")).not_to_have_class("dimmed")
    expect(admin.frame.get_by_text("A question")).to_be_hidden()


def test_optional_scopes_are_asked_for(admin: Admin) -> None:
    admin.open()
    ask = "shopify.scopes.request(['read_returns']).then(r => { document.title = r.result })"
    admin.run(f"void {ask}")
    admin.press("Cancel")
    expect(admin.page).to_have_title("declined-all · Alfa")
    admin.run(f"void {ask}")
    admin.press("Allow")
    expect(admin.page).to_have_title("granted-all · Alfa")
    granted = "shopify.scopes.query().then(r => r.granted)"
    assert admin.run(granted) == ["write_orders", "read_returns"]


def test_the_app_opens_pages_of_the_admin(admin: Admin) -> None:
    admin.open()
    admin.run("void open('shopify://admin/apps', '_top')")
    expect(admin.page).to_have_url(f"{admin.base}/admin/apps")
    admin.page.wait_for_load_state("networkidle")


def test_the_language_is_the_apps_too(admin: Admin) -> None:
    admin.open("/orders")
    admin.press("FR")
    admin.is_at("/orders")
    expect(admin.frame.get_by_role("heading")).to_have_text("/orders")
    assert admin.run("shopify.config.locale") == "fr"


def test_an_app_is_installed_and_removed_by_hand(admin: Admin, world: World) -> None:
    page = admin.page
    page.goto(f"{admin.base}/admin/apps")
    page.get_by_role("button", name="Uninstall Framed").click()
    page.get_by_role("link", name="Install Framed").click()
    expect(page.get_by_text("write_orders")).to_be_visible()
    assert_accessible(page)
    admin.press("Install")
    expect(admin.frame.get_by_role("heading")).to_be_visible()
    assert KEY in world.shops[DOMAIN].grants.installations


def test_it_is_usable_by_everybody_on_both_screens(
    page: OpenPage, server: Server, app: FramedApp
) -> None:
    desk, phone = admin_of(page(), server).open(), admin_of(page(PHONE), server).open()
    for each, name in ((desk, "admin-desk"), (phone, "admin-phone")):
        each.run("shopify.toast.show('Saved', {duration: 60000})")
        assert_accessible(each.page)
        screenshot(each.page, name)
        assert each.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(phone.page.get_by_role("link", name="Orders")).to_be_hidden()
    phone.press("Menu")
    phone.follow("Orders")
    phone.is_at("/orders")
