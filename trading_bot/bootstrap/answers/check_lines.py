"""The lines of `check` that need adapters: rules, journal, daemon, and the account at the broker."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.answers.alert_test import alerts_line
from trading_bot.bootstrap.answers.journal_checks import journal_lines
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.bootstrap.promotions.standing import promotion_line
from trading_bot.bootstrap.strategies import require_strategies
from trading_bot.domain.errors import SettingsError, UncoveredDateError, UnknownInstrumentError
from trading_bot.domain.market_rules import MarketRules
from trading_bot.report.check_line import CheckLine, calendar_line, failed, passed
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

ACCOUNT_LINES = ("token", "profile", "funds", "static address", "instruments", "feed")


def check_lines(settings: Settings, today: date, *, now_ms: int) -> Sequence[CheckLine]:
    """Look at everything that is needed in the mode in effect."""
    with silence():
        return (
            *rules_lines(load_market_rules, settings, today),
            strategies_line(settings),
            promotion_line(settings),
            alerts_line(settings),
            *_of_broker(settings, now_ms),
        )


def strategies_line(settings: Settings) -> CheckLine:
    """Whether there is every strategy of the settings, and every table of settings fits."""
    try:
        require_strategies(settings)
    except SettingsError as error:
        fix = "mend run.strategies or the strategy's table, or install the package that holds it"
        return failed("strategies", str(error), fix, SettingsError.exit_code)
    return passed("strategies", ", ".join(settings.run.strategies))


def rules_lines(load: Callable[[], MarketRules], settings: Settings, today: date) -> Sequence[CheckLine]:
    """Whether the market rules are readable and cover the day, and what the journal says under them."""
    try:
        rules = load()
    except SettingsError as error:
        return (failed("market rules", str(error), "restore config/market", SettingsError.exit_code),)
    return (
        calendar_line(lambda: rules.calendar.last_covered, today),
        charges_line(rules, today),
        *journal_lines(settings, rules.charges),
    )


def charges_line(rules: MarketRules, today: date) -> CheckLine:
    """Whether the charges in force today are on record."""
    try:
        rules.charges.refuse_uncovered(today)
    except UncoveredDateError as error:
        fix = "update config/market/charges.toml, or update the program"
        return failed("charges", str(error), fix, UncoveredDateError.exit_code)
    return passed("charges", f"known until {rules.charges.facts.coverage.last}")


def symbols_line(symbols: Sequence[str]) -> CheckLine:
    """Whether a generated market, which is what is replayed without --data, takes the symbols."""
    if not symbols:
        return passed("instruments", "not needed in mode replay")
    from trading_bot.simulator.market.listings import require_listable  # noqa: PLC0415  # brings numpy

    try:
        require_listable(symbols)
    except UnknownInstrumentError as error:
        fix = "mend run.symbols, or leave it empty to replay all that there is"
        return failed("instruments", str(error), fix, UnknownInstrumentError.exit_code)
    return passed("instruments", f"a generated market lists {', '.join(symbols)}")


def _of_broker(settings: Settings, now_ms: int) -> Sequence[CheckLine]:
    if settings.mode is Mode.REPLAY:
        needless = {name: passed(name, "not needed in mode replay") for name in ACCOUNT_LINES}
        return tuple((needless | {"instruments": symbols_line(settings.run.symbols)}).values())
    from trading_bot.bootstrap.answers.account_checks import account_lines  # noqa: PLC0415  # brings the SDK

    return asyncio.run(account_lines(settings, now_ms))
