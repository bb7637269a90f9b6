"""Starts Chromium as the tests want it: headless, quiet, alone on this machine, with no past."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Playwright

from tools.browser import chromium

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * 127.0.0.1",  # a shop is found by its name, the outside never
)


@contextmanager
def launched(playwright: Playwright, *, third_party_cookies: bool = False) -> Iterator[Browser]:
    """Cookies of framed sites are governed by a preference of the profile; no flag does it."""
    with TemporaryDirectory(prefix="sluice-chromium-", ignore_cleanup_errors=True) as profile:
        write_preferences(Path(profile), third_party_cookies)
        first = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            headless=True,
            args=[*FLAGS, *sandbox_flags()],
            env={**os.environ, "HOME": profile},  # a system user's home is often /nonexistent
        )
        try:
            assert first.browser
            yield first.browser
        finally:
            first.close()


def write_preferences(profile: Path, third_party_cookies: bool) -> None:
    """``cookie_controls_mode``: 0 allows the cookies of framed sites, 1 blocks them."""
    cookies = {
        "cookie_controls_mode": int(not third_party_cookies),
        "block_third_party_cookies": not third_party_cookies,
    }
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps({"profile": cookies}))


def sandbox_flags() -> list[str]:
    """Chromium's sandbox does not start as root, nor where the kernel gives no user namespaces."""
    return [] if os.geteuid() and has_user_namespaces() else ["--no-sandbox"]


def has_user_namespaces() -> bool:
    """Many containers forbid them, and so does Ubuntu to programs it does not know."""
    ask = ["unshare", "--map-root-user", "--net", "--pid", "--fork", "true"]
    try:
        return subprocess.run(ask, capture_output=True).returncode == 0
    except OSError:
        return False
