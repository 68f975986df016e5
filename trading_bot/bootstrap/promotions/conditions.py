"""What a result was tested under, and where that was easier than trading: such a result is not promoted.

The rules read the plain values of a record, so that they hold for a backtest that has just ended, for a
report, and for a promotion that was written before there were these rules. What is not on record is an
objection as well: unknown is not "no".
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from trading_bot.backtest.settings import BacktestSettings
from trading_bot.risk.settings import StopStyle
from trading_bot.settings.options import CheckOptions, Fidelity
from trading_bot.settings.run import RunSettings
from trading_bot.simulator.venue.settings import VenueSettings

REAL_PRICES, COSTS, RULES, THOROUGHNESS = "real prices", "costs as live", "rules as live", "thoroughness"

_KEYS = frozenset(
    {"fidelity", "stress", "defects", "slippage_bps", "spread_bps", "participation", "venue"}
    | {"cuts", "check_days"}
)
_CHEAPER_BELOW = (
    *("api_delay_ms", "risk_delay_ms", "exchange_delay_ms"),
    *("equity_intraday_margin", "future_margin", "option_writing_margin"),
    *("unquoted_spread_ticks", "square_off_fee", "goods_and_services_tax"),
)
"""Settings of the pretend broker below whose defaults trading is easier than it is thought to be."""
_CHEAPER_ABOVE = ("queue_share",)
"""Settings above whose defaults it is."""


class Condition(NamedTuple):
    """One demand on how a test was made."""

    name: str
    objections: tuple[str, ...]
    """Why it is not met; empty when it is."""
    met: str
    """In words, when it is."""


def conditions(run: Mapping[str, Any], risk_changed: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Whether a record's `run`, and the rules of risk that differ from the defaults, allow a promotion.

    Raises ArithmeticError, TypeError or ValueError for values that cannot be read.
    """
    missing = sorted(_KEYS - run.keys())
    if missing:
        why = f"not on record: {', '.join(missing)}; it was written by an older version, test it again"
        return (Condition(REAL_PRICES, (why,), ""),)
    return (
        Condition(REAL_PRICES, (*_prices(run),), "prices as they were recorded, without known defects"),
        Condition(
            COSTS, (*_costs(run),), "slippage, spread, liquidity, delays and margins at least as usual"
        ),
        Condition(RULES, (*_rules(run, risk_changed),), "stops rest at the exchange, flat every evening"),
        Condition(THOROUGHNESS, (*_checks(run),), "checked as closely as a backtest usually is"),
    )


def objections(run: Mapping[str, Any], risk_changed: Mapping[str, Any]) -> tuple[str, ...]:
    """Why what was tested under these conditions is no promotion, if it is none. Raises as `conditions`."""
    return tuple(text for one in conditions(run, risk_changed) for text in one.objections)


def _prices(run: Mapping[str, Any]) -> Iterator[str]:
    if run["stress"] is not None:
        yield f"the scenario {run['stress']} was laid over the prices: test without --stress"
    if run["defects"]:
        first, *more = map(str, run["defects"])
        others = f" and {len(more)} more" if more else ""
        yield f"defects of the data were accepted ({first}{others}): mend them, or take sound days"


def _costs(run: Mapping[str, Any]) -> Iterator[str]:
    usual = VenueSettings().model_dump(mode="json")
    yield from _below("run.slippage_bps", run["slippage_bps"], RunSettings().slippage_bps)
    if run["fidelity"] == Fidelity.CANDLE:
        assumed = BacktestSettings()
        yield from _below("backtest.spread_bps", run["spread_bps"], assumed.spread_bps)
        yield from _above("backtest.participation", run["participation"], assumed.participation)
    for name, value in run["venue"].items():
        if name in _CHEAPER_BELOW:
            yield from _below(f"simulator.{name}", value, usual[name])
        elif name in _CHEAPER_ABOVE:
            yield from _above(f"simulator.{name}", value, usual[name])


def _below(name: str, value: object, least: object) -> Iterator[str]:
    if Decimal(str(value)) < Decimal(str(least)):
        yield f"{name} was {value}, below the usual {least}"


def _above(name: str, value: object, most: object) -> Iterator[str]:
    if Decimal(str(value)) > Decimal(str(most)):
        yield f"{name} was {value}, above the usual {most}"


def _rules(run: Mapping[str, Any], risk_changed: Mapping[str, Any]) -> Iterator[str]:
    if run["fidelity"] not in list(Fidelity):
        yield f"{run['fidelity']} is no fidelity of a backtest"
    if risk_changed.get("exits", {}).get("stops", StopStyle.RESTING) != StopStyle.RESTING:
        yield "stops were compared with closes (risk.exits.stops): live they rest at the exchange"
    if risk_changed.get("windows", {}).get("square_off", True) is not True:
        yield "positions were held for days (risk.windows.square_off): live everything is closed in time"


def _checks(run: Mapping[str, Any]) -> Iterator[str]:
    """Fewer of everything than a plain backtest looks at; 0 stands for all."""
    least = CheckOptions()
    if 0 < int(run["cuts"]) < least.cuts:
        yield f"--cuts was {run['cuts']}, at least {least.cuts} are needed"
    if 0 < int(run["check_days"]) < least.days:
        yield f"--check-days was {run['check_days']}, at least {least.days} are needed"
