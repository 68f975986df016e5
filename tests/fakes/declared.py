"""The policy of the next open with the crossing averages, through the engine."""

from decimal import Decimal

from trading_bot.backtest.next_open import NextOpenRun
from trading_bot.backtest.sweeps.policy import CASH, FEE, declared_risk
from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.market_data import Candle
from trading_bot.engine.core import Core
from trading_bot.engine.inputs import BarsClosed
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.strategies.ema_cross import EmaCross
from trading_bot.strategies.ema_cross_settings import EmaCrossSettings

DECLARED = declared_risk()


def share(name):
    return Instrument(
        key=f"NSE_EQ|{name}",
        symbol=name,
        name=name,
        segment=Segment.NSE_EQ,
        kind=InstrumentKind.EQUITY,
        tick_size=5,
    )


def declared_core(risk=DECLARED, settings=None) -> Core:
    """A core with the crossing averages and the declared rules."""
    return Core(
        State(
            settings=EngineSettings(),
            risk=risk,
            strategies=(EmaCross(settings or EmaCrossSettings()),),
            charges_so_far=lambda _book: Decimal(0),
        )
    )


def bars_of(series):
    """Columns of candles, (start_ms, open, high, low, close) in paise by symbol, as the engine's inputs."""
    together = {}
    for name, rows in series.items():
        key = share(name).key
        for row in rows:
            together.setdefault(row[0], []).append((key, row))
    for at_ms in sorted(together):
        bars = tuple((key, Candle(*row, None)) for key, row in together[at_ms])
        yield BarsClosed(at_ms=at_ms + 60_000, timeframe_s=60, bars=bars)


def declared_run(series, *, settings=None, risk=DECLARED) -> NextOpenRun:
    """Play the candles and return the end."""
    core = declared_core(risk, settings)
    run = NextOpenRun(core=core, instruments=tuple(map(share, series)), cash=CASH, fee=FEE)
    run.play(bars_of(series))
    return run
