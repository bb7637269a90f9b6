"""What `python -m tools.browser` takes for a Chromium, and what it says when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap import Failed
from tools import browser

CHROMIUM = "echo Chromium 156.0.8078.79 built on Debian"
OLD = "echo Chromium 90.0.4430.212"
STUB = "echo 'requires the chromium snap: snap install chromium' >&2; exit 1"
SNAP_ONLY = """case "$*" in
*--print-uris*) echo "'http://archive.example/snapd_2.63_amd64.deb' snapd_2.63_amd64.deb 1" ;;
esac"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PATH, on a machine with a font, in a checkout that fetched nothing yet."""
    (tmp_path / "letters.ttf").touch()
    monkeypatch.setattr(browser, "FONT_FOLDERS", (str(tmp_path),))
    monkeypatch.setattr(browser, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(browser, "OURS", tmp_path / ".tools" / "chromium" / "run")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return tmp_path


def program(place: Path, script: str) -> str:
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    return str(place)


@pytest.mark.parametrize("name", browser.NAMES)
def test_a_chromium_on_path_is_taken(path: Path, name: str) -> None:
    fit = program(path / name, CHROMIUM)
    assert browser.chromium() == fit


def test_the_one_that_is_named_goes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(path / "chromium", CHROMIUM)
    monkeypatch.setenv("CHROMIUM", program(path / "mine", CHROMIUM))
    assert browser.chromium() == str(path / "mine")


@pytest.mark.parametrize("script", [OLD, STUB, "echo Firefox 140.0"])
def test_one_that_is_named_and_unfit_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    program(path / "chromium", CHROMIUM)
    monkeypatch.setenv("CHROMIUM", program(path / "mine", script))
    with pytest.raises(Failed, match="mine is no Chromium 130 or newer"):
        browser.chromium()


@pytest.mark.parametrize("script", [OLD, STUB])
def test_one_on_path_that_is_unfit_is_passed_over(path: Path, script: str) -> None:
    program(path / "chromium", script)
    fit = program(path / "google-chrome", CHROMIUM)
    assert browser.chromium() == fit


def test_without_a_font_one_on_path_is_not_enough(path: Path) -> None:
    program(path / "chromium", CHROMIUM)
    (path / "letters.ttf").unlink()
    assert browser.find() is None


def test_without_apt_one_is_told_what_to_do(path: Path) -> None:
    with pytest.raises(Failed, match="no apt to bring one. Install Chromium or Google Chrome"):
        browser.chromium()


def test_a_package_that_is_a_stub_for_a_snap_is_not_installed(path: Path) -> None:
    program(path / "apt-get", SNAP_ONLY)
    with pytest.raises(Failed, match="has Chromium as a snap only, or not at all"):
        browser.chromium()


def test_the_unpacked_one_runs_where_it_is_moved_to(path: Path) -> None:
    unpacked = path / "made here" / "unpacked"
    (unpacked / "usr/lib/chromium").mkdir(parents=True)
    program(unpacked / "usr/lib/chromium/chromium", CHROMIUM)
    browser.write_wrapper(unpacked)
    moved = unpacked.parent.rename(path / "moved there")
    with pytest.MonkeyPatch.context() as usual:
        usual.setenv("PATH", "/usr/bin:/bin")
        assert browser.answers(str(moved / "run"))
