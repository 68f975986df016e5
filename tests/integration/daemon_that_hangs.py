"""The program, with a signal that makes whatever runs in its main thread wait for ever."""

import signal
import sys
import time

from trading_bot.cli import main

if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: time.sleep(3_600))
    sys.exit(main())
