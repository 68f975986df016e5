"""Tests the configured strategies on history: the command `backtest`, kept among the scripts as well."""

import sys

from trading_bot.cli import main

if __name__ == "__main__":
    sys.exit(main(["backtest", *sys.argv[1:]]))
