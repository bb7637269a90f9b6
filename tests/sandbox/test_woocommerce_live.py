"""The sandbox answers as two live stores did; see docs/sandbox-woocommerce.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.woocommerce_live import RECORDED, Live
from tests.sandbox.woocommerce_live_score import perform_8_2, perform_10_9

DOC = Path(__file__).parents[2] / "docs" / "sandbox-woocommerce.md"
PLAYED = [
    (version, path.name[:3])
    for version in ("10.9.2", "8.2.2")
    for path in sorted((RECORDED / version).glob("*.json"))
]


@pytest.fixture(scope="module")
def played() -> dict[str, Live]:
    return {"10.9.2": perform_10_9(), "8.2.2": perform_8_2()}


@pytest.mark.parametrize(("version", "number"), PLAYED)
def test_the_answer_is_the_one_of_the_live_store(
    played: dict[str, Live], version: str, number: str
) -> None:
    assert played[version].differences[number] == []


@pytest.mark.parametrize("version", ["10.9.2", "8.2.2"])
def test_the_document_says_how_many_were_recorded(version: str) -> None:
    count = sum(each == version for each, _ in PLAYED)
    assert f"**{count}** of {version}" in DOC.read_text()
