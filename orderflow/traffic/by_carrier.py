"""Numbers of several carriers on one shipment: one fulfilment for each carrier.

A fulfilment of the marketplace has one carrier for all its numbers, and makes a link of each by
that carrier's page. So goods that are under way with two carriers are told as two fulfilments.
Where there are fewer pieces than carriers, or all pieces were told before the second number came,
the numbers share a fulfilment, and each brings the link to its own carrier's page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orderflow.traffic import carriers
from stores.base import Tracking

Numbers = tuple[Tracking, ...]


def share(
    tracking: Numbers, standing: Sequence[Numbers], left: Mapping[str, int]
) -> tuple[list[Numbers], list[Numbers]]:
    """What each ``standing`` fulfilment should show, and the numbers for goods that are still to
    be told, one entry a fulfilment. ``left``: the pieces that are still to be told."""
    groups = _groups(tracking)
    places = [_place(groups, told) for told in standing]
    untold = [place for place in range(len(groups)) if place not in places]
    fits = min(len(untold), sum(left.values()))
    shown = [[groups[place]] for place in places]
    sent = [[groups[place]] for place in untold[:fits]]
    if left and not sent:
        sent = [[groups[places[0]]]]
    for host in (shown or sent[-1:])[:1]:
        host.extend(groups[place] for place in untold[fits:])
    return [_joined(each) for each in shown], [_joined(each) for each in sent]


def cut(
    left: Mapping[str, int], numbers: Sequence[Numbers]
) -> list[tuple[dict[str, int], Numbers]]:
    """Which of the goods goes with which numbers. The store did not say it, so whole lines stay
    together where there are enough of them."""
    count = len(numbers)
    if count <= 1:
        return [(dict(left), each) for each in numbers]
    lines = list(left.items())
    if len(lines) < count:
        lines = [(line, 1) for line, pieces in left.items() for _ in range(pieces)]
    found = []
    for place, each in enumerate(numbers):
        mine: dict[str, int] = {}
        for line, pieces in lines[place * len(lines) // count : (place + 1) * len(lines) // count]:
            mine[line] = mine.get(line, 0) + pieces
        found.append((mine, each))
    return found


def _groups(tracking: Numbers) -> list[Numbers]:
    """By carrier, in the order told; numbers without a carrier go with the first."""
    named = list(dict.fromkeys(each.company for each in tracking if each.company))
    if len(named) <= 1:
        return [tracking]
    return [
        tuple(each for each in tracking if (each.company or named[0]) == company)
        for company in named
    ]


def _place(groups: Sequence[Numbers], told: Numbers) -> int:
    """The group that a standing fulfilment shows: by its numbers, else by its carrier."""
    numbers, companies = {each.number for each in told}, {each.company for each in told}
    for place, group in enumerate(groups):
        if any(each.number and each.number in numbers for each in group):
            return place
    for place, group in enumerate(groups):
        if any(each.company in companies for each in group):
            return place
    return 0


def _joined(groups: Sequence[Numbers]) -> Numbers:
    """The numbers of these groups; of several carriers, each with a link of its own."""
    if len(groups) == 1:
        return groups[0]
    return tuple(
        replace(each, url=carriers.link(each.company, each.number, each.url))
        for group in groups
        for each in group
    )
