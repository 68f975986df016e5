"""Every alert once, from what provokes it to a webhook and a mailbox."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.fakes.alert_table import is_in_table
from tests.fakes.provoked_alerts import PROVOKED, provoked
from tests.fakes.receivers import Refusal
from trading_bot.adapters.alerts.discretion import DiscreetAnswers, without_amounts
from trading_bot.adapters.alerts.settings import AlertSettings
from trading_bot.adapters.clocks import SystemClock
from trading_bot.bootstrap.alerting import Alerting, telegram_chat, telegram_worker, telling
from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.session import BoardNotifier
from trading_bot.domain.errors import HaltedError, SettingsError
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.observe import NoticeBoard
from trading_bot.settings.tree import Settings


@pytest.fixture
def board():
    return NoticeBoard()


@pytest.fixture
def house(settings_for, addresses, board):
    """The alerts of a process, with a webhook and a mailbox."""

    @asynccontextmanager
    async def open_house(*schemes, **changes):
        settings = Settings(alerts=settings_for(*(addresses[one] for one in schemes), **changes))
        async with Alerting(settings=settings, board=board, mode="paper").under_way():
            yield settings

    return open_house


async def test_every_alert_of_the_engine_reaches_both_receivers(house, board, receiver, mail):
    """V16."""
    alerts = [alert for kind in PROVOKED for alert in provoked(kind)[:1]]
    notifier = BoardNotifier(board, lambda: 0)
    async with house("json", "mailto"):
        for alert in alerts:
            await notifier.notify(alert)
        await receiver.until(len(alerts))
        await mail.until(len(alerts))

    expected = sorted(alert.text for alert in alerts)
    assert sorted(receiver.texts) == expected
    assert len(set(expected)) == len(PROVOKED) >= 50
    assert sorted(mail.texts) == expected


async def test_with_amounts_left_out_no_receiver_gets_one(house, board, receiver, mail):
    """Fault 125: all of them are looked at beside `without_amounts`, some of them go all the way."""
    alerts = [alert for kind in tuple(PROVOKED)[::3] for alert in provoked(kind)[:1]]
    notifier = BoardNotifier(board, lambda: 0)
    async with house("json", "mailto", amounts=False):
        for alert in alerts:
            await notifier.notify(alert)
        await receiver.until(len(alerts))
        await mail.until(len(alerts))

    expected = sorted(without_amounts(alert.text) for alert in alerts)
    assert sorted(receiver.texts) == sorted(mail.texts) == expected
    assert expected != sorted(alert.text for alert in alerts)


@pytest.mark.parametrize("amounts", [True, False])
async def test_answers_by_telegram_carry_amounts_where_alerts_do(settings_for, addresses, amounts):
    alerts = settings_for(addresses["tgram"], amounts=amounts, telegram_commands=True)
    reception = Reception()

    (worker,) = telegram_worker(Settings(alerts=alerts), reception, SystemClock(), lambda *_told: None)

    assert worker.answers == (reception if amounts else DiscreetAnswers(reception))
    await worker.api.close()


async def test_how_a_process_ends_is_told_by_itself(house, board, receiver):
    """Faults 99 and 120: an error that nobody expected, and one that a person has to deal with."""
    for error in (ValueError("what now"), HaltedError("panic is latched")):
        with pytest.raises(type(error)):
            async with house("json"):
                raise error

    assert receiver.texts == ["the process ends: ValueError: what now", "the process ends: panic is latched"]
    assert all(is_in_table(AlertKind.PROCESS_FAILED, "critical", text) for text in receiver.texts)


async def test_a_channel_that_is_down_and_back_is_told_through_the_other_and_on_the_board(
    house, board, receiver, mail
):
    """Fault 125."""
    receiver.refusals = [Refusal(500) for _ in range(3)]
    async with house("json", "mailto"):
        board.add(0, "info", "one")
        await receiver.until(1)

    _, down, back = (notice.text for notice in board.notices)
    assert receiver.texts == ["one"]
    assert is_in_table(AlertKind.CHANNEL_DOWN, "critical", down)
    assert is_in_table(AlertKind.CHANNEL_BACK, "info", back)
    assert down.startswith("alerts 1 (json) takes no messages: answered 500")
    told_by_mail = "\n".join(mail.texts)
    assert [text for text in (down, back) if text not in told_by_mail] == []


async def test_a_panic_without_a_daemon_tells_each_of_its_lines(settings_for, addresses, receiver):
    settings = Settings(alerts=settings_for(addresses["json"]))
    said = []

    async def panic(write) -> int:
        write("NOT flat after 60 s")
        return 1

    assert await telling(settings, said.append, panic) == 1
    assert (said, receiver.texts) == (["NOT flat after 60 s"], ["NOT flat after 60 s"])


async def test_a_panic_is_kept_by_no_channel_that_is_written_wrongly(settings_for):
    settings = Settings(alerts=settings_for("foo://canary"))
    said = []

    async def panic(write) -> int:
        write("flat")
        return 0

    assert await telling(settings, said.append, panic) == 0
    assert said[0] == "flat"
    assert said[1].startswith("not told by alerts 1 (foo): ALERT_URL_1: ")


async def test_a_panic_does_not_wait_for_a_channel_that_hangs(settings_for, addresses, receiver):
    receiver.is_hanging = True
    settings = Settings(alerts=settings_for(addresses["json"], drain_s=0.05, read_timeout_s=30))
    said = []

    async def panic(write) -> int:
        write("flat")
        return 0

    assert await telling(settings, said.append, panic) == 0
    assert said[1:] == ["not every channel of alerts took it within 0.05 s"]


async def test_a_loop_that_stands_is_told_by_a_thread(house, board, receiver):
    """Fault 94, V16: the loop of the receiver runs; that of the daemon would not."""
    async with house("json"):
        text = "the daemon has not moved for 5 s: stops rest at the exchange"
        await asyncio.to_thread(board.shout, AlertKind.LOOP_BLOCKED, text)
        await receiver.until(1)

    assert is_in_table(AlertKind.LOOP_BLOCKED, "critical", receiver.texts[0])


async def test_without_a_channel_nothing_is_started(board):
    async with Alerting(settings=Settings(), board=board, mode="paper").under_way():
        assert board.reader is None


async def test_nothing_is_passed_on_once_the_process_has_ended(house, board, receiver):
    async with house("json"):
        pass
    board.add(0, "info", "late")

    assert (receiver.posted, board.reader) == ([], None)


def test_a_group_may_not_order(settings_for):
    group = settings_for(
        "tgram://123456789:AAabcdefghijklmnopqrstuvwxyz012345678/-42", telegram_commands=True
    )
    none = AlertSettings(telegram_commands=True)

    for settings in (group, none):
        with pytest.raises(SettingsError, match="private chat"):
            telegram_chat(settings)
    assert telegram_chat(settings_for("jsons://x.in/y")) is None
