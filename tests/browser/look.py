"""What a person would see: is everybody able to use the page, and a picture of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
LOOKS = ROOT / "var" / "looks"
RUN_AXE = """
async (disabled) => {
  const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]));
  const found = await axe.run(document, { rules, iframes: false, resultTypes: ["violations"] });
  return found.violations;
}
"""


def assert_accessible(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """No rule of axe-core is broken, in the page and in its frames. ``without``: rules' ids."""
    broken = [line for frame in page.frames for line in inspected(frame, without)]
    assert not broken, f"{page.url} shuts people out:\n  " + "\n  ".join(broken)


def inspected(frame: Frame, without: tuple[str, ...]) -> list[str]:
    """Axe waits for timers, which never ring in a frame that may run no scripts: copy that one."""
    if may_run_scripts(frame):
        return violations(frame, without)
    copy = frame.page.context.new_page()
    copy.set_content(frame.content())
    found = violations(copy.main_frame, without)
    copy.close()
    return found


def may_run_scripts(frame: Frame) -> bool:
    if frame.parent_frame is None:
        return True
    sandbox = frame.frame_element().get_attribute("sandbox")
    return (sandbox is None or "allow-scripts" in sandbox) and may_run_scripts(frame.parent_frame)


def violations(frame: Frame, without: tuple[str, ...]) -> list[str]:
    """One line for each element: the rule, what it asks for, the element."""
    frame.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = frame.evaluate(RUN_AXE, list(without))
    elements = [(rule, node["html"]) for rule in found for node in rule["nodes"]]
    return [f"{rule['id']}: {rule['help']}: {element}" for rule, element in elements]


def screenshot(page: Page, name: str) -> Path:
    """The whole page, for people to look at: ``var/looks/NAME.png``."""
    path = LOOKS / f"{name}.png"
    page.screenshot(path=path, full_page=True, caret="initial")  # hiding it leaves a style behind
    return path
