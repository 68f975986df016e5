"""A session that the real daemon replays against the simulator, with the page open at two sizes.

The simulator is held at the moments that matter, so that what stands on the page can be compared with what
the daemon says over its local socket, with its journal, and with the broker's own record of that moment.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.acceptance.programs import Daemon, latest_summary, until
from tests.fakes.held_simulator import (
    HeldSimulator,
    Holds,
    after,
    is_bare,
    is_closed_again,
    is_covered,
)
from tests.fakes.short_session import BUSY_ENVIRONMENT, DIWALI
from tests.page.conftest import DESKTOP, PHONE, STICKS_OUT, Opened, logged_in
from tests.page.growth import Size, measured, size_of
from tests.page.seen import seen_on, told_by, traces_on
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.traces.records import evaluations_of
from trading_bot.bootstrap.earlier import earlier_book
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.domain.trace import KeptEvaluation
from trading_bot.engine.book import Book
from trading_bot.simulator.server.faults.faults import FaultKind, FaultRule

OPERATOR = "o" * 43
LONG = "PAGE_SESSION"
"""Set it to `long` for a daemon that hangs: `make page-session`."""
SHOTS = "PAGE_SHOTS"
"""Folder for a picture of every stage."""
SEED = 2
_SYMBOLS = ("RELIANCE", "INFY")
_UPDATES_PER_MINUTE = 12
_WITH_PAGE = {
    "TRADING_BOT__WEB__ENABLED": "yes",
    "TRADING_BOT__WEB__PORT": "0",
    "TRADING_BOT__WEB__OPERATOR_TOKEN": OPERATOR,
}
_PATIENCE_S = 60.0
_SIZES = {"desk": DESKTOP, "phone": PHONE}
_ENDS_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One stage at one size."""

    seen: dict[str, Any]
    told: dict[str, Any]
    """What has to be seen, as the daemon's status at the same moment has it."""
    alive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What others than the page know at one stage."""

    status: dict[str, Any]
    book: Book
    """As the journal on disk adds up."""
    broker_net: Decimal
    """Of the broker's own ledger, charges and open positions included."""
    broker_stops: dict[str, int]
    """Trigger prices of the orders that rest at the broker, by symbol."""


@dataclass(slots=True)
class Played:
    """A day that was looked at."""

    looks: dict[str, dict[str, Look]] = field(default_factory=dict)
    """By stage and size."""
    truths: dict[str, Truth] = field(default_factory=dict)
    traces: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[tuple[str, int], KeptEvaluation] = field(default_factory=dict)
    """Evaluations in the database, by symbol and start of the candle."""
    sizes: list[Size] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    sticking_out: dict[str, list[str]] = field(default_factory=dict)
    """What reaches beyond its panel or the window, by stage and size."""
    summary: dict[str, Any] = field(default_factory=dict)
    exit_code: int | None = None
    last_words: dict[str, str] = field(default_factory=dict)
    """What the page says once the daemon has ended."""


class Stage:
    """The day under way: simulator, daemon and two open pages."""

    def __init__(self, simulator: HeldSimulator, daemon: Daemon, pages: dict[str, Opened]) -> None:
        self.simulator = simulator
        self.daemon = daemon
        self.pages = pages
        (self.database,) = (daemon.folder / "data").glob("*.db")
        self.played = Played()
        self._cdp = measured(pages["desk"].page)

    def go(self, stage: str, holds: Holds) -> None:
        """Let the session go on to a moment, and look at it from all sides."""
        self.simulator.run_until(holds)
        self.look(stage)

    def look(self, stage: str) -> None:
        """Compare as soon as the daemon is at rest; what differs to the end of patience is kept as it is."""
        status, looks = until_equal(self._looks)
        self.played.looks[stage] = looks
        self.played.truths[stage] = self._truth(status)
        for size, opened in self.pages.items():
            self.played.sticking_out[f"{stage}, {size}"] = opened.page.evaluate(STICKS_OUT)
        self._shoot(stage)

    def measure(self) -> None:
        """Note how big the page is."""
        self.played.sizes.append(size_of(self.pages["desk"].page.context.browser, self._cdp))

    def take_traces(self) -> None:
        """Take the evaluations that the page shows."""
        self.played.traces = traces_on(self.pages["desk"].page)

    def take_kept_evaluations(self) -> None:
        """Take the day's from the database: once the daemon has ended, for they are written in batches."""
        first_ms = midnight_ms(self.simulator.on)
        with JournalReader(self.database) as reader:
            for one in self.simulator.broker.instruments:
                for kept in evaluations_of(reader, one.key, first_ms, first_ms + MS_PER_DAY - 1):
                    self.played.kept[one.symbol, kept.candle_start_ms] = kept

    def _looks(self) -> tuple[bool, tuple[dict[str, Any], dict[str, Look]]]:
        status = self.daemon.status(self.database) or {}
        told = told_by(status)
        looks = {
            size: Look(
                seen=seen_on(opened.page),
                told=told,
                alive=opened.text("#alive-word"),
            )
            for size, opened in self.pages.items()
        }
        again = self.daemon.status(self.database) or {}
        is_at_rest = told_by(again) == told and self._has_followed(status)
        return is_at_rest and all(look.seen == told for look in looks.values()), (status, looks)

    def _has_followed(self, status: dict[str, Any]) -> bool:
        """Whether the daemon's time is the simulator's."""
        now_ms = datetime.fromisoformat(status["run"]["now"]).timestamp() * 1_000
        return now_ms >= self.simulator.broker.now_ms - 1_000

    def _truth(self, status: dict[str, Any]) -> Truth:
        broker = self.simulator.broker
        resting = (row for row in broker.order_rows() if row.status == "trigger pending")
        return Truth(
            status=status,
            book=earlier_book(self.database),
            broker_net=Decimal(str(broker.ledger()["net_pnl"])),
            broker_stops={row.trading_symbol: row.trigger_price for row in resting},
        )

    def _shoot(self, stage: str) -> None:
        folder = os.environ.get(SHOTS)
        if folder is None:
            return
        for size, opened in self.pages.items():
            path = Path(folder) / f"{len(self.played.looks):02d}-{stage.replace(' ', '-')}-{size}.png"
            opened.page.screenshot(path=path, full_page=True)


