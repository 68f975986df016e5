"""A real process under a small systemd: ready, fed, hung, killed, started again, asked to stop."""

import signal
from pathlib import Path

from tests.acceptance.programs import simulator
from tests.fakes.notify_socket import TinySystemd, notify_socket

SERVED = ("--symbols", "INFY", "--speed", "1", "--seed", "5", "--date", "2026-11-19")
_HANGS_ON_USR1 = str(Path(__file__).with_name("daemon_that_hangs.py"))


def test_a_daemon_whose_loop_hangs_is_killed_and_started_again(tmp_path):
    """Fault 94, V16, V17: the threads of the process go on, only the loop does not."""
    address = str(tmp_path / "notify")
    with simulator(tmp_path, SERVED) as served, notify_socket(address) as inbox:
        systemd = TinySystemd(
            folder=tmp_path,
            inbox=inbox,
            watchdog_s=2.0,
            command=(_HANGS_ON_USR1, "--mode", "replay", "--simulator", served.url),
            settings={},
            address=address,
        )
        systemd.start()
        inbox.first("STATUS=replay trading 2026-11-19")
        for _ in range(3):
            inbox.until("WATCHDOG=1", 2.0)
        systemd.process.send_signal(signal.SIGUSR1)
        systemd.watch_until_it_is_silent()
        inbox.until("WATCHDOG=1", 2.0)
        code = systemd.end()

        assert systemd.starts == 2
        assert code == 0
        assert inbox.waiting()[-1] == "STOPPING=1"
        assert inbox.heard[0].startswith("EXTEND_TIMEOUT_USEC=")
