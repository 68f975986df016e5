"""A made-up, seeded day that moves by itself, in the form in which the dashboard sees the daemon."""

import asyncio
import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from scripts.made_rows import (
    HOSTILE,
    ON,
    OPEN_MS,
    closed_trade,
    evaluation,
    order_pair,
    rejected_order,
)
from trading_bot.bootstrap.web.charting import MOST_CANDLES, indicator_lines
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.snapshot import (
    DayView,
    Notice,
    OrderView,
    RateBudget,
    ResourceUse,
    RunHeader,
    Snapshot,
    SymbolView,
    WorkerView,
)
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.web.figures import Figures
from trading_bot.web.views import (
    Chart,
    EquityPoint,
    LifeStep,
    Mark,
    RunView,
    SignalQuery,
    SignalView,
    StrategyView,
    TradeView,
)

NAMES = (
    "RELIANCE",
    "HDFCBANK",
    "INFY",
    "TCS",
    "ICICIBANK",
    "SBIN",
    "MARUTI",
    "ITC",
    "AXISBANK",
    "LT",
)
TIMEFRAME_S = 900
STEP_S = 0.2
SESSION_MS_A_STEP = 2_000


class MadeDay:
    """A day that goes on by itself; everything in it follows from the seed and the number of steps."""

    def __init__(self, seed: int, count: int) -> None:
        self.random = Random(seed)  # noqa: S311  # prices to look at
        self.now_ms = OPEN_MS + 2 * 3_600_000
        self.halts: list[str] = []
        self.stopped: set[str] = set()
        names = [*NAMES, *(f"SHARE{number:04d}" for number in range(len(NAMES), count))][:count]
        self.prices = {name: self.random.randrange(40_000, 400_000, 5) for name in names}
        self.closes = {
            name: price + self.random.randrange(-2_000, 2_000, 5) for name, price in self.prices.items()
        }
        self.bars = {name: self._history(price) for name, price in self.prices.items()}
        self.positions = {name: self.random.choice((-30, 25, 40)) for name in names[:3]}
        self.entries = {name: self.prices[name] for name in self.positions}
        self.made_orders = [
            order
            for number, name in enumerate(self.positions)
            for order in order_pair(self.now_ms, number * 2, name, self.positions[name], self.entries[name])
        ]
        self.made_orders.append(rejected_order(self.now_ms, names[-1], self.prices[names[-1]]))
        self.closed = [
            closed_trade(self.random, number, name, self.prices[name])
            for number, name in ((number, names[number % len(names)]) for number in range(1, 9))
        ]
        self.made_signals: deque[SignalView] = deque(maxlen=2_000)
        self.points: list[EquityPoint] = []
        self.notices = [
            Notice(at_ms=self.now_ms - 900_000, level="info", text="feed connected"),
            Notice(at_ms=self.now_ms - 60_000, level="warning", text=f"order not taken: {HOSTILE}"),
        ]
        for number in range(120):
            self._note_signal(self.now_ms - (120 - number) * 60_000)
            self._note_equity(self.now_ms - (120 - number) * 60_000)

    async def run(self) -> None:
        """Let time pass."""
        steps = 0
        while True:
            await asyncio.sleep(STEP_S)
            self.now_ms += SESSION_MS_A_STEP
            steps += 1
            self._move()
            if steps % 15 == 0:
                self._note_equity(self.now_ms)
            if steps % 50 == 0:
                self._note_signal(self.now_ms)

    @property
    def is_trading(self) -> bool:
        """Whether a session is under way."""
        return True

    def head(self) -> Snapshot:
        """Whatever is not a row."""
        gross = self._gross()
        return Snapshot(
            run=RunHeader(
                mode="replay",
                session_on=ON,
                now_ms=self.now_ms,
                phase="open",
                data="made up for looking at",
                speed=10.0,
                state="halted" if self.halts else "trading",
            ),
            day=DayView(
                gross=gross,
                charges=Decimal("412.37"),
                net=gross - Decimal("412.37"),
                trades=len(self.closed),
                winning_trades=sum(one.gross > 0 for one in self.closed),
                signals=31,
                open_risk=Decimal("1850.00"),
                loss_limit=Decimal("3000.00"),
                longest_unprotected_s=1.4,
            ),
            budgets=(
                RateBudget(window_s=1, used=self.random.randrange(4), limit=8),
                RateBudget(window_s=60, used=37, limit=250),
                RateBudget(window_s=1_800, used=310, limit=1_200),
            ),
            workers=tuple(
                WorkerView(name=name, state=state, restarts=int(state != "running"), heartbeat_age_s=0.3)
                for name, state in (
                    ("feed", "running"),
                    ("signals", "running"),
                    ("orders", "running"),
                    ("order polling", "running"),
                    ("positions", "running"),
                    ("clock", "running"),
                    ("warm-up", "done"),
                    ("quotes", "waiting to restart"),
                )
            ),
            is_confirmed_flat=False,
            halts=(*self.halts, *(f"strategy {name}: stopped_by_operator" for name in sorted(self.stopped))),
            notices=tuple(self.notices),
            feed_age_s=round(self.random.random(), 2),
            loop_lag_ms=round(self.random.random() * 3, 2),
            resources=ResourceUse(tasks=24, threads=9, descriptors=41, resident_mb=212.5),
        )

    def symbol_count(self) -> int:
        """How many there are."""
        return len(self.prices)

    def symbols(self, first: int, beyond: int) -> Sequence[SymbolView]:
        """Some rows."""
        return tuple(self._symbol(name) for name in tuple(self.prices)[first:beyond])

    def held(self) -> Sequence[SymbolView]:
        """What is held."""
        return tuple(map(self._symbol, self.positions))

    def orders(self) -> Sequence[OrderView]:
        """The day's orders."""
        return tuple(self.made_orders)

    def strategies(self) -> Sequence[StrategyView]:
        """Two of them."""
        return tuple(
            StrategyView(
                name=name,
                timeframe_s=timeframe_s,
                state="stopped" if name in self.stopped else "running",
                reason="stopped_by_operator" if name in self.stopped else "",
                signals=signals,
                trades=trades,
                open=held,
                gross=Decimal(gross),
                winning_trades=trades // 2,
                evaluations_seen=900,
            )
            for name, timeframe_s, signals, trades, held, gross in (
                ("confluence", 900, 24, 6, 2, "812.40"),
                ("ema_cross", 300, 7, 2, 1, "-146.10"),
            )
        )

    def trades(self) -> Sequence[TradeView]:
        """Closed ones."""
        return tuple(self.closed)

    def signals(self, query: SignalQuery) -> Sequence[SignalView]:
        """Evaluations, newest first."""
        wanted = (
            one
            for one in reversed(self.made_signals)
            if (query.before is None or one.number < query.before)
            and query.symbol in (None, one.symbol)
            and query.strategy in (None, one.strategy)
            and (one.direction is not None or not query.raised)
        )
        return tuple(one for one, _ in zip(wanted, range(query.limit), strict=False))

    def equity(self) -> Sequence[EquityPoint]:
        """The day's line."""
        return tuple(self.points)

    def figures(self) -> Figures:
        """A few counts."""
        return Figures(ticks=123_456, candles=3_975, fills=12, signals=Counter(confluence=24, ema_cross=7))

    async def runs(self) -> Sequence[RunView]:
        """Earlier runs."""
        return tuple(
            RunView(
                run_id=f"paper-202611{day:02d}-153512",
                mode="paper",
                started_at=f"2026-11-{day:02d}T09:00:00+05:30",
                ended_at=f"2026-11-{day:02d}T15:35:12+05:30",
                trades=day % 7 + 2,
                gross_pnl=f"{(day * 37) % 900 - 300}.50",
                charges="210.15",
                net_pnl=f"{(day * 37) % 900 - 510}.35",
                max_drawdown="640.00",
            )
            for day in (18, 17, 16, 13, 12)
        )

    async def order_life(self, tag: str) -> Sequence[LifeStep]:
        """The steps of one order."""
        del tag
        start_ms = self.now_ms - 1_800_000
        told = (
            "intended: limit 30 at 1428.80",
            "sent",
            "acknowledged as 261119000000011",
            "filled 30 at 1428.20",
        )
        return tuple(LifeStep(time_ms=start_ms + number * 700, text=text) for number, text in enumerate(told))

    async def chart(self, symbol: str, timeframe_s: int | None) -> Chart | None:
        """Candles of one symbol."""
        if symbol not in self.bars:
            return None
        bars = tuple(self.bars[symbol])
        marks: tuple[Mark, ...] = ()
        stop = target = None
        if symbol in self.positions:
            view = self._symbol(symbol)
            side, entry = ("buy" if self.positions[symbol] > 0 else "sell"), self.entries[symbol]
            marks = (
                Mark(
                    time_ms=bars[-9].start_ms, kind="entry", side="buy", price=bars[-9].close, text="entry 20"
                ),
                Mark(
                    time_ms=bars[-6].start_ms,
                    kind="exit",
                    side="sell",
                    price=bars[-6].close,
                    text="target 20",
                ),
                Mark(
                    time_ms=bars[-3].start_ms, kind="entry", side=side, price=entry, text=f"entry {HOSTILE}"
                ),
                Mark(
                    time_ms=bars[-2].start_ms, kind="stop", side=side, price=view.stop or 0, text="stop moved"
                ),
            )
            stop, target = view.stop, view.target
        return Chart(
            symbol=symbol,
            timeframe_s=timeframe_s or TIMEFRAME_S,
            candles=bars[-MOST_CANDLES:],
            indicators=indicator_lines(bars, ConfluenceSettings()),
            marks=marks,
            stop=stop,
            target=target,
        )

    async def ask(self, wish: OperatorWish, asked_by: str, subject: str = "") -> None:
        """Do as the engine would show it."""
        if wish is OperatorWish.RESUME:
            self.halts.clear()
        elif wish is OperatorWish.STOP_STRATEGY:
            self.stopped.add(subject)
        elif wish is OperatorWish.START_STRATEGY:
            self.stopped.discard(subject)
        else:
            text = "panic is latched until resume" if wish is OperatorWish.PANIC else "entries: paused"
            self.halts = [*self.halts, *([] if text in self.halts else [text])]
        if wish in (OperatorWish.PANIC, OperatorWish.FLATTEN):
            self.positions.clear()
        self.notices.append(Notice(at_ms=self.now_ms, level="warning", text=f"{wish} asked by {asked_by}"))

    def tell(self, text: str) -> None:
        """Pin it."""
        self.notices.append(Notice(at_ms=self.now_ms, level="warning", text=text))

    def _history(self, price: int) -> deque[Candle]:
        bars: deque[Candle] = deque(maxlen=600)
        first_ms = OPEN_MS + 8 * TIMEFRAME_S * 1_000
        for number in range(420):
            move = self.random.randrange(-60, 61) * 5
            start = price - move
            low, high = min(start, price) - 150, max(start, price) + 150
            at_ms = first_ms - number * TIMEFRAME_S * 1_000
            bars.appendleft(Candle(at_ms, start, high, low, price, 5_000 + number * 3))
            price = max(5_000, start)
        return bars

    def _move(self) -> None:
        for name, price in self.prices.items():
            moved = max(5_000, price + self.random.randrange(-8, 9) * 5)
            self.prices[name] = moved
            bars = self.bars[name]
            last = bars[-1]
            if self.now_ms - last.start_ms >= TIMEFRAME_S * 1_000:
                bars.append(Candle(last.start_ms + TIMEFRAME_S * 1_000, moved, moved, moved, moved, 10))
            else:
                bars[-1] = last._replace(
                    high=max(last.high, moved),
                    low=min(last.low, moved),
                    close=moved,
                    volume=(last.volume or 0) + 25,
                )

    def _symbol(self, name: str) -> SymbolView:
        price, quantity = self.prices[name], self.positions.get(name, 0)
        score = round(math.sin(self.now_ms / 300_000 + len(name)), 2)
        view = SymbolView(
            symbol=name,
            last_price=price,
            previous_close=self.closes[name],
            last_price_age_s=0.4,
            candle_start_ms=self.bars[name][-1].start_ms,
            candle_close=self.bars[name][-1].close,
            score=score,
            trend=Direction.LONG if score > 0 else Direction.SHORT,
            halt="" if name != "ITC" else "warming up",
        )
        if not quantity:
            return view
        entry, sign = self.entries[name], 1 if quantity > 0 else -1
        return replace(
            view,
            quantity=quantity,
            entry_price=Decimal(entry).scaleb(-2),
            stop=entry - sign * 1_200,
            target=entry + sign * 2_400,
            unrealised=Decimal((price - entry) * quantity).scaleb(-2),
            unprotected_s=2.5 if name == "INFY" else 0.0,
        )

    def _note_signal(self, at_ms: int) -> None:
        number = self.made_signals[-1].number + 1 if self.made_signals else 1
        symbol = self.random.choice(tuple(self.prices))
        self.made_signals.append(evaluation(self.random, number, at_ms, symbol))

    def _gross(self) -> Decimal:
        held = (
            (self.prices[name] - self.entries[name]) * quantity for name, quantity in self.positions.items()
        )
        return sum((one.gross for one in self.closed), Decimal(0)) + Decimal(sum(held)).scaleb(-2)

    def _note_equity(self, at_ms: int) -> None:
        gross = self._gross() + Decimal(self.random.randrange(-4_000, 4_000)).scaleb(-2)
        self.points.append(EquityPoint(time_ms=at_ms, gross=gross, net=gross - Decimal("412.37")))
