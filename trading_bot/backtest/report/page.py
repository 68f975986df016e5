"""The page of a backtest: one self-contained document without scripts or anything from elsewhere."""

from collections import Counter
from decimal import Decimal
from importlib.resources import files

import numpy as np

from trading_bot.backtest.honesty.findings import Findings
from trading_bot.backtest.report.assumptions import assumptions_of
from trading_bot.backtest.report.figures import Figures
from trading_bot.backtest.report.groups import symbol_of
from trading_bot.backtest.report.page_head import figures_html, head_html, headline, title_of, verdict_html
from trading_bot.backtest.report.page_honesty import honesty_html
from trading_bot.backtest.report.page_tables import (
    against_html,
    alerts_html,
    charges_html,
    denials_html,
    drawdowns_html,
    hours_html,
    months_html,
    reasons_html,
    symbols_html,
)
from trading_bot.backtest.report.plots import distribution_svg, equity_figure, symbol_svg
from trading_bot.report.page.markup import Html, element, joined
from trading_bot.report.page.page_parts import document, section, sign_class, svg_image
from trading_bot.report.page.plot_style import svg_of
from trading_bot.report.wording import plural, signed_money
from trading_bot.research.arrays import Ints

_MOST_CHARTS = 24
_FEWEST_DISTRIBUTED = 5
_NO_CLOSES: tuple[Ints, Ints] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
_LEGEND = (
    "Grey: daily closes. Triangles are entries (up: long, down: short), dots are exits: green with a gain, "
    "red without one."
)


def page_html(figures: Figures, run_id: str, findings: Findings | None = None) -> str:
    """Return the document."""
    body = joined(
        head_html(figures),
        verdict_html(figures),
        figures_html(figures),
        None if findings is None else section("Honesty checks", *honesty_html(findings)),
        section("Equity against buying and holding", _equity(figures), against_html(figures)),
        _pair(
            section("Drawdowns", drawdowns_html(figures)),
            section("Results of trades", _distribution(figures)),
        ),
        section("Month by month, in percent", months_html(figures)),
        _pair(
            section("By hour of entry", hours_html(figures)),
            section("By exit reason", reasons_html(figures)),
        ),
        section("By symbol", symbols_html(figures)),
        section("Charges", charges_html(figures)),
        section("Symbols with their trades", *_charts(figures)) if figures.result.trades else None,
        _pair(section("Denied signals", denials_html(figures)), section("Alerts", alerts_html(figures))),
        section("What was assumed", _assumed(figures)),
        element(
            "footer",
            f"Run {run_id}. All times are Indian Standard Time, all amounts rupees after charges, if not "
            "said otherwise.",
        ),
    )
    style = files("trading_bot.backtest.report").joinpath("backtest.css").read_text("utf-8")
    return document(title_of(figures), body, more_style=style)


def _pair(*sections: Html) -> Html:
    return element("div", *sections, class_="pair")


def _equity(figures: Figures) -> Html:
    wide, narrow = (svg_of(equity_figure(figures, is_narrow=is_narrow)) for is_narrow in (False, True))
    return element(
        "figure",
        svg_image(wide, headline(figures), narrow=narrow),
        element(
            "figcaption",
            "Equity after charges at every fill and at the end of each day; holding is the same cash in "
            "equal parts at each symbol's first close.",
        ),
    )


def _distribution(figures: Figures) -> Html:
    net = figures.result.closed_trades().net
    if net.size < _FEWEST_DISTRIBUTED:
        listed = ", ".join(_rupees(amount) for amount in net.tolist())
        return element("p", f"Closed: {listed}." if listed else "No trade was closed.", class_="empty")
    worst, low, middle, high, best = np.quantile(net, [0, 0.05, 0.5, 0.95, 1])
    text = (
        f"Worst {_rupees(worst)}, one in twenty below {_rupees(low)}, median {_rupees(middle)}, "
        f"one in twenty above {_rupees(high)}, best {_rupees(best)}."
    )
    return element(
        "figure",
        svg_image(distribution_svg(net), "Distribution of the net results of closed trades"),
        element("figcaption", text),
    )


def _rupees(amount: float) -> str:
    return signed_money(Decimal(f"{amount:.2f}"))


def _charts(figures: Figures) -> list[Html]:
    symbols = [symbol for symbol, _ in Counter(map(symbol_of, figures.result.trades)).most_common()]
    charts = [_chart(figures, symbol) for symbol in symbols[:_MOST_CHARTS]]
    parts = [element("p", _LEGEND, class_="muted legend"), element("div", *charts, class_="charts")]
    if len(symbols) > _MOST_CHARTS:
        text = f"Shown are the {_MOST_CHARTS} symbols with the most trades of {len(symbols)}."
        parts.append(element("p", text, class_="muted"))
    return parts


def _chart(figures: Figures, symbol: str) -> Html:
    result = figures.result
    trades = [trade for trade in result.trades if symbol_of(trade) == symbol]
    (group,) = (group for group in figures.by_symbol if group.name == symbol)
    closes = result.closes.get(symbol, _NO_CLOSES)
    net = element("span", signed_money(group.net), class_=sign_class(group.net))
    return element(
        "figure",
        element("h3", symbol, element("small", f"{plural(group.trades, 'trade')}, ", net)),
        svg_image(symbol_svg(closes, trades), f"Daily closes of {symbol} with its trades"),
    )


def _assumed(figures: Figures) -> Html:
    result = figures.result
    assumed = assumptions_of(result.fidelity, result.assumptions)
    pairs = (part for name, text in assumed.items() for part in (element("dt", name), element("dd", text)))
    return element("dl", *pairs, class_="assumed")
