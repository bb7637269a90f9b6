"""R11: the pages as a merchant's browser has them, inside the admin's frame, on a slow computer.

Chromium's CPU is throttled to a quarter. What Built for Shopify asks for is halved, because the
real admin does more around the frame than the sandbox's. Each page starts with an empty cache.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from statistics import median

from playwright.sync_api import Browser, Frame, Page, Response, sync_playwright

from bench.figure import Figure
from bench.machine import free_port, running, settings_of
from bench.pages import site
from sandbox.clock import RunningClock
from sandbox.server import Server
from sandbox.shopify.app import App
from sandbox.shopify.shop import Shop
from sandbox.world import World
from tests.browser.chrome import FLAGS, sandbox_flags
from tests.house import HARBOUR, KEY, SCOPES, SECRET
from tests.postgres import private_postgres
from tools.browser import chromium

APP, HOST, ORDERS = "client-id", "app.localhost", 1_000
THROTTLE = 4
ONE_RENDERER = ("--disable-site-isolation-trials", "--disable-features=IsolateOrigins")
"""The frame shares the admin's renderer: throttling reaches one renderer only."""
NO_PAGES = ("CSV", "progress of earlier orders", "a test order")
"""Files, and pieces of pages."""
OBSERVE = """
window.seen = { lcp: 0, cls: 0, inp: 0 };
const watch = (type, take, more) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take))
    .observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch("event", (entry) => {
  if (entry.interactionId) seen.inp = Math.max(seen.inp, entry.duration);
}, { durationThreshold: 16 });
"""
SETTLED = "() => new Promise((done) => requestIdleCallback(() => setTimeout(done, 100)))"


@dataclass(frozen=True, slots=True)
class Seen:
    """LCP and INP in milliseconds; ``bytes`` of our own answers, compressed."""

    lcp: float
    cls: float
    inp: float
    bytes: float


LIMITS = Seen(lcp=1250, cls=0.05, inp=100, bytes=60 * 1024)
TITLES = {"lcp": "LCP", "cls": "CLS", "inp": "INP", "bytes": "our bytes"}
UNITS = {"lcp": "ms", "cls": "", "inp": "ms", "bytes": "bytes"}


@contextmanager
def stage(database_url: str) -> Iterator[str]:
    """The app's own web server, and the address of its frame in the sandbox's admin."""
    world, port = World(RunningClock()), free_port()
    url = f"http://{HOST}:{port}"
    Shop(world, HARBOUR, name="Harbour").install(
        App(APP, SECRET, scopes=SCOPES, name="Sluice", url=url)
    )
    with Server(world) as server:
        gate = f"http://127.0.0.1:{server.port}"
        settings = settings_of(
            database_url,
            SLUICE_SECRET_KEYS=KEY,
            SLUICE_APP_CLIENT_ID=APP,
            SLUICE_APP_SECRETS=SECRET,
            SLUICE_PUBLIC_URL=url,
            SLUICE_WEB_PORT=str(port),
            SLUICE_STORE_GATEWAY=gate,
            SLUICE_APP_BRIDGE=f"{gate}/app-bridge.js",
            SLUICE_ADMIN_ORIGINS=f"http://{{shop}}:{server.port}",
        )
        with running([sys.executable, "-m", "webapp"], settings, port):
            yield f"http://{HARBOUR}:{server.port}/admin/apps/{APP}"


def look(browser: Browser, address: str) -> Seen:
    """Open the page, then use it: a key, a click, and a link that htmx follows."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(OBSERVE)
    cdp = context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    ours: list[Response] = []
    page.on("response", lambda answer: ours.append(answer) if HOST in answer.url else None)
    page.goto(address)
    frame = framed(page)
    frame.evaluate(SETTLED)
    size = sum(len(gzip.compress(answer.body())) for answer in ours if answer.ok)
    use(frame)
    seen = frame.evaluate("() => seen")
    context.close()
    return Seen(seen["lcp"], seen["cls"], seen["inp"], float(size))


def framed(page: Page) -> Frame:
    heading = page.frame_locator("#app").get_by_role("heading", level=1)
    heading.wait_for()
    found = page.frame("app")
    if found is None:
        raise RuntimeError(f"{page.url} has no frame of the app")
    found.wait_for_load_state("networkidle")
    return found


def use(frame: Frame) -> None:
    frame.get_by_role("heading", level=1).click()
    frame.page.keyboard.press("Tab")
    frame.get_by_role("contentinfo").get_by_role("link").click()
    frame.wait_for_url("**/help**")
    frame.evaluate(SETTLED)


def r11(rounds: int, seconds: float, orders: int = ORDERS, most: int | None = None) -> list[Figure]:
    """Of each measure the page that is worst by its median. ``most``: so many pages only."""
    with (
        private_postgres() as postgres,
        postgres.database() as url,
        site(url, orders) as here,
        stage(url) as admin,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*FLAGS, *sandbox_flags(), *ONE_RENDERER]
        )
        pages = [page for page in here.addresses if page not in NO_PAGES][:most]
        look(browser, f"{admin}/")
        told: dict[str, list[Seen]] = {page: [] for page in pages}
        for _ in range(rounds):
            for page, found in told.items():
                found.append(look(browser, f"{admin}{here.addresses[page]}"))
        browser.close()
    return [worst(each.name, told) for each in fields(Seen)]


def worst(name: str, told: dict[str, list[Seen]]) -> Figure:
    limit = getattr(LIMITS, name)
    by_page = {page: [getattr(seen, name) for seen in found] for page, found in told.items()}
    page = max(by_page, key=lambda page: median(by_page[page]))
    what = f"{TITLES[name]}, the worst page: {page} / limit"
    rounds = tuple((value, limit) for value in by_page[page])
    return Figure("R11", what, UNITS[name], rounds, at_most=1.0)
