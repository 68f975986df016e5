"""Hands over to the command line."""

import sys

from trading_bot.cli import main

if __name__ == "__main__":
    sys.exit(main())
