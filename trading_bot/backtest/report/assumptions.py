"""What a backtest takes for granted, in words: what always holds, and what the settings say of the market."""

from collections.abc import Mapping
from decimal import Decimal

from trading_bot.backtest.settings import BacktestSettings
from trading_bot.simulator.venue.settings import VenueSettings

_CANDLE = "candle"
_INSIDE = "Path inside the candle"
_BY_FIDELITY = {
    _CANDLE: {
        "Fidelity": "Candles. Strategies see each candle when it is over; nothing is known of it before.",
        _INSIDE: (
            "While something is held or ordered the price goes from the open to the extreme that hurts, then "
            "to the other extreme, then to the close: a stop and a target inside one candle end at the stop. "
            "Levels on the way are met at their own price; from one candle to the next the price may jump "
            "over them. An entry whose limit the open has left behind sees the price run away first."
        ),
    },
    "tick": {
        "Fidelity": (
            "Ticks: every day is a whole day of the daemon in virtual time, with feed, broker and delays."
        ),
        _INSIDE: (
            "Where the data holds ticks they are played as they are. Where it holds candles, the ticks "
            "inside each are made up from its open, high, low and close and the seed."
        ),
    },
}
_ALWAYS = {
    "Charges": "Each day's contract note by dated rates, shared among its trades to the paisa.",
    "Market impact": "None: orders take what is offered, and the prices that follow are those of the data.",
    "Account": "One account for all symbols; cash earns nothing, and taxes on income are left out.",
    "Drawdown": (
        "Equity is known at fills and at the end of each day: what a trade was down in between is not in it."
    ),
    "Buying and holding": (
        "The same cash in equal parts at each symbol's first close, never changed, without charges and "
        "dividends. Prices are taken as the data has them: a split that is not adjusted for shows as a loss."
    ),
    "Which symbols": (
        "Only those that the data holds. If they were chosen because they are known today, both curves are "
        "flattered: shares that failed are missing."
    ),
    "A year": "252 trading days, and no risk-free rate.",
}
_UNKNOWN = {
    "Delay, spread, slippage": "As the settings had them; this result does not carry their values.",
}


def assumptions_of(fidelity: str, said: Mapping[str, str]) -> dict[str, str]:
    """Everything that was assumed, by subject; `said` is what the settings say of the market."""
    return {**_BY_FIDELITY.get(fidelity, {"Fidelity": fidelity}), **(said or _UNKNOWN), **_ALWAYS}


def market_assumptions(fidelity: str, venue: VenueSettings, backtest: BacktestSettings) -> dict[str, str]:
    """What these settings assume of the market, for `BacktestResult.assumptions`."""
    delays = (venue.api_delay_ms, venue.risk_delay_ms, venue.exchange_delay_ms)
    api, risk, exchange = delays
    market = {
        "Delay": (
            f"{sum(delays)} ms from an order's arrival to the exchange (interface {api}, risk check {risk}, "
            f"exchange {exchange}), each drawn from \u00b1{_percent(venue.delay_jitter)} around it."
        ),
        "Slippage": f"{venue.slippage_bps} basis points worse than the quotes, on fills that take them.",
        "Margin": (
            f"{_percent(venue.equity_intraday_margin)} of shares, {_percent(venue.future_margin)} of futures."
        ),
    }
    if fidelity != _CANDLE:
        return market
    return market | {
        "Spread": f"{backtest.spread_bps} basis points, and at least one tick on both sides of the price.",
        "Liquidity": (
            f"{_percent(backtest.participation)} of a candle's volume in all can be bought in it, and as "
            "much sold, in whole lots, however many orders and prices; a larger order fills in parts, candle "
            "after candle. Any quantity where the data has no volume, and for what is still held as a day's "
            "candles end."
        ),
    }


def _percent(part: Decimal) -> str:
    return f"{(part * 100).normalize():f}%"
