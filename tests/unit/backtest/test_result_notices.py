from dataclasses import replace
from decimal import Decimal

from tests.fakes.engine_driver import DAY, SHARE
from tests.fakes.scripted_day import CLOSE_MS, flat_fee, rows_of, whole_day
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.backtest.result import Collector


def noticing_fee(on, trades):
    """Assumes a rate, as it would for a day long ago."""
    return replace(flat_fee(on, trades), notices=(f"gst: that rate is assumed for {on}",))


def test_assumed_rates_are_counted_by_day_and_not_listed_by_day():
    outcome = DayOutcome(
        on=DAY,
        rows=tuple(rows_of(whole_day())),
        instruments=(SHARE,),
        bars=360,
        last_prices={},
        ledger_net_pnl=Decimal(0),
        ended_at_ms=CLOSE_MS,
        alerts=(),
    )
    collector = Collector(Decimal(100_000), noticing_fee)
    collector.add(outcome)
    collector.add(outcome)

    result = collector.result(data="scripted", fidelity="candle", symbols=("RELIANCE",))

    assert result.notices == {"gst: that rate is assumed": 2}
