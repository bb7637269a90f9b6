"""An hour beside a store that lies: the other stores notice nothing, and no thread is lost."""

from __future__ import annotations

import threading

import pytest

from tests.river.stage import PLATFORMS, Stage

LIES = {
    "garbage": 0.1,
    "truncated": 0.1,
    "challenge_200": 0.1,
    "retry_after_infinite": 0.1,
    "retry_after_digits": 0.1,
    "quadratic_error": 0.1,
    "huge_user_error": 0.05,
    "not_a_number": 0.1,
    "lists_as_number": 0.1,
}
SETTLED = ("pushed", "refused", "held", "unknown")
"""What may have become of an order of the liar's: placed, or shown with its reason."""


@pytest.mark.parametrize("lying", PLATFORMS)
def test_an_hour_beside_a_liar_delays_nobody_and_costs_no_thread(stage: Stage, lying: str) -> None:
    (honest,) = (stage.side(platform) for platform in PLATFORMS if platform != lying)
    liar = stage.side(lying)
    stage.sells_on((honest.item, 1))
    threads = threading.active_count()
    stage.house.world.liar(liar.host).draw(7, LIES)
    for round_ in range(12):
        stage.sells_on((liar.item, 1), (honest.item, 1))
        assert len(honest.live()) == round_ + 2
        stage.house.later(300)
    assert threading.active_count() <= threads
    stage.house.world.liar(liar.host).stop()
    stage.house.let_pass(6 * 3600, step=1800)
    assert len(liar.live()) <= 12
    assert {part.state for part in stage.house.parts()} <= set(SETTLED)
