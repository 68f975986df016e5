from tests.fakes.dashboard import Clock
from trading_bot.web.lockout import Lockout


def fail(lockout: Lockout, client: str, times: int) -> None:
    for _ in range(times):
        if not lockout.wait_s(client):
            lockout.note_failure(client)


def test_five_wrong_tokens_lock_one_client_out_and_no_other():
    """Fault 119."""
    lockout = Lockout(Clock(), lambda _text: None)

    fail(lockout, "10.0.0.1", 5)

    assert lockout.wait_s("10.0.0.1") == 900
    assert lockout.wait_s("10.0.0.2") == 0


def test_fifty_wrong_tokens_from_many_lock_all_out():
    lockout = Lockout(Clock(), lambda _text: None)

    for number in range(50):
        fail(lockout, f"10.0.0.{number}", 1)

    assert lockout.wait_s("10.9.9.9") == 900


def test_wrong_tokens_that_lie_apart_are_forgiven():
    clock = Clock()
    lockout = Lockout(clock, lambda _text: None)

    for _ in range(20):
        lockout.note_failure("10.0.0.1")
        clock.now_s += 226

    assert lockout.wait_s("10.0.0.1") == 0


def test_it_is_told_once_in_a_quarter_of_an_hour():
    clock, told = Clock(), []
    lockout = Lockout(clock, told.append)

    for _ in range(3):
        fail(lockout, "10.0.0.1", 10)
        fail(lockout, "10.0.0.2", 10)
        clock.now_s += 901

    assert len(told) == 3


def test_clients_are_not_remembered_without_bound():
    """V22."""
    lockout = Lockout(Clock(), lambda _text: None)

    for number in range(10_100):
        lockout.note_failure(str(number))

    assert len(lockout._by_client) == 10_000
