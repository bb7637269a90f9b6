"""The limiter never waits longer than the bucket needs, and learns from every answer."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest

from stores.base import Spend, StoreBusy
from workers.limiter import MARGIN, PATIENCE, Limiter


class Bucket:
    """A store with a bucket of points, and the clock that both sides read."""

    def __init__(self, left: float = 1000, capacity: float = 1000, refill: float = 50) -> None:
        self.time, self.left, self.capacity, self.refill = 0.0, left, capacity, refill
        self.spend = Spend()
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        self.left = min(self.capacity, self.left + seconds * self.refill)

    def act(self, cost: float) -> None:
        if cost > self.left:
            self.spend = Spend(0, cost, self.left, self.capacity, self.refill)
            raise StoreBusy("Throttled", throttled=True)
        self.left -= cost
        self.spend = Spend(cost, cost, self.left, self.capacity, self.refill)


def limited(bucket: Bucket, known: dict[str, float] | None = None) -> Limiter:
    return Limiter(known, bucket.clock, bucket.sleep)


def call(limiter: Limiter, bucket: Bucket, cost: float) -> None:
    limiter.call("create", bucket, lambda: bucket.act(cost))


def test_a_store_that_tells_nothing_is_never_waited_for() -> None:
    bucket = Bucket()
    limiter = limited(bucket)
    for _ in range(100):
        limiter.call("create", bucket, lambda: None)
    assert bucket.slept == []


def test_a_bucket_is_used_up_and_then_followed_without_a_refusal() -> None:
    bucket = Bucket()
    limiter = limited(bucket)
    for _ in range(200):
        call(limiter, bucket, 10)
    assert limiter.throttled == 0
    assert bucket.time <= (200 * 10 - 1000) / 50 + 1


def test_no_wait_is_longer_than_the_bucket_needs() -> None:
    bucket = Bucket()
    limiter = limited(bucket)
    for _ in range(150):
        call(limiter, bucket, 10)
    assert max(bucket.slept) <= 10 * (1 + MARGIN) / 50 + 0.001


def test_what_an_operation_costs_is_learned() -> None:
    bucket = Bucket()
    limiter = limited(bucket)
    call(limiter, bucket, 12)
    assert limiter.gauge()["costs"] == {"create": 12}


def test_a_call_that_would_wait_too_long_is_put_off_with_the_time_it_needs() -> None:
    bucket = Bucket(left=0, refill=1)
    limiter = limited(bucket, {"capacity": 1000, "refill": 1, "left": 0})
    with pytest.raises(StoreBusy) as busy:
        call(limiter, bucket, 10)
    assert busy.value.retry_after
    assert busy.value.retry_after > PATIENCE
    assert busy.value.throttled
    assert bucket.slept == []


def test_a_refusal_corrects_what_was_believed() -> None:
    bucket = Bucket(left=5)
    limiter = limited(bucket)
    with pytest.raises(StoreBusy):
        call(limiter, bucket, 10)
    assert limiter.throttled == 1
    call(limiter, bucket, 10)
    assert bucket.slept


def test_a_smaller_bucket_after_a_change_of_plan_is_believed() -> None:
    bucket = Bucket()
    limiter = limited(bucket)
    call(limiter, bucket, 10)
    bucket.capacity, bucket.left, bucket.refill = 200, 50, 10
    call(limiter, bucket, 10)
    gauge = limiter.gauge()
    assert (gauge["capacity"], gauge["refill"], gauge["left"]) == (200, 10, 40)


def test_the_next_holder_of_the_lane_goes_on_where_the_last_stopped() -> None:
    bucket = Bucket(left=30)
    first = limited(bucket)
    call(first, bucket, 20)
    second = limited(bucket, first.gauge())
    call(second, bucket, 20)
    assert bucket.slept
    assert second.throttled == 0


@pytest.mark.parametrize("lie", [math.inf, math.nan, -1e300, 1e300, 10**400, "12", None, True])
def test_no_store_can_lie_its_lane_into_an_endless_wait(lie: float) -> None:
    bucket = Bucket()
    limiter = limited(bucket)
    call(limiter, bucket, 10)

    def lies() -> None:
        bucket.spend = Spend(lie, lie, lie, lie, lie)

    limiter.call("create", bucket, lies)
    gauge = limiter.gauge()
    json.dumps(gauge, allow_nan=False)
    assert wait_of(limited(bucket, gauge), bucket) <= 3600


def test_a_bucket_that_hardly_refills_is_asked_again_within_the_hour() -> None:
    bucket = Bucket()
    limiter = limited(bucket)
    bucket.spend = Spend(1e9, 1e9, 0, 1e9, 1e-9)
    limiter.call("create", bucket, lambda: None)
    assert wait_of(limiter, bucket) <= 3600


def wait_of(limiter: Limiter, bucket: Bucket) -> float:
    """Seconds until the limiter lets the next call through."""
    begun = bucket.time
    for _ in range(10):
        try:
            limiter.call("create", bucket, lambda: None)
        except StoreBusy as busy:
            bucket.sleep(busy.retry_after or 0)
        else:
            break
    else:
        raise AssertionError("it never lets a call through")
    return bucket.time - begun


@pytest.mark.parametrize("known", [[], "x", {"costs": [1]}, {"left": "x"}, {"capacity": math.inf}])
def test_a_broken_gauge_is_no_gauge(known: Any) -> None:
    bucket = Bucket()
    call(limited(bucket, known), bucket, 10)
    assert bucket.slept == []


def test_the_bucket_refills_while_nobody_holds_the_lane() -> None:
    bucket = Bucket(left=1000)
    known = {"capacity": 1000.0, "refill": 1.0, "left": 0.0, "at": time.time() - 600}
    call(limited(bucket, known), bucket, 10)
    assert bucket.slept == []


def test_a_call_that_costs_more_than_the_bucket_holds_is_tried_all_the_same() -> None:
    bucket = Bucket(left=50, capacity=50, refill=10)
    limiter = limited(bucket, {"capacity": 50, "refill": 10, "left": 50, "costs": {"create": 60}})  # type: ignore[dict-item]
    call(limiter, bucket, 40)
    assert bucket.slept == []
