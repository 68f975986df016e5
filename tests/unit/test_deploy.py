"""What is shipped for systemd: what the daemon relies on, and what it may not do."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from trading_bot.domain import errors
from trading_bot.settings.fields import leaves
from trading_bot.settings.names import key_of
from trading_bot.settings.tree import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = DEPLOY / "systemd"
SERVICES = (
    "trading-bot.service",
    "trading-bot-alert@.service",
    "trading-bot-backup.service",
    "trading-bot-history.service",
    "trading-bot-shadow.service",
)
STOP_S = 10
"""What a stop takes at most: docs/operations.md."""
HARDENING = {
    "AmbientCapabilities": "",
    "CapabilityBoundingSet": "",
    "DevicePolicy": "closed",
    "KeyringMode": "private",
    "LimitCORE": "0",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "NoNewPrivileges": "yes",
    "PrivateDevices": "yes",
    "PrivateMounts": "yes",
    "PrivateTmp": "yes",
    "PrivateUsers": "yes",
    "ProtectClock": "yes",
    "ProtectHome": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectSystem": "strict",
    "RemoveIPC": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallFilter": "~@privileged @resources",
    "UMask": "0077",
    "User": "trader",
}
"""What is left out is what a program that calls a broker cannot do without: the network."""
HIDES_THE_BOOT = {"ProcSubset", "ProtectProc", "ProtectKernelTunables", "ProtectControlGroups"}
"""In a container, each of these mounts a fresh /proc, in which the system's boot id is another one."""


def directives(path):
    """Each directive's values, in order."""
    found = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(\w+)=(.*)", line):
            found[match.group(1)].append(match.group(2))
    return found


@pytest.fixture
def service():
    return directives(UNITS / "trading-bot.service")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_what_it_needs_and_nothing_else(name):
    found = directives(UNITS / name)

    assert {key: found[key][-1] for key in HARDENING if found[key]} == HARDENING


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_exposure_of_a_service_is_at_most_two_of_ten(name):
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNITS / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in judged.stderr:
        pytest.skip("this systemd cannot judge a file")

    assert judged.returncode == 0, judged.stdout[-300:] + judged.stderr


def test_the_lock_that_it_signs_is_understood_outside_of_it(service):
    """Fault 86, V15: or panic does not dare to kill a daemon that hangs."""
    assert not HIDES_THE_BOOT & {key for key in service if service[key]}


def test_it_writes_to_its_data_and_its_logs_only(service):
    assert service["StateDirectory"] == ["trading-bot"]
    assert service["LogsDirectory"] == ["trading-bot"]
    assert not service["ReadWritePaths"]
    assert not service["BindPaths"]


def test_it_is_not_started_again_where_a_person_has_to_do_something(service):
    """Fault 93: and the codes are those of the program."""
    kinds = (errors.SettingsError, errors.LoginNeededError, errors.HaltedError, errors.AlreadyRunningError)
    codes = " ".join(str(kind.exit_code) for kind in kinds)

    assert service["RestartPreventExitStatus"] == [codes]
    assert service["Restart"] == ["on-failure"]


def test_starts_that_fail_come_to_an_end_and_are_told(service):
    """V16: however often it is restarted, the limit is reached."""
    burst, pause_s = int(service["StartLimitBurst"][0]), int(service["RestartSec"][0])

    assert service["StartLimitIntervalSec"] == ["15min"]
    assert burst * (pause_s + 90) < 15 * 60
    assert service["OnFailure"] == ["trading-bot-alert@%N.service"]


def test_the_watchdog_leaves_time_for_a_busy_machine_and_a_stop_for_its_stages(service):
    """Fault 99."""
    assert service["Type"] == ["notify"]
    assert 20 <= int(service["WatchdogSec"][0]) <= 60
    assert int(service["TimeoutStopSec"][0]) >= 2 * STOP_S


def test_it_waits_for_the_network_and_the_time(service):
    assert service["Wants"] == service["After"] == ["network-online.target time-sync.target"]


@pytest.mark.parametrize("place", ["systemd/trading-bot.service", "trading-bot"])
def test_service_and_commands_get_every_secret_that_there_is(place):
    known = leaves(Settings)
    text = (DEPLOY / place).read_text(encoding="utf-8")
    names = re.findall(r"^(?!#).*LoadCredential=(\w+)", text, re.MULTILINE)
    secrets = {key for key, leaf in known.items() if leaf.is_secret}

    assert secrets <= {key_of(name, known) for name in names}


def test_the_timer_starts_it_before_the_open_on_every_day():
    """The exchange trades on single Saturdays and Sundays; the daemon knows which."""
    timer = directives(UNITS / "trading-bot.timer")

    assert timer["OnCalendar"] == ["*-*-* 08:15:00 Asia/Kolkata"]
    assert timer["Persistent"] == ["true"]
