"""Mutation testing, by hand: small changes are made to the code one at a time, and a test must fail
for each. What survives is either a missing test, code that nobody needs, or no change at all.

    python -m tools.mutants rules                  all mutants of that group, two at a time
    python -m tools.mutants push --sample 60       60 of them, drawn by --seed (1)
    python -m tools.mutants rules 'orderflow.rules.decide*'    only these
    python -m tools.mutants rules --told           what was found, and each survivor's change

mutmut does the work in var/mutants/GROUP, a copy of what git tracks, with its own environment. It
can be stopped and goes on where it was; of changed functions it forgets what it knew.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / "var" / "mutants"
LOCK = ROOT / "mutants.lock"
UV = ROOT / ".tools" / "bin" / "uv"
COPIED = ("orderflow", "portal", "sandbox", "stores", "tests", "tools", "webapp", "workers")
AT_ONCE = "2"
KILLED, SURVIVED = (1, 3), 0
"""How a mutant's tests ended. Other codes: too slow (killed too), not run yet, no test at all."""


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are mutated together, and the tests that are to notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


UNITS = tuple(
    f"tests/units/test_{name}.py"
    for name in ("decide", "what_rules_say", "shares", "split", "compose", "forgotten", "privacy")
)
GROUPS = {
    "rules": Group(
        ("orderflow/rules/decide.py", "orderflow/rules/schedule.py", "orderflow/rules/split.py"),
        UNITS,
    ),
    "money": Group(("orderflow/money.py", "orderflow/mask/compose.py"), UNITS),
    "privacy": Group(("orderflow/mask/privacy.py",), UNITS),
    "scrubbing": Group(("orderflow/mask/scrubbing.py",), ("tests/units/test_privacy.py",)),
    "push": Group(
        ("orderflow/traffic/push.py", "orderflow/traffic/audit.py"),
        ("tests/units/test_push.py", "tests/units/test_audit.py"),
    ),
    "upkeep": Group(
        ("orderflow/upkeep/repay.py", "orderflow/upkeep/worth.py"),
        ("tests/units/test_worth.py", "tests/units/test_shares.py"),
    ),
}
CONFIGURED = """
[tool.mutmut]
source_paths = ["orderflow"]
only_mutate = {files}
also_copy = {copied}
pytest_add_cli_args = {options}
pytest_add_cli_args_test_selection = {tests}
"""
OPTIONS = [
    "--hypothesis-profile=ci",  # the same examples for every mutant
    "--database=sqlite",
    "-p",
    "no:cacheprovider",
    "-k",
    "not as_long and not at_once",  # these measure time
]


def main() -> None:
    asked = _asked()
    place = HOME / asked.group
    if not asked.told:
        _copy(place, GROUPS[asked.group])
        _install()
        names = list(asked.names)
        if asked.sample:
            names = _sample(place, asked.sample, asked.seed)
        _mutmut(place, "run", "--max-children", AT_ONCE, *names)
    for line in _told(place, show=asked.told):
        print(line)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("group", choices=sorted(GROUPS))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--told", action="store_true")
    return parser.parse_args()


def _copy(place: Path, group: Group) -> None:
    """Files that have not changed keep their times, by which mutmut knows them."""
    listed = ["git", "ls-files", "-z", "--", *COPIED]
    tracked = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, tracked.stdout.split("\0")):
        _write(place / name, (ROOT / name).read_bytes())
    others = [name for name in COPIED if name not in ("orderflow", "tests")]
    told = CONFIGURED.format(
        files=json.dumps(group.files),
        copied=json.dumps(others),
        options=json.dumps(OPTIONS),
        tests=json.dumps(group.tests),
    )
    _write(place / "pyproject.toml", (ROOT / "pyproject.toml").read_bytes() + told.encode())


def _write(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _install() -> None:
    python = HOME / "venv" / "bin" / "python"
    if not python.exists():
        own = ROOT / ".venv" / "bin" / "python"
        subprocess.run([str(UV), "venv", "-q", "-p", str(own), str(HOME / "venv")], check=True)
    given = ["--require-hashes", "-q", "--python", str(python), str(LOCK)]
    subprocess.run([str(UV), "pip", "sync", *given], check=True)


def _mutmut(place: Path, *arguments: str, quiet: bool = False) -> str:
    """Run it, at the lowest priority; with ``quiet``, what it says."""
    asked = ["nice", "-n", "19", str(HOME / "venv" / "bin" / "mutmut"), *arguments]
    return subprocess.run(asked, cwd=place, capture_output=quiet, text=True).stdout or ""


def _outcomes(place: Path) -> dict[str, int | None]:
    """By mutant, how its tests ended; None: not run yet."""
    found: dict[str, int | None] = {}
    for each in sorted((place / "mutants").rglob("*.meta")):
        found |= json.loads(each.read_text())["exit_code_by_key"]
    return found


def _sample(place: Path, size: int, seed: int) -> list[str]:
    """Mutants drawn at random, always the same for the same code and seed."""
    if not _outcomes(place):
        _mutmut(place, "run", "--max-children", AT_ONCE, "nothing")  # makes them, and runs none
    names = sorted(_outcomes(place))
    return random.Random(seed).sample(names, min(size, len(names)))  # noqa: S311


def _told(place: Path, *, show: bool) -> Iterator[str]:
    outcomes = _outcomes(place)
    run = {name: code for name, code in outcomes.items() if code is not None}
    left = [name for name, code in run.items() if code in (SURVIVED, 33)]
    for name in left:
        yield f"survived: {name}"
        if show:
            yield _mutmut(place, "show", name, quiet=True)
    share = 100 * (len(run) - len(left)) / max(len(run), 1)
    yield f"{len(run)} of {len(outcomes)} mutants run, {len(left)} survived: {share:.1f} % killed"
    yield f"by exit code: {dict(Counter(run.values()))}"


if __name__ == "__main__":
    main()
