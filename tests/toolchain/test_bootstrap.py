"""What `python3 bootstrap.py` promises: done once, done again only when something changed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap

PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)", re.MULTILINE)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with locks of its own, in a folder with a space in its name."""
    root = tmp_path / "a checkout"
    (root / ".venv").mkdir(parents=True)
    locks = [root / lock.name for lock in bootstrap.LOCKS]
    for lock in locks:
        lock.write_text(f"# {lock.name}\n")
    monkeypatch.setattr(bootstrap, "ROOT", root)
    monkeypatch.setattr(bootstrap, "LOCKS", locks)
    monkeypatch.setattr(bootstrap, "STAMP", root / ".venv" / "installed.txt")
    return root


def stamp(kind: str) -> None:
    bootstrap.STAMP.write_text(f"{kind} {bootstrap.fingerprint()}\n")


def test_nothing_is_installed_at_first(home: Path) -> None:
    assert not bootstrap.is_installed(dev=False)


def test_what_is_installed_is_not_installed_again(home: Path) -> None:
    stamp("run")
    assert bootstrap.is_installed(dev=False)
    assert not bootstrap.is_installed(dev=True)


def test_the_tests_packages_include_the_apps(home: Path) -> None:
    stamp("dev")
    assert bootstrap.is_installed(dev=True)
    assert bootstrap.is_installed(dev=False)


@pytest.mark.parametrize("name", bootstrap.LOCK_NAMES)
def test_a_changed_lock_is_installed_anew(home: Path, name: str) -> None:
    stamp("dev")
    (home / name).write_text("changed\n")
    assert not bootstrap.is_installed(dev=True)


def test_a_moved_checkout_is_installed_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp("dev")
    monkeypatch.setattr(bootstrap, "ROOT", home.parent / "elsewhere")
    assert not bootstrap.is_installed(dev=True)


def test_a_torn_stamp_counts_for_nothing(home: Path) -> None:
    bootstrap.STAMP.write_text("dev")
    assert not bootstrap.is_installed(dev=True)


def test_a_failure_is_one_sentence_and_the_end_of_what_was_said() -> None:
    talkative = [sys.executable, "-c", "print(*range(99), sep='\\n'); raise SystemExit(1)"]
    with pytest.raises(bootstrap.Failed) as failed:
        bootstrap.run(talkative, "It did not work.")
    lines = str(failed.value).splitlines()
    assert lines[0] == "It did not work."
    assert lines[-1].strip() == "98"
    assert len(lines) < 12


def test_a_program_that_is_not_there_is_a_failure_too() -> None:
    with pytest.raises(bootstrap.Failed, match="It did not work"):
        bootstrap.run(["/nowhere/apt-get"], "It did not work.")


def test_uv_is_told_where_pip_gets_its_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip = tmp_path / "pip.py"
    pip.write_text('print("""global.cert=\'/a.pem\'\\nglobal.index-url=\'file:///packages\'""")')
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/mine.pem")
    environment = bootstrap.uv_environment([sys.executable, str(pip)])
    assert environment["UV_DEFAULT_INDEX"] == "file:///packages"
    assert environment["SSL_CERT_FILE"] == "/mine.pem"


def test_a_second_run_has_nothing_to_do_and_says_nothing(home: Path) -> None:
    shutil.copy(str(bootstrap.__file__), home)
    stamp("dev")
    again = subprocess.run(
        [sys.executable, home / "bootstrap.py", "--dev"], capture_output=True, env={}, timeout=5
    )
    assert (again.returncode, again.stdout, again.stderr) == (0, b"", b"")


def test_without_pip_and_without_apt_one_is_told_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(bootstrap.Failed, match="Install the package python3-pip"):
        bootstrap.find_pip(home / "scratch")


@pytest.mark.parametrize("lock", bootstrap.LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_each_package_with_hashes_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    requirements = [part for part in text.replace("\\\n", "").splitlines() if part[0] != "#"]
    assert all(PIN.match(line) and "--hash=sha256:" in line for line in requirements)
    assert "://" not in text
    assert "--index" not in text


def test_the_app_is_tested_with_the_versions_it_runs_with() -> None:
    run, dev = (
        dict(PIN.findall(lock.read_text())) for lock in (bootstrap.RUN_LOCK, bootstrap.DEV_LOCK)
    )
    assert run
    assert run.items() <= dev.items()
