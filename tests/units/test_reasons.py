"""Every code that a rule can yield has its sentence, and every remedy its advice."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from orderflow.rules import decide, reasons
from orderflow.rules.decide import Reason, Verdict


def yielded() -> tuple[set[str], set[str]]:
    """Codes and remedies, read from the rules' own text: arguments of each ``Reason(...)``."""
    tree = ast.parse(Path(decide.__file__).read_text())
    codes: set[str] = set()
    remedies: set[str] = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Reason":
            codes |= _texts(call.args[0])
            remedies |= _texts(call.args[4]) if len(call.args) > 4 else set()
            for keyword in call.keywords:
                remedies |= _texts(keyword.value) if keyword.arg == "remedy" else set()
    return codes, remedies - {""}


def _texts(node: ast.expr) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def test_every_code_has_its_sentence_and_no_sentence_is_left_over() -> None:
    codes, remedies = yielded()
    assert codes == set(reasons.SENTENCES)
    assert remedies == set(reasons.REMEDIES)


def test_a_sentence_names_what_it_is_about() -> None:
    reason = Reason("unmapped_lines", Verdict.HOLD, remedy="map_products", lines=("1", "2"))
    said = reasons.sentence(reason)
    assert said.startswith("2 items are not mapped to products of the vendor. Map these items")
    said = reasons.sentence(replace(reason, lines=("1",)))
    assert said.startswith("1 item is not mapped to a product of the vendor. Map these items")
    assert "pending" in reasons.sentence(Reason("not_paid", Verdict.WAIT, detail="pending"))
