"""The desk in virtual time: nothing waits for a channel, and no channel for another."""

import asyncio
from contextlib import asynccontextmanager

from tests.fakes.alert_channels import FakeSender, desk_with
from tests.fakes.engine_ports import no_beat
from tests.fakes.worker_setting import in_virtual_time
from trading_bot.adapters.alerts.sending import NotTakenError
from trading_bot.adapters.alerts.settings import AlertLevel
from trading_bot.engine.alert_kinds import AlertKind

REFUSED = AlertKind.ORDER_NOT_TAKEN


@asynccontextmanager
async def running(desk):
    tasks = [asyncio.create_task(channel.run(no_beat)) for channel in desk.channels]

    async def stop() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    yield stop
    await stop()


def test_a_message_goes_to_every_channel_that_wants_its_level():
    async def scenario():
        all_of_it, urgent = FakeSender(), FakeSender()
        desk = desk_with(all_of_it, urgent)
        desk.channels[1].level = AlertLevel.CRITICAL
        async with running(desk):
            desk.tell("warning", REFUSED, "small")
            desk.tell("critical", REFUSED, "large")
            await asyncio.sleep(1)
        return all_of_it.texts, urgent.texts

    assert in_virtual_time(scenario) == (["large", "small"], ["large"])


def test_a_message_that_was_not_taken_is_sent_again_with_growing_pauses():
    async def scenario():
        sender = FakeSender(failures=[NotTakenError("no") for _ in range(4)], takes_s=0)
        desk = desk_with(sender, retry_first_s=2, retry_longest_s=5)
        async with running(desk):
            desk.tell("info", REFUSED, "one")
            await asyncio.sleep(60)
        return sender

    sender = in_virtual_time(scenario)
    assert sender.texts == ["one"]
    assert sender.asked_at_s == [0, 2, 6, 11, 16]


def test_a_receiver_is_left_alone_for_as_long_as_it_asks():
    async def scenario():
        sender = FakeSender(failures=[NotTakenError("429", retry_after_s=40)], takes_s=0)
        desk = desk_with(sender)
        async with running(desk):
            desk.tell("info", REFUSED, "one")
            await asyncio.sleep(60)
        return sender.asked_at_s

    assert in_virtual_time(scenario) == [0, 40]


def test_a_channel_that_fails_is_told_through_the_other_one_once_and_so_is_its_return():
    async def scenario():
        dead, alive = FakeSender(is_dead=True), FakeSender()
        desk = desk_with(dead, alive, attempts=3, retry_longest_s=10)
        async with running(desk):
            desk.tell("info", REFUSED, "one")
            await asyncio.sleep(100)
            dead.is_dead = False
            await asyncio.sleep(20)
        return dead.texts, alive.texts

    dead, alive = in_virtual_time(scenario)
    assert dead == ["one"]
    assert alive == ["one", "a takes no messages: connection refused", "a takes messages again"]


def test_a_letter_that_the_receiver_objects_to_does_not_block_the_others():
    async def scenario():
        sender = FakeSender(failures=[NotTakenError("answered 400", is_about_text=True) for _ in range(3)])
        desk = desk_with(sender, attempts=3)
        async with running(desk):
            desk.tell("info", REFUSED, "one")
            await asyncio.sleep(30)
            desk.tell("info", REFUSED, "two")
            await asyncio.sleep(1)
        return sender.texts

    assert in_virtual_time(scenario) == [
        "1 info messages that are not taken here as they are: the log has them",
        "two",
    ]


def test_a_wrong_password_is_told_at_once():
    async def scenario():
        wrong = FakeSender(failures=[NotTakenError("answered 401", is_final=True)])
        alive = FakeSender()
        desk = desk_with(wrong, alive)
        async with running(desk):
            desk.tell("info", REFUSED, "one")
            await asyncio.sleep(1)
        return alive.texts

    assert in_virtual_time(scenario) == ["one", "a takes no messages: answered 401"]


def test_a_channel_that_hangs_holds_up_no_other():
    async def scenario():
        hanging, alive = FakeSender(hangs=True), FakeSender()
        desk = desk_with(hanging, alive)
        async with running(desk):
            for n in range(3):
                desk.tell("critical", REFUSED, f"text {n}")
            await asyncio.sleep(1)
        return alive.texts

    assert in_virtual_time(scenario) == ["text 0", "text 1", "text 2"]


def test_a_flood_of_a_thousand_is_a_few_messages_and_tells_of_all():
    async def scenario():
        sender = FakeSender()
        desk = desk_with(sender, burst=4)
        async with running(desk):
            for n in range(1_000):
                desk.tell("critical", REFUSED, f"order {n} refused")
                if n % 100 == 0:
                    await asyncio.sleep(0.2)
            await asyncio.sleep(60)
        return sender.letters

    letters = in_virtual_time(scenario)
    assert len(letters) <= 8
    assert sum(letter.count for letter in letters) == 1_000


def test_what_waits_at_the_end_goes_out_in_one_letter():
    async def scenario():
        sender = FakeSender(takes_s=1)
        desk = desk_with(sender)
        async with running(desk) as stop:
            for n in range(20):
                desk.tell("warning", REFUSED, f"text {n}")
            await desk.drained(stop)
        return sender.texts, asyncio.get_running_loop().time()

    texts, took_s = in_virtual_time(scenario)
    assert len(texts) == 1
    assert "and 18 more of: order not taken" in texts[0]
    assert took_s == 1


def test_the_end_waits_a_few_seconds_for_a_channel_that_hangs_and_no_longer():
    async def scenario():
        hanging, alive = FakeSender(hangs=True), FakeSender()
        desk = desk_with(hanging, alive, drain_s=5)
        async with running(desk) as stop:
            desk.tell("critical", AlertKind.STOPPED, "stopped")
            await desk.drained(stop)
        return alive.texts, asyncio.get_running_loop().time()

    assert in_virtual_time(scenario) == (["stopped"], 5)


def test_a_channel_that_refuses_at_the_end_does_not_keep_the_process():
    async def scenario():
        desk = desk_with(FakeSender(is_dead=True, takes_s=0))
        async with running(desk) as stop:
            desk.tell("critical", AlertKind.STOPPED, "stopped")
            await desk.drained(stop)
        return asyncio.get_running_loop().time()

    assert in_virtual_time(scenario) == 0


def test_a_word_that_is_no_level_is_told_as_loudly_as_can_be():
    """V16: whoever pins a notice must not fail over it, or a daemon that only waits would end."""

    async def scenario():
        urgent = FakeSender()
        desk = desk_with(urgent, level=AlertLevel.CRITICAL)
        async with running(desk):
            desk.tell("error", AlertKind.WAITING, "waiting for login")
            await asyncio.sleep(1)
        return urgent.letters

    (letter,) = in_virtual_time(scenario)
    assert (letter.level, letter.text) == (AlertLevel.CRITICAL, "waiting for login")
