"""What the service manager hears of us, over a real socket."""

import pytest

from tests.fakes.notify_socket import notify_socket
from trading_bot.adapters.service_socket import ServiceSocket, service_socket

PID = 4711


def test_without_a_service_manager_there_is_nobody_to_tell():
    assert service_socket({}, PID) is None
    assert service_socket({"NOTIFY_SOCKET": ""}, PID) is None


def test_an_address_of_another_kind_is_left_alone():
    assert service_socket({"NOTIFY_SOCKET": "vsock:2:1234"}, PID) is None


def test_each_message_is_one_datagram(tmp_path):
    address = str(tmp_path / "notify")
    with notify_socket(address) as inbox:
        told = service_socket({"NOTIFY_SOCKET": address}, PID)
        told.needs_longer(1.5)
        told.ready()
        told.status("paper waiting for login;\n opens at 09:15")
        told.alive()
        told.stopping()

        assert inbox.waiting() == [
            "EXTEND_TIMEOUT_USEC=1500000",
            "READY=1",
            "STATUS=paper waiting for login; opens at 09:15",
            "WATCHDOG=1",
            "STOPPING=1",
        ]


def test_an_abstract_socket_is_reached_by_its_name(tmp_path):
    name = f"trading-bot-{tmp_path.name}-{id(tmp_path)}"
    with notify_socket(f"\0{name}") as inbox:
        service_socket({"NOTIFY_SOCKET": f"@{name}"}, PID).ready()

        assert inbox.waiting() == ["READY=1"]


def test_nobody_at_the_socket_changes_nothing_until_somebody_is(tmp_path):
    address = str(tmp_path / "notify")
    told = ServiceSocket(address)
    told.ready()
    told.alive()
    with notify_socket(address) as inbox:
        told.alive()

        assert inbox.waiting() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    ("environment", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(PID)}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_only_where_it_watches_this_process(environment, watchdog_s):
    found = service_socket({"NOTIFY_SOCKET": "/run/notify", **environment}, PID)

    assert found.watchdog_s == watchdog_s
