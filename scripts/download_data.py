"""Downloads candles of the past: `python scripts/download_data.py --tickers RELIANCE.NS TCS.NS`.

The same as `python main.py download`, with its options: twenty years and more of daily candles from Yahoo,
one CSV file for each ticker under data/raw, and minutes to days from Upstox with `--source upstox`.

For a nightly run: `30 19 * * 1-5 cd ~/trading-bot && .venv/bin/python scripts/download_data.py`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from trading_bot.cli import main

if __name__ == "__main__":
    sys.exit(main(["download", *sys.argv[1:]]))
