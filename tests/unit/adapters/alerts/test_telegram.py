"""Questions and orders by Telegram: one person's, once each, none that is old."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tests.fakes.alert_channels import START_MS
from tests.fakes.alert_table import is_in_table
from tests.fakes.engine_ports import no_beat
from tests.fakes.worker_setting import in_virtual_time
from trading_bot.adapters.alerts.telegram import HELP, TOO_OLD, Numbers, PanicCode, TelegramWorker
from trading_bot.adapters.alerts.telegram_api import TelegramError, Written
from trading_bot.adapters.clocks import LoopClock
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.inputs import OperatorWish

CHAT = 42
NOW_S = START_MS // 1_000


@dataclass
class FakeApi:
    """What was written to the bot, by number; what it said."""

    messages: list[Written] = field(default_factory=list)
    said: list[tuple[int, str]] = field(default_factory=list)
    failures: list[TelegramError] = field(default_factory=list)
    asked_at_s: list[float] = field(default_factory=list)
    forgets: bool = True
    is_closed: bool = False

    async def written(self, after, wait_s):
        self.asked_at_s.append(asyncio.get_running_loop().time())
        if self.failures:
            raise self.failures.pop(0)
        for _ in range(wait_s * 10):
            await asyncio.sleep(0.1)
            new = [one for one in self.messages if after is None or not self.forgets or one.number > after]
            if new:
                return tuple(new)
        return ()

    async def say(self, chat, text):
        self.said.append((chat, text))

    async def close(self):
        self.is_closed = True

    def write(self, text, *, chat=CHAT, sender=None, is_private=True, at_s=NOW_S + 1):
        number = 100 + len(self.messages)
        sender = chat if sender is None else sender
        self.messages.append(Written(number, chat, is_private, sender, at_s, text))


@dataclass
class FakeAnswers:
    """Remembers what it was asked."""

    wishes: list[OperatorWish] = field(default_factory=list)
    asked: list[tuple] = field(default_factory=list)

    def status(self):
        return "paper trading"

    def positions(self):
        return "positions: none"

    async def why(self, symbol, at_ms):
        self.asked.append((symbol, at_ms))
        return f"why {symbol}"

    async def carry_out(self, wish):
        self.wishes.append(wish)
        return f"{wish} done"


@dataclass
class Bot:
    """A worker with all its surroundings."""

    path: object
    api: FakeApi = field(default_factory=FakeApi)
    answers: FakeAnswers = field(default_factory=FakeAnswers)
    told: list[tuple] = field(default_factory=list)

    def run(self, seconds=5.0, later=None):
        """Let it work in virtual time, from the start of a process on; its answers."""

        async def scenario():
            worker = TelegramWorker(
                api=self.api,
                chat=CHAT,
                answers=self.answers,
                numbers=Numbers(self.path),
                clock=LoopClock(START_MS),
                tell=lambda *what: self.told.append(what),
                code=PanicCode(lambda: "0042"),
            )
            task = asyncio.create_task(worker.run(no_beat))
            for at_s, text in later or ():
                await asyncio.sleep(at_s - asyncio.get_running_loop().time())
                self.api.write(text, at_s=NOW_S + int(at_s))
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.wait([task])

        in_virtual_time(scenario)
        return [text for _, text in self.api.said]


@pytest.fixture
def bot(tmp_path):
    return Bot(tmp_path / "telegram-1.txt")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/status", "paper trading"),
        ("/status@my_bot", "paper trading"),
        ("/POSITIONS", "positions: none"),
        ("/why reliance", "why RELIANCE"),
        ("/why", "which symbol? for example /why RELIANCE 10:15"),
        ("/why INFY noon", "'noon' is no time of day: write HH:MM, for example 10:15"),
        ("/pause", "pause done"),
        ("/resume", "resume done"),
        ("hello", HELP),
        ("", HELP),
    ],
)
def test_a_question_is_answered(bot, text, answer):
    bot.api.write(text)

    assert bot.run() == [answer]
    assert bot.api.is_closed


def test_why_takes_a_time_of_the_day(bot):
    bot.api.write("/why INFY 9:20")

    bot.run()

    assert bot.answers.asked == [("INFY", 1_795_060_200_000)]


def test_panic_needs_its_code(bot):
    assert bot.run(later=[(1.0, "/panic"), (2.0, "/panic 0042")])[1] == "panic done"
    assert bot.answers.wishes == [OperatorWish.PANIC]


@pytest.mark.parametrize(
    "steps",
    [
        [(1.0, "/panic 0042")],
        [(1.0, "/panic"), (2.0, "/panic 0043")],
        [(1.0, "/panic"), (2.0, "/panic 0043"), (3.0, "/panic 0042")],
        [(1.0, "/panic"), (62.0, "/panic 0042")],
    ],
    ids=["not asked", "wrong", "void after a wrong one", "too late"],
)
def test_a_code_is_good_once_and_for_a_minute(bot, steps):
    answers = bot.run(later=steps)

    assert bot.answers.wishes == []
    assert answers[-1].startswith("nothing was done")


def test_a_code_that_was_used_is_void(bot):
    bot.run(later=[(1.0, "/panic"), (2.0, "/panic 0042"), (3.0, "/panic 0042")])

    assert bot.answers.wishes == [OperatorWish.PANIC]


@pytest.mark.parametrize(
    "other",
    [{"chat": 7}, {"is_private": False}, {"sender": 7}],
    ids=["another chat", "a group", "somebody else in it"],
)
def test_nobody_else_is_answered_and_a_person_is_told_once(bot, other):
    """Fault 117."""
    for _ in range(3):
        bot.api.write("/panic", **other)

    assert bot.run() == []
    assert bot.answers.wishes == []
    assert [(level, kind) for level, kind, _ in bot.told] == [("warning", AlertKind.STRANGER)]


def test_a_crowd_of_strangers_is_told_of_a_few_times_only(bot):
    for n in range(100):
        bot.api.write("/status", chat=1_000 + n)

    bot.run()

    assert len(bot.told) == 20


def test_an_order_is_carried_out_once_even_if_telegram_repeats_it(bot):
    bot.api.forgets = False
    bot.api.write("/pause")

    bot.run(60)

    assert bot.answers.wishes == [OperatorWish.PAUSE]


def test_a_restart_does_not_carry_out_an_order_again(bot):
    """V17: its number was on disk before it was carried out."""
    bot.api.forgets = False
    bot.api.write("/pause")
    bot.run()

    bot.run()

    assert bot.answers.wishes == [OperatorWish.PAUSE]


def test_what_was_written_before_the_start_is_too_old(bot):
    bot.api.write("/panic", at_s=NOW_S - 2)

    assert bot.run() == [TOO_OLD]


def test_what_is_older_than_a_minute_is_too_old(bot):
    async def late(after, wait_s, inner=bot.api.written):
        if after is None:
            await asyncio.sleep(62)
        return await inner(after, wait_s)

    bot.api.written = late
    bot.api.write("/pause", at_s=NOW_S + 1)

    assert bot.run(70) == [TOO_OLD]
    assert bot.answers.wishes == []


def test_nothing_is_done_that_cannot_be_noted(bot, tmp_path):
    bot.path = tmp_path / "no folder" / "telegram-1.txt"
    bot.api.write("/pause")

    (answer,) = bot.run()

    assert answer.startswith("nothing was done: it cannot be noted")
    assert bot.answers.wishes == []


def test_a_file_that_cannot_be_read_is_no_reason_to_do_old_things(bot):
    bot.path.write_text("nonsense")
    bot.api.write("/pause", at_s=NOW_S - 5)

    assert bot.run() == [TOO_OLD]


def test_the_note_is_private(bot):
    bot.api.write("/status")
    bot.run()

    assert bot.path.stat().st_mode & 0o777 == 0o600
    assert bot.path.read_text() == "100\n"


def test_failures_are_tried_again_with_growing_pauses_and_as_telegram_asks(bot):
    bot.api.failures = [
        TelegramError("502"),
        TelegramError("502"),
        TelegramError("429", retry_after_s=30),
        TelegramError("401", is_final=True),
    ]
    bot.api.write("/status", at_s=NOW_S + 155)

    assert bot.run(160) == ["paper trading"]
    assert bot.api.asked_at_s[:5] == [0, 2, 6, 36, 156]
    assert bot.told == []


@pytest.mark.parametrize("failures", [[TelegramError("409")] * 6, [TelegramError("401", is_final=True)] * 2])
def test_a_person_is_told_once_that_orders_are_not_heard(bot, failures):
    """V16."""
    bot.api.failures = list(failures)

    bot.run(400)

    (told,) = bot.told
    assert is_in_table("telegram_deaf", told[0], told[2])
