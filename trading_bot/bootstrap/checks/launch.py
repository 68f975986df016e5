"""The checklist before the first live day: what was tried, what was shown, and what is at stake."""

from collections.abc import Sequence
from pathlib import Path

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.keeping.backup import backup_path
from trading_bot.bootstrap.fingerprints import source_hash
from trading_bot.bootstrap.places import database_of
from trading_bot.bootstrap.promotions.standing import FIX as PROMOTE
from trading_bot.bootstrap.promotions.standing import standing
from trading_bot.bootstrap.ramp.enforce import Ramp
from trading_bot.bootstrap.ramp.facts import has_journal
from trading_bot.bootstrap.stamps import ALERTS, PANIC, TESTS, read_stamp
from trading_bot.domain.errors import SettingsError, StorageError
from trading_bot.domain.ist import MS_PER_DAY, date_of
from trading_bot.domain.money import grouped
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.risk.sizing import exact
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

_STOP = "python main.py --mode paper --panic-exit, best while it holds something"
_OLD_MS = 30 * MS_PER_DAY
_OLD_BACKUP_MS = 7 * MS_PER_DAY
_NS_PER_MS = 1_000_000


def launch_lines(settings: Settings, *, now_ms: int) -> Sequence[CheckLine]:
    """All points of the list, each with its fix."""
    return (
        tests_line(settings),
        logs_line(settings),
        tried_line(settings, ALERTS, "python main.py alerts test", now_ms),
        paper_line(settings, now_ms),
        limits_line(settings),
        tried_line(settings, PANIC, _STOP, now_ms),
        promoted_line(settings),
        backup_line(settings, now_ms),
    )


def tests_line(settings: Settings) -> CheckLine:
    """Whether all tests have passed with exactly the sources that lie here."""
    stamp = read_stamp(settings, TESTS)
    if stamp is None:
        return failed("launch: tests", "never passed here, as far as is known", "make test")
    if stamp.detail != source_hash():
        message = f"passed on {date_of(stamp.at_ms)}, with other sources than these"
        return failed("launch: tests", message, "make test")
    return passed("launch: tests", f"passed on {date_of(stamp.at_ms)} with these sources")


def logs_line(settings: Settings) -> CheckLine:
    """Whether a log was written where logs go."""
    path = settings.logs.folder / "trading_bot.log"
    if not path.is_file() or not path.stat().st_size:
        fix = "run a day in paper; the line of the logs folder says whether it can be written"
        return failed("launch: logs", f"{path} holds nothing yet", fix)
    return passed("launch: logs", f"{path} is written")


def tried_line(settings: Settings, name: str, command: str, now_ms: int) -> CheckLine:
    """Whether something was tried, and not too long ago."""
    title = f"launch: {'emergency stop' if name == PANIC else name}"
    stamp = read_stamp(settings, name)
    if stamp is None:
        return failed(title, "never tried", command)
    text = f"tried on {date_of(stamp.at_ms)} {stamp.detail}".rstrip()
    if now_ms - stamp.at_ms > _OLD_MS:
        return doubtful(title, text, f"again: {command}")
    return passed(title, text)


def paper_line(settings: Settings, now_ms: int) -> CheckLine:
    """Whether paper has shown enough, whatever mode is in effect."""
    name, fix = "launch: paper", "python main.py --mode paper, each session from open to close"
    try:
        ramp = Ramp.of(settings)
    except StorageError as error:
        return failed(name, f"cannot be told: {error}", "see the line of the journal")
    text = ramp.text(load_market_rules().calendar, date_of(now_ms))
    return passed(name, text) if ramp.standing.is_ready_for_live else failed(name, text, fix)


def limits_line(settings: Settings) -> CheckLine:
    """What can be lost, in rupees of the capital in the settings: to be read, not to be believed."""
    sizing, limits = settings.risk.sizing, settings.risk.limits
    capital = sizing.base_capital
    shares = (
        sizing.max_risk_per_trade,
        sizing.max_position_fraction,
        sizing.max_leverage,
        limits.max_open_risk,
        limits.max_daily_loss,
    )
    risk, worth, together, open_risk, loss = (grouped(capital * exact(share), 0) for share in shares)
    parts = [
        f"of {grouped(capital, 0)} rupees a trade risks at most {risk}",
        f"a position is worth at most {worth}",
        f"all together {together}",
        f"all stops lose at most {open_risk}",
        f"the day halts at a loss of {loss}",
        f"{limits.max_concurrent_positions} positions at once, {limits.max_trades_per_day} trades a day",
    ]
    return passed("launch: limits", ", ".join(parts))


def promoted_line(settings: Settings) -> CheckLine:
    """Whether every strategy was tested and found fit for money, whatever mode is in effect."""
    try:
        found = standing(settings)
    except SettingsError as error:
        return failed("launch: promotion", str(error), "mend run.strategies")
    if found.doubts:
        return failed("launch: promotion", "; ".join(found.doubts), PROMOTE)
    return passed("launch: promotion", ", ".join(found.held))


def backup_line(settings: Settings, now_ms: int) -> CheckLine:
    """Whether the newest journal of paper or live has a backup of the last days."""
    name, fix = "launch: backup", "start the daemon once: it makes one; then copy it to another machine"
    databases = [path for mode in (Mode.LIVE, Mode.PAPER) if has_journal(path := database_of(settings, mode))]
    if not databases:
        return failed(name, "no journal yet, and nothing to back up", fix)
    backup = backup_path(databases[0])
    made_ms = _made_ms(backup)
    if made_ms is None:
        return failed(name, f"{backup} is missing", fix)
    text = f"{backup} of {date_of(made_ms)}"
    return doubtful(name, text, fix) if now_ms - made_ms > _OLD_BACKUP_MS else passed(name, text)


def _made_ms(backup: Path) -> int | None:
    return backup.stat().st_mtime_ns // _NS_PER_MS if backup.is_file() else None
