"""Tests the configured strategies on history: the command `backtest`, for those who look among the scripts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from trading_bot.native import prefer_compiled

prefer_compiled()

from trading_bot.cli import main

if __name__ == "__main__":
    sys.exit(main(["backtest", *sys.argv[1:]]))
