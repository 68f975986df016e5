"""Tests the configured strategies on history: `python scripts/run_backtest.py --data DIR --tickers A,B`.

The same as `python main.py backtest`, with its options.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from trading_bot.cli import main

if __name__ == "__main__":
    sys.exit(main(["backtest", *sys.argv[1:]]))
