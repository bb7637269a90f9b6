"""Every code that the river tells has a sentence for people."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from orderflow.handwork.actions import ACTS
from orderflow.read.standing import CHECKS
from orderflow.rules import decide, reasons
from stores import sentences as store_sentences
from webapp import events, sentences

ROOT = Path(__file__).parents[2]
PLACES = ("orderflow", "workers", "webapp", "portal")
TELLERS = ("timeline.tell", "_tell", "_tell_order")
DYNAMIC = {"store_busy", "store_locked", "lines_written", "prices_written"}
"""What ``f"store_{outcome}"`` may become, and what a loop goes through."""
CONTENT = {
    "order_sync_on",
    "vendor_sync_on",
    "add_on_active",
    "connected",
    "payment_fine",
    "unmapped_taken",
    "all_mapped",
    "wanted",
    "all_sent",
    "its_time_has_come",
    "risk_fine",
    "reference_read",
    "pushed_although_held",
}
"""What a rule says that does not stand in the way."""


def calls() -> list[tuple[ast.FunctionDef, ast.expr]]:
    """The function and the code argument of every ``timeline.tell`` and of its wrappers."""
    found = []
    for place in PLACES:
        for path in (ROOT / place).rglob("*.py"):
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef):
                    found += [(function, code) for code in _codes(function)]
    return found


def _codes(function: ast.FunctionDef) -> list[ast.expr]:
    return [
        call.args[2]
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in TELLERS
        and len(call.args) > 2
        and function.name not in TELLERS
    ]


def told() -> set[str]:
    codes: set[str] = set()
    for function, code in calls():
        if isinstance(code, ast.Constant):
            codes.add(str(code.value))
        elif isinstance(code, ast.Name):
            codes |= _assigned(function, code.id)
    return codes | DYNAMIC


def _assigned(function: ast.FunctionDef, name: str) -> set[str]:
    """The texts that the local ``name`` may be."""
    texts: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and name in ast.unparse(node.targets[0]):
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            choices = [
                each
                for value in values
                for each in (
                    [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                )
            ]
            texts |= {str(c.value) for c in choices if isinstance(c, ast.Constant)}
    return texts


def test_every_code_of_the_timeline_has_a_sentence() -> None:
    assert len(told()) > 30
    assert told() - events.EVENTS.keys() == set()


def test_no_sentence_is_left_of_a_code_that_is_gone() -> None:
    plain = {code for code in events.EVENTS if ":" not in code}
    assert plain - told() == set()


def test_every_reason_and_remedy_of_the_rules_has_a_sentence() -> None:
    source = ast.parse((ROOT / "orderflow/rules/decide.py").read_text())
    texts = {node.value for node in ast.walk(source) if isinstance(node, ast.Constant)}
    assert reasons.SENTENCES.keys() >= decide.NO_STORE
    assert reasons.SENTENCES.keys() <= texts
    assert reasons.REMEDIES.keys() <= texts


def test_every_obstacle_has_a_few_words_for_lists() -> None:
    assert reasons.SENTENCES.keys() - CONTENT == sentences.OBSTACLES.keys()


@pytest.mark.parametrize("action", CHECKS)
def test_every_action_has_its_words(action: str) -> None:
    assert action in ACTS
    assert action in sentences.ACTIONS
    assert action in sentences.DONE


FAILURES = {"StoreBusy", "StoreClosed", "StoreLocked", "StoreRefused", "OutcomeUnknown"}
FAILURES |= {"BadCertificate", "MailBusy", "MailRefused"}


def test_no_failure_says_a_sentence_that_cannot_be_translated() -> None:
    """What fails is shown to people: its words are marked for the catalogues, or a store's own."""
    wrong = [
        f"{path.relative_to(ROOT)}: {ast.unparse(call)}"
        for place in ("stores", "workers")
        for path in (ROOT / place).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in FAILURES
        if call.args and isinstance(call.args[0], ast.JoinedStr | ast.Constant)
    ]
    assert [each for each in wrong if "ID token" not in each] == []


@pytest.mark.parametrize("sentence", store_sentences.ALL)
def test_a_sentence_with_a_detail_is_known_again_in_any_language(sentence: str) -> None:
    names = re.findall(r"%\((\w+)\)s", sentence)
    details = {name: f"{name}, (5%). é" for name in names}
    assert store_sentences.apart(sentence % details) == (sentence, details)


def test_a_store_s_own_words_are_no_sentence_of_ours() -> None:
    for words in ("", "Shopify refused", "100%", "%(status)s", "x" * 5000):
        assert store_sentences.apart(words) == (words, {})
