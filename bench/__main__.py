"""``python -m bench [--rounds N] [--seconds S] [R1 R2 … M]``: a table, raw files.

Exit status 1 when a figure is not what it must be. See docs/bench.md for what each one means.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable

from bench import machine
from bench.browsing import r11
from bench.figure import Figure, keep_raw, table
from bench.intake import r1, r2
from bench.isolation import r16
from bench.load import generator
from bench.lying import r13
from bench.memory import memory
from bench.order_cost import r6
from bench.pages import r7
from bench.pushing import r4
from bench.slow_clients import r17

BENCHES: dict[str, tuple[Callable[[int, float], list[Figure]], float]] = {
    "R1": (r1, 4),
    "R2": (r2, 4),
    "R4": (r4, 20),
    "R6": (r6, 15),
    "R7": (r7, 20),
    "R11": (r11, 1),
    "R13": (r13, 60),
    "R16": (r16, 20),
    "R17": (r17, 6),
    "M": (memory, 1),
}
"""What runs it, and how many seconds a round lasts."""
ROUNDS = 5


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, help="of each round; default: each its own")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.names) - set(BENCHES)
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and end what was started
    found: list[Figure] = []
    for name in chosen.names or BENCHES:
        run, seconds = BENCHES[name]
        print(f"{name} …", file=sys.stderr, flush=True)
        found += run(chosen.rounds, chosen.seconds or seconds)
    keep_raw(machine.ROOT / "bench" / "results", found)
    busy = os.getloadavg()[0]
    print(f"{machine.name()}; load by {generator()}; load average {busy:.1f}\n\n{table(found)}")
    return int(any(each.verdict == "NO" for each in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
