"""The Chromium that the tests drive; where there is none, apt brings one, also without root.

    python -m tools.browser        prints the path of its program

    $CHROMIUM, or one on PATH ──► else from apt: installed as root, or unpacked in .tools/chromium

What a page is measured by needs letters, so a machine without fonts gets some in the same way.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bootstrap import TOOLS, Failed, private_apt, run

FOLDER = TOOLS / "chromium"
OURS = FOLDER / "run"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "google-chrome-stable")
PROGRAMS = ("usr/lib/chromium/chromium", "opt/google/chrome/chrome")  # in the packages
FONT = "fonts-liberation"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
OLDEST = 130  # the major version; an older one does not know all that Playwright tells it
ADVICE = "Install Chromium or Google Chrome, or name its program: CHROMIUM=/path/to/it make test."

FONTS_CONF = """<?xml version="1.0"?>
<fontconfig>
  <dir prefix="relative">unpacked/usr/share/fonts</dir>
  {folders}
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>Liberation Sans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>Liberation Serif</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>Liberation Mono</family></prefer></alias>
</fontconfig>
"""
RUN = """#!/bin/sh
# Chromium, with the libraries and the fonts that were unpacked beside this file.
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="$here/fonts.conf"
export XDG_CACHE_HOME="$here/cache" XDG_CONFIG_HOME="$here/config"
exec "{program}" "$@"
"""


def chromium() -> str:
    """The path of a program that runs, brought here first when that is needed."""
    given = os.environ.get("CHROMIUM")
    if given and not answers(given):
        raise Failed(f"CHROMIUM={given} is no Chromium {OLDEST} or newer that runs here.")
    found = given or find()
    if found:
        return found
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests' workers may ask together
        return find() or bring()


def find() -> str | None:
    on_path = [shutil.which(name) for name in NAMES] if has_font() else []
    return next((path for path in (*on_path, str(OURS)) if path and answers(path)), None)


def answers(program: str) -> bool:
    """False too for Ubuntu's stub, which only tells to install a snap."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.search(r"Chrom\w* (\d+)\.", asked.stdout)
    return asked.returncode == 0 and version is not None and int(version[1]) >= OLDEST


def has_font() -> bool:
    return any(any(Path(folder).rglob("*.[ot]t[cf]")) for folder in FONT_FOLDERS)


def bring() -> str:
    if shutil.which("apt-get") is None:
        raise Failed(f"There is no Chromium here, and no apt to bring one. {ADVICE}")
    say("no Chromium here: taking one, about 120 MB, from the distribution's archive")
    with tempfile.TemporaryDirectory(prefix="chromium-", dir=TOOLS) as scratch:
        if os.geteuid() == 0:
            install()
        else:
            unpack(Path(scratch))
    found = find()
    if found is None:
        raise Failed(f"The distribution's Chromium does not run here. {ADVICE}")
    return found


def install() -> None:
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt += ["-o", "DPkg::Lock::Timeout=300"]  # seconds
    run([*apt, "update"], f"apt-get update failed. {ADVICE}")
    wanted = [*apt, "install", "-y", "--no-install-recommends"]
    run([*wanted, package_of(apt), FONT], f"apt-get could not install Chromium. {ADVICE}")


def package_of(apt: list[str]) -> str:
    """The first package that is one, not a stub for a snap. A snap needs a daemon and root."""
    for package in PACKAGES:
        command = [*apt, "install", "--print-uris", "-y", "--no-install-recommends", package]
        planned = subprocess.run(command, capture_output=True, text=True)
        if planned.returncode == 0 and "snap" not in planned.stdout:
            return package
    raise Failed(f"This distribution has Chromium as a snap only, or not at all. {ADVICE}")


def unpack(scratch: Path) -> None:
    """Lay Chromium, and what it needs that is not installed here, side by side in FOLDER."""
    apt = private_apt(scratch)
    run([*apt, "update"], f"The distribution's archive does not answer. {ADVICE}")
    wanted = ["install", "--download-only", "-y", "--no-install-recommends", package_of(apt), FONT]
    run([*apt, *wanted], f"Chromium could not be downloaded. {ADVICE}")
    unpacked = scratch / "chromium" / "unpacked"
    unpacked.mkdir(parents=True)
    for package in scratch.glob("cache/archives/*.deb"):
        run(["dpkg-deb", "-x", str(package), str(unpacked)], f"{package.name} is damaged.")
    write_wrapper(unpacked)
    shutil.rmtree(FOLDER, ignore_errors=True)
    unpacked.parent.rename(FOLDER)


def write_wrapper(unpacked: Path) -> None:
    """Everything in it is relative, so that it runs where FOLDER is moved to."""
    inside = [f"$here/unpacked/{path}" for path in PROGRAMS if (unpacked / path).is_file()]
    on_path = [path for path in map(shutil.which, NAMES) if path]  # only the font was missing
    libraries = sorted({path.parent.relative_to(unpacked) for path in unpacked.rglob("*.so*")})
    here = ":".join(f"$here/unpacked/{library}" for library in libraries)
    script = unpacked.parent / OURS.name
    script.write_text(RUN.format(libraries=here, program=[*inside, *on_path, "chromium"][0]))
    script.chmod(0o755)
    fonts = "\n  ".join(f"<dir>{folder}</dir>" for folder in FONT_FOLDERS)
    (unpacked.parent / "fonts.conf").write_text(FONTS_CONF.format(folders=fonts))


def say(words: str) -> None:
    print(f"browser: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        print(chromium())
    except Failed as failure:
        sys.exit(f"browser: {failure}")
