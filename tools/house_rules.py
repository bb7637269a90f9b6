"""The laws of the house that ruff, mypy and import-linter do not know.

    python -m tools.house_rules        prints every breach, and fails when there is one

Each rule takes a parsed file and yields breaches. Where a rule does not hold is written beside it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ("migrations/versions/", "var/")
FILE_LINES = 400
FUNCTION_LINES = 60
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
PLATFORMS = re.compile(r"shopify|woocommerce", re.IGNORECASE)
SIGNATURES = {"digest", "hexdigest", "hmac", "mac", "signature"}
VAGUE_NAMES = {"sync", "process", "manager", "helper", "helpers", "utils", "service", "data"}
NAMED_BY_SQLALCHEMY = {"process_bind_param", "process_result_value", "process_literal_param"}

OUTSIDE = ("bench/", "chaos/", "demo/", "sandbox/", "tests/")
READS_ENVIRONMENT = (*OUTSIDE, "bootstrap.py", "tools/browser.py", "orderflow/config.py")
SPEAKS_HTTP = (*OUTSIDE, "stores/deadline.py", "stores/http.py")
DECODES = ("stores/boundary.py", "stores/cursor.py")
"""What a store says is decoded by the one; the other reads back text of our own."""
COMMITS = (*OUTSIDE, "migrations/", "orderflow/db.py")
# The merchant's door stands in Shopify's admin; the two composition roots choose the adapters.
NAMES_PLATFORMS = (
    *OUTSIDE,
    "stores/",
    "tools/",
    "migrations/",
    "webapp/__init__.py",
    "webapp/install.py",
    "webapp/pairing.py",
    "webapp/privacy.py",
    "webapp/session.py",
    "webapp/webhooks.py",
)


@dataclass(frozen=True)
class Source:
    path: str  # from the root, with slashes
    text: str
    tree: ast.Module

    def within(self, places: tuple[str, ...]) -> bool:
        return any(
            self.path.startswith(place) if place.endswith("/") else self.path == place
            for place in places
        )


@dataclass(frozen=True)
class Breach:
    path: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words}"


Found = Iterator[tuple[int, str]]
Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def files_are_short(source: Source) -> Found:
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield lines, f"the file has {lines} lines; {FILE_LINES} are allowed"


def functions_are_short(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {lines} lines; {FUNCTION_LINES} are allowed"


def names_say_something(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, (*Function, ast.ClassDef)):
            vague = VAGUE_NAMES.intersection(words_of(node.name))
            if vague and node.name not in NAMED_BY_SQLALCHEMY:
                yield node.lineno, f"{node.name}: '{vague.pop()}' says nothing; name what it is"


def words_of(name: str) -> list[str]:
    """``OrderManager`` and ``order_manager`` are both order, manager."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def the_environment_is_read_in_one_place(source: Source) -> Found:
    if source.within(READS_ENVIRONMENT):
        return
    for node in ast.walk(source.tree):
        if not ENVIRONMENT.isdisjoint([dotted(node), *imported(node)]):
            yield lineno(node), "only orderflow/config.py reads the environment"


def http_is_spoken_in_one_place(source: Source) -> Found:
    if source.within(SPEAKS_HTTP):
        return
    for node in ast.walk(source.tree):
        if any(speaks_http(module) for module in imported(node)):
            yield lineno(node), "only stores/http.py speaks HTTP"


def speaks_http(module: str) -> bool:
    top = module.split(".")[0]
    return top in {"requests", "urllib3", "httpx"} or module in {"urllib.request", "http.client"}


def what_stores_say_is_decoded_at_the_boundary(source: Source) -> Found:
    if source.within(DECODES) or not source.within(("stores/",)):
        return
    for node in ast.walk(source.tree):
        decodes = isinstance(node, ast.Call) and dotted(node.func) in {"json.loads", "json.load"}
        if decodes or any(name.startswith("pydantic_core") for name in imported(node)):
            yield lineno(node), "only stores/boundary.py decodes what a store says"


def only_the_unit_of_work_commits(source: Source) -> Found:
    if source.within(COMMITS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("commit"):
            yield node.lineno, "only orderflow/db.py commits"


def platforms_are_named_by_stores(source: Source) -> Found:
    if source.within(NAMES_PLATFORMS):
        return
    for number, line in enumerate(source.text.splitlines(), start=1):
        named = PLATFORMS.search(line)
        if named:
            yield number, f"'{named.group()}' is named; ask store.can instead"


def no_exception_is_swallowed(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and not raises(node):
            yield node.lineno, "a handler of every exception must raise; catch what you expect"


def raises(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Raise) for inner in ast.walk(node))


def catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})
        for kind in caught
    )


def signatures_are_compared_in_constant_time(source: Source) -> Found:
    """``==`` stops at the first wrong byte, and that time tells a forger how far it came."""
    if source.within(("tests/",)):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare) and compares_signatures(node):
            yield node.lineno, "compare a signature with hmac.compare_digest"


def compares_signatures(node: ast.Compare) -> bool:
    equality = any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
    sides = (dotted(side).lower().rpartition(".")[2] for side in (node.left, *node.comparators))
    return equality and not SIGNATURES.isdisjoint(sides)


RULES: tuple[Callable[[Source], Found], ...] = (
    files_are_short,
    functions_are_short,
    names_say_something,
    the_environment_is_read_in_one_place,
    http_is_spoken_in_one_place,
    what_stores_say_is_decoded_at_the_boundary,
    only_the_unit_of_work_commits,
    platforms_are_named_by_stores,
    no_exception_is_swallowed,
    signatures_are_compared_in_constant_time,
)


def dotted(node: ast.AST) -> str:
    """``os.environ`` for that expression and ``db.session.commit`` for its call, else empty."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def imported(node: ast.AST) -> list[str]:
    """The modules a statement may import; ``from a import b`` may be ``a`` or ``a.b``."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def lineno(node: ast.AST) -> int:
    return getattr(node, "lineno", 1)


def breaches_of(path: str, text: str) -> list[Breach]:
    source = Source(path, text, ast.parse(text, path))
    return [Breach(path, line, words) for rule in RULES for line, words in rule(source)]


def breaches_in(root: Path) -> list[Breach]:
    """Of every Python file below ``root``, hidden and generated ones left out."""
    paths = [path.relative_to(root) for path in sorted(root.rglob("*.py"))]
    shown = [path for path in paths if not any(part.startswith(".") for part in path.parts)]
    shown = [path for path in shown if not path.as_posix().startswith(GENERATED)]
    return [
        breach
        for path in shown
        for breach in breaches_of(path.as_posix(), (root / path).read_text(encoding="utf-8"))
    ]


def main() -> None:
    breaches = breaches_in(ROOT)
    for breach in breaches:
        print(breach)
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
