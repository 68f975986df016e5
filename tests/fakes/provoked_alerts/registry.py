"""Which deed provokes which alert, and what a person is told then."""

from collections.abc import Callable

from tests.fakes.engine_driver import EngineDriver
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.risk.settings import LimitSettings, RiskSettings

Provoke = Callable[[EngineDriver], object]
PROVOKED: dict[AlertKind, Provoke] = {}


def provoked(kind: AlertKind) -> tuple[Alert, ...]:
    """What a person is told of this kind when it is provoked."""
    risk = RiskSettings(
        limits=LimitSettings(
            symbol_spacing_s=0,
            max_daily_loss=0.0005,
            warn_daily_loss=0.0001,
            warn_consecutive_losses=2,
            max_trades_per_symbol_per_day=50,
        )
    )
    driver = EngineDriver(risk=risk)
    seen: list[Alert] = []
    driver.core.step = _watched(driver.core.step, seen)
    PROVOKED[kind](driver)
    return tuple(alert for alert in seen if alert.kind is kind)


def _watched(step, seen):
    def watched(event):
        made = step(event)
        seen.extend(command for command in made.commands if isinstance(command, Alert))
        return made

    return watched


def of(kind: AlertKind) -> Callable[[Provoke], Provoke]:
    def keep(provoke: Provoke) -> Provoke:
        PROVOKED[kind] = provoke
        return provoke

    return keep
