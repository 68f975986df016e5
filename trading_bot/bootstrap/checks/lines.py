"""The lines of `check` that need adapters: rules, journal, daemon, and the account at the broker."""

from collections.abc import Callable, Sequence
from datetime import date

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.answers.alert_test import alerts_line
from trading_bot.bootstrap.answers.one_shot import silence, wall_now_ms
from trading_bot.bootstrap.checks.journal import journal_lines
from trading_bot.bootstrap.checks.looks import NoProgress, Progress
from trading_bot.bootstrap.checks.names import NAMES
from trading_bot.bootstrap.checks.operating import operating_lines
from trading_bot.bootstrap.checks.ports import dashboard_line
from trading_bot.bootstrap.checks.session import session_line
from trading_bot.bootstrap.promotions.standing import promotion_line
from trading_bot.bootstrap.strategies import require_strategies
from trading_bot.domain.errors import SettingsError, UncoveredDateError, UnknownInstrumentError
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.report.check_line import CheckLine, calendar_line, failed, passed
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

_TODAY_OF_REPLAY = "not needed in mode replay"


def check_lines(
    settings: Settings,
    today: date,
    *,
    is_offline: bool,
    progress: Progress | None = None,
    now_ms: Callable[[], int] = wall_now_ms,
) -> Sequence[CheckLine]:
    """Look at everything that is needed in the mode in effect."""
    with silence():
        return (
            *rules_lines(load_market_rules, settings, today),
            strategies_line(settings),
            promotion_line(settings),
            *operating_lines(settings, today),
            *_of_market(settings, is_offline=is_offline, progress=progress or NoProgress(), now_ms=now_ms),
            alerts_line(settings),
            dashboard_line(settings),
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


def _of_market(
    settings: Settings, *, is_offline: bool, progress: Progress, now_ms: Callable[[], int]
) -> Sequence[CheckLine]:
    if settings.mode is Mode.REPLAY:
        needless = {name: passed(name, _TODAY_OF_REPLAY) for name in NAMES}
        return tuple((needless | {"instruments": symbols_line(settings.run.symbols)}).values())
    from trading_bot.bootstrap.checks import account, phone  # noqa: PLC0415  # bring the SDK

    calendar = _calendar()
    session = () if calendar is None else (session_line(calendar, now_ms()),)
    lines = (
        account.offline_lines(settings, now_ms())
        if is_offline
        else account.account_lines(settings, calendar, progress, now_ms)
    )
    return *session, phone.notifier_line(settings), *lines


def _calendar() -> Calendar | None:
    try:
        return load_market_rules().calendar
    except SettingsError:
        return None
