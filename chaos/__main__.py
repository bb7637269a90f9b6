"""``python -m chaos [--minutes 10] [--seed N] [--orders N]`` (``make chaos``): real processes, a
seeded schedule of faults, and at the end everything is compared. Exit status 1: something differs.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from chaos.run import Outcome, run

ORDERS_A_MINUTE = 80


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="for which faults happen")
    parser.add_argument("--seed", type=int, help="of the orders and the faults; default: any")
    parser.add_argument("--orders", type=int, help=f"default: {ORDERS_A_MINUTE} a minute")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and end what was started
    seed = random.randrange(10**6) if chosen.seed is None else chosen.seed
    orders = chosen.orders or round(ORDERS_A_MINUTE * chosen.minutes)
    folder, begun = Path(tempfile.mkdtemp(prefix="sluice-chaos-logs-")), time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - begun:5.0f} s  {words}", flush=True)

    say(f"seed {seed}, {orders} orders in {chosen.minutes:g} minutes; logs in {folder}")
    outcome = run(folder, seed=seed, orders=orders, seconds=60 * chosen.minutes, say=say)
    print(report(outcome))
    return int(bool(outcome.wrong))


def report(outcome: Outcome) -> str:
    quiet = outcome.quiet_after
    lines = [
        "",
        f"Seed {outcome.seed}: {outcome.orders} orders, {outcome.faults.total()} faults, "
        + (f"quiet {quiet:.0f} s after them" if quiet is not None else "not quiet in time"),
        "",
        *(
            f"{what}: {', '.join(f'{count} {name}' for name, count in found.most_common())}"
            for what, found in (
                ("Faults", outcome.faults),
                ("What people did", outcome.did),
                ("Parts", outcome.states),
                ("Flags open", outcome.flags),
            )
        ),
        "",
        f"{len(outcome.wrong)} differences" if outcome.wrong else "No difference.",
        *outcome.wrong,
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
