"""A thousand alerts at once, and a channel that hangs: trading does not wait for a moment."""

import asyncio
from itertools import pairwise

from tests.fakes.alert_channels import FakeSender, desk_with
from tests.fakes.engine_ports import no_beat
from tests.fakes.worker_setting import Setting, in_virtual_time
from trading_bot.bootstrap.session import BoardNotifier
from trading_bot.engine import inputs
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.workers.alerts import AlertWorker

ALERTS = 1_000


def test_a_flood_delays_no_input_and_is_a_handful_of_messages():
    """V16, V22: measured in the loop's own time, which moves only when somebody waits."""

    async def scenario():
        setting, board = Setting(), NoticeBoard()
        alive, hanging = FakeSender(), FakeSender(hangs=True)
        desk = desk_with(alive, hanging, burst=4)
        board.reader = desk.tell
        teller = AlertWorker(setting.engine, BoardNotifier(board, setting.clock.now_ms))
        tasks = [asyncio.create_task(one.run(no_beat)) for one in (teller, *desk.channels)]
        loop = asyncio.get_running_loop()
        waits = []
        for n in range(ALERTS):
            before_s = loop.time()
            await setting.engine.handle(inputs.ReadFailed(at_ms=0, what=f"thing {n}", detail="timeout"))
            waits.append(loop.time() - before_s)
        await asyncio.sleep(30)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return waits, alive.letters

    waits, letters = in_virtual_time(scenario)
    assert max(waits) == 0
    assert len(letters) <= 8
    assert sum(letter.count for letter in letters) == ALERTS


def test_other_work_gets_its_turn_between_two_alerts():
    async def scenario():
        setting, board = Setting(), NoticeBoard()
        teller = AlertWorker(setting.engine, BoardNotifier(board, setting.clock.now_ms))
        for n in range(ALERTS):
            await setting.engine.handle(inputs.ReadFailed(at_ms=0, what=f"thing {n}", detail="timeout"))
        told = []
        board.reader = lambda _level, _kind, text: told.append(text)
        task = asyncio.create_task(teller.run(no_beat))
        turns = []
        while len(told) < ALERTS:
            turns.append(len(told))
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return turns

    turns = in_virtual_time(scenario)
    assert max(later - sooner for sooner, later in pairwise(turns)) <= 1
