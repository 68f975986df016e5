"""The lines of `check` about rules around the market: roll-out, overlays."""

from collections.abc import Sequence
from datetime import date

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.day.outlooks import Outlooks
from trading_bot.bootstrap.ramp.enforce import Ramp, require_ramp
from trading_bot.domain.errors import SettingsError, StorageError, UserFacingError
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

_RAMP = "roll-out ramp"
_OVERLAYS = "overlays"
_MEND = "mend the file, or leave risk.overlays.events.file out"


def operating_lines(settings: Settings, today: date) -> Sequence[CheckLine]:
    """All of them; none where the market's rules cannot be read, of which another line tells."""
    try:
        rules = load_market_rules()
    except SettingsError:
        return ()
    return ramp_line(settings, rules, today), overlays_line(settings, rules, today)


def ramp_line(settings: Settings, rules: MarketRules, today: date) -> CheckLine:
    """Where the roll-out stands, what it allows, and when the next stage comes."""
    if settings.mode not in (Mode.LIVE, Mode.PAPER):
        return passed(_RAMP, f"not needed in mode {settings.mode}")
    try:
        require_ramp(settings, rules.calendar, today)
        text = Ramp.of(settings).text(rules.calendar, today)
    except SettingsError as error:
        message, _, fix = str(error).partition("\n  fix: ")
        return failed(_RAMP, message, fix, SettingsError.exit_code)
    except StorageError as error:
        return doubtful(_RAMP, f"cannot be told: {error}", "see the line of the journal")
    return passed(_RAMP, text)


def overlays_line(settings: Settings, rules: MarketRules, today: date) -> CheckLine:
    """Which overlays are on, whether their files are readable, and what they know of the next session."""
    overlays = settings.risk.overlays
    try:
        calendar = rules.calendar
        on = today if calendar.is_trading_day(today) else calendar.next_trading_day(today)
        outlook = Outlooks.load(overlays, rules).of(on)
    except UserFacingError as error:
        return failed(_OVERLAYS, str(error).partition("\n  fix: ")[0], _MEND, error.exit_code)
    if outlook.unknown_events:
        fix = "extend the calendar and its [coverage]; until then risk.overlays.events.uncovered counts"
        return doubtful(_OVERLAYS, outlook.unknown_events, fix)
    parts = [
        f"India VIX {'on' if overlays.vix.enabled else 'off'}",
        f"events {'on' if overlays.events.is_on else 'off'}",
        f"market-wide halts {'on' if overlays.circuits.market_wide else 'off'}",
    ]
    named = [f"{event.kind} {event.name}" for event in outlook.events]
    known = f"; {on}: {', '.join(named) or 'no event'}" if overlays.events.is_on else ""
    return passed(_OVERLAYS, ", ".join(parts) + known)
