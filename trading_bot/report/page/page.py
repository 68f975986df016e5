"""The page of a run: one self-contained HTML document without scripts or anything from elsewhere."""

from collections.abc import Mapping, Sequence

from trading_bot.domain.market_data import Candle
from trading_bot.report.day.result import DayResult, TradeResult
from trading_bot.report.page.markup import Html, element, joined
from trading_bot.report.page.page_gates import gates_html
from trading_bot.report.page.page_head import figures_html, head_html, title_of, verdict_html
from trading_bot.report.page.page_orders import notices_html, orders_html, signals_html
from trading_bot.report.page.page_parts import document, section, svg_image
from trading_bot.report.page.page_trades import charges_html, reasons_html, trades_html, unfilled_html
from trading_bot.report.page.plots import candles_svg, equity_svg
from trading_bot.report.wording import signed_money

_MOST_CHARTS = 24
_LEGEND = (
    "Triangles are fills (up: bought, down: sold), the amber line is the stop, "
    "the dashed green line the target."
)


def page_html(result: DayResult, candles: Mapping[str, Sequence[Candle]]) -> str:
    """Return the document; `candles` are the day's minute candles by instrument key."""
    body = joined(
        head_html(result),
        verdict_html(result),
        figures_html(result),
        section("Result over the day", _equity(result)),
        section("Trades", trades_html(result), unfilled_html(result)),
        element(
            "div",
            section("Charges", charges_html(result)),
            section("By exit reason", reasons_html(result)) if result.trades else None,
            class_="pair",
        ),
        section("Charts", *_charts(result, candles)) if result.trades else None,
        section("Signals and denials", signals_html(result)),
        section("Gates", gates_html(result.facts.gates)),
        section("Orders", orders_html(result)),
        section("Halts and incidents", notices_html(result)),
        _footer(result),
    )
    return document(title_of(result), body)


def _equity(result: DayResult) -> Html:
    description = f"Net and gross result over the day, ending at {signed_money(result.net)} rupees net"
    return element(
        "figure",
        svg_image(equity_svg(result.curve), description, narrow=equity_svg(result.curve, is_narrow=True)),
        element(
            "figcaption",
            "Valued at every fill and every minute's close; each trade's charges are taken in proportion "
            "to the value that it has traded so far.",
        ),
    )


def _charts(result: DayResult, candles: Mapping[str, Sequence[Candle]]) -> list[Html]:
    by_key: dict[str, list[TradeResult]] = {}
    for trade in result.trades:
        by_key.setdefault(trade.instrument.key, []).append(trade)
    keys = sorted(by_key, key=lambda key: -sum(abs(trade.net) for trade in by_key[key]))
    charts = [_chart(by_key[key], candles.get(key, ())) for key in keys[:_MOST_CHARTS]]
    if len(keys) > _MOST_CHARTS:
        text = f"Shown are the {_MOST_CHARTS} symbols with the largest results of {len(keys)}."
        charts.append(element("p", text, class_="muted"))
    return [element("p", _LEGEND, class_="muted legend"), *charts]


def _chart(trades: Sequence[TradeResult], candles: Sequence[Candle]) -> Html:
    symbol = trades[0].instrument.symbol
    description = f"Minute candles of {symbol} with its trades"
    note = None if candles else element("figcaption", "There are no candles of this symbol.")
    return element(
        "figure",
        element("h3", symbol),
        element("div", svg_image(candles_svg(candles, trades), description), class_="plot"),
        note,
    )


def _footer(result: DayResult) -> Html:
    record = result.record
    return element(
        "footer",
        f"Run {result.facts.run_id}, program {record.program_version or 'unknown'}, "
        f"settings {record.settings_hash or 'unknown'}. "
        "All times are Indian Standard Time, all amounts rupees.",
    )