def until_equal(looks: Any) -> Any:
    """Look again until it fits; what was found in the end."""
    found: list[Any] = []

    def fits() -> bool:
        is_equal, what = looks()
        found[:] = [what]
        return bool(is_equal)

    with suppress(TimeoutError):  # the claims say what differs
        until(fits, "the page", _PATIENCE_S, every_s=0.05)
    return found[0]


def play(chromium: Any, folder: Path) -> Played:
    """From before the open to the evening's report."""
    with stage_of(chromium, folder) as stage:
        stage.go("before the open", lambda broker: broker.now_ms >= stage.simulator.open_ms - 60_000)
        stage.go("just filled", is_bare)
        stage.simulator.run_until(is_covered)
        stage.go("protected", after(stage.simulator.broker.now_ms, 3))
        stage.measure()
        stage.go("closed", is_closed_again)
        _cut_the_feed(stage)
        _panic(stage)
        stage.go("evening", lambda broker: broker.now_ms >= stage.simulator.end_ms)
        stage.take_traces()
        stage.measure()
        _end(stage)
        return stage.played


@contextmanager
def stage_of(chromium: Any, folder: Path) -> Iterator[Stage]:
    """Simulator, daemon and pages, the session held at its start."""
    with ExitStack() as owned:
        simulator = owned.enter_context(HeldSimulator(_SYMBOLS, SEED, _UPDATES_PER_MINUTE, DIWALI))
        daemon = Daemon(folder, ("--simulator", simulator.address), _WITH_PAGE | BUSY_ENVIRONMENT)
        owned.callback(daemon.kill)
        until(lambda: "dashboard: http" in daemon.words(), "the address of the dashboard", _ENDS_S)
        (address,) = (line for line in daemon.words().splitlines() if line.startswith("dashboard: http"))
        pages = {}
        for name, size in _SIZES.items():
            pages[name] = logged_in(chromium, address.removeprefix("dashboard: "), OPERATOR, size)
            owned.callback(pages[name].page.context.close)
        yield Stage(simulator, daemon, pages)


def _cut_the_feed(stage: Stage) -> None:
    """The feed falls silent for some seconds, and comes back."""
    stage.simulator.break_with(FaultRule(kind=FaultKind.MUTE_FEED))
    stage.go("feed cut", after(stage.simulator.broker.now_ms, 10))
    stage.simulator.break_with()
    if os.environ.get(LONG) == "long":
        _hang(stage)


def _hang(stage: Stage) -> None:
    """The daemon's process stands still: nothing ends, and nothing comes any more."""
    stage.daemon.process.send_signal(signal.SIGSTOP)
    for opened in stage.pages.values():
        opened.wait_for("document.body.dataset.link === 'stale'")
    stage.played.looks["hanging"] = {
        size: Look(seen=seen_on(opened.page), told={}, alive=opened.text("#alive-word"))
        for size, opened in stage.pages.items()
    }
    stage._shoot("hanging")
    stage.daemon.process.send_signal(signal.SIGCONT)
    for opened in stage.pages.values():
        opened.wait_for("document.body.dataset.link === 'live'")


def _panic(stage: Stage) -> None:
    """With something held again: panic on the desk, and release it on the phone."""
    desk, phone = (stage.pages[size].page for size in ("desk", "phone"))
    stage.simulator.run_until(is_covered)
    stage.go("held again", after(stage.simulator.broker.now_ms, 3))
    desk.get_by_role("button", name="PANIC").click()
    desk.locator("#confirm-yes:enabled").click()
    stage.pages["desk"].wait_for_text("#halt-list", "panic is latched")
    stage.go("closing in panic", after(stage.simulator.broker.now_ms, 1))
    stage.simulator.run_until(is_closed_again)
    stage.go("panic is over", after(stage.simulator.broker.now_ms, 20))
    phone.get_by_role("button", name="Resume").click()
    if phone.locator("#confirm-token").is_visible():  # who lets go again may be asked for the token once more
        phone.locator("#confirm-token").fill(OPERATOR)
        phone.locator("#confirm-yes:enabled").click()
    phone.locator("#halts").wait_for(state="hidden")
    stage.go("resumed", after(stage.simulator.broker.now_ms, 2))


def _end(stage: Stage) -> None:
    """The daemon reports and ends; the pages are left behind."""
    for opened in stage.pages.values():
        stage.played.complaints += opened.taken_complaints()
        opened.is_outage_expected = True
    stage.simulator.run_to_the_end()
    stage.played.exit_code = stage.daemon.end(_ENDS_S)
    stage.take_kept_evaluations()
    stage.played.summary = latest_summary(stage.daemon.folder)
    for size, opened in stage.pages.items():
        opened.wait_for("document.body.dataset.link === 'lost'")
        stage.played.last_words[size] = f"{opened.text('#alive-word')}, {opened.text('#banner')}"
        stage.played.complaints += opened.taken_complaints()
