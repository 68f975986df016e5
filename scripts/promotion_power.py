"""Measures how often promotion lets luck pass, and how often it sees an edge: the tables of docs/research.md.

python -m scripts.promotion_power                200 series for each row, ten minutes on one core
python -m scripts.promotion_power --series 20    a quick look
"""

import argparse
import sys
from dataclasses import replace

from tests.promotion.power import Power, World, power

COST = 0.0005
"""Of the value traded in a day, for entering and leaving."""
NOISE: tuple[tuple[str, World], ...] = (
    ("the only trial", World(trials=1)),
    ("best of 50", World()),
    ("best of 50, fat tails", World(moves="fat tails")),
    ("best of 50, clustered volatility", World(moves="clustered")),
    ("best of 50 that resemble each other", World(edge="neighbours")),
    ("best of 500", World(trials=500)),
    ("best of 50, long on 90% of the days of a market that rises", World(longs=0.9, drift=2.0)),
    ("best of 50, told as if it were the only trial", World(counted=False)),
)
EDGES: tuple[tuple[str, World], ...] = (
    ("the only trial", World(trials=1, cost=COST)),
    ("one of 50 has it", World(cost=COST)),
    ("49 of 50 resemble it", World(edge="neighbours", cost=COST)),
)
RATIOS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--series", type=int, default=200, help="markets for each cell")
    parser.add_argument("--seed", type=int, default=1, help="of the markets")
    arguments = parser.parse_args()
    print("| no edge, two years of days, no costs | passed | most often failed |\n|---|---:|---|", flush=True)
    for name, world in NOISE:
        found = power(world, arguments.series, arguments.seed)
        print(f"| {name} | {found.passed} of {found.series} | {_most_failed(found)} |", flush=True)
    heads = " | ".join(name for name, _ in EDGES)
    print(f"\n| true annual Sharpe ratio after costs | {heads} |\n|---:{'|---:' * len(EDGES)}|", flush=True)
    for ratio in RATIOS:
        cells = [power(replace(world, sharpe=ratio), arguments.series, arguments.seed) for _, world in EDGES]
        print(f"| {ratio} | {' | '.join(f'{one.share:.1%}' for one in cells)} |", flush=True)
    return 0


def _most_failed(found: Power) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.failures.most_common(3))


if __name__ == "__main__":
    sys.exit(main())
