"""Shadows among everything that was tried."""

from datetime import date, timedelta
from decimal import Decimal

from trading_bot.backtest.shadows.compare import Compared
from trading_bot.backtest.shadows.day import ComparedDay, Figures, Prints
from trading_bot.bootstrap.shadows.trials import record_shadow, trials_of
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings

FIRST = date(2026, 11, 2)


def evening(*shares):
    """All days up to one, each with the shares that were traded on it."""
    nothing = Figures(0, 0, *[Decimal(0)] * 4)
    days = tuple(
        ComparedDay(
            on=FIRST + timedelta(days=number),
            shadow_name="strict",
            prints=Prints("a", "b", "c"),
            source="ticks",
            symbols=traded,
            baseline=nothing,
            shadow=nothing._replace(net=Decimal(number)),
        )
        for number, traded in enumerate(shares)
    )
    return Compared(name="strict", changed={}, days=days, cash=Decimal(1_000))


def test_an_evening_with_other_shares_is_the_same_trial(tmp_path):
    """What is watched changes from day to day; the setting that is tried does not."""
    settings = Settings(run=RunSettings(data_dir=tmp_path))
    evenings = (evening(("ACME",)), evening(("ACME",), ("BETA",)), evening(("ACME",), ("BETA",), ("ACME",)))

    for one in evenings:
        record_shadow(settings, settings, one, "paper", 0)

    assert trials_of(settings, settings, evenings[-1].days).count == 1


def test_the_same_shadow_on_another_record_is_another_trial(tmp_path):
    settings = Settings(run=RunSettings(data_dir=tmp_path))
    one = evening(("ACME",))

    for record in ("paper", "live"):
        record_shadow(settings, settings, one, record, 0)

    assert trials_of(settings, settings, one.days).count == 2
