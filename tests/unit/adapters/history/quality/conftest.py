"""Made series with one defect each."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from trading_bot.adapters.history.quality import Checks, Defect, SeriesReport, check_folder
from trading_bot.domain.rules.contract_rules import TickKind

FIRST, LAST = date(2022, 10, 3), date(2023, 3, 31)


class Bench:
    """Writes daily or minute files of one share and checks them."""

    def __init__(self, folder: Path, checks: Checks) -> None:
        self.folder = folder
        self.checks = checks
        self.days = [day.isoformat() for day in checks.calendar.trading_days(FIRST, LAST)]

    def daily(self, *, level: float = 500.0, seed: int = 1) -> list[list[object]]:
        """Rows of a quiet share on every session: day, open, high, low, close, volume."""
        moves = np.random.default_rng(seed).normal(0, 0.01, len(self.days))
        closes = np.round(level * np.exp(np.cumsum(moves)) * 20) / 20
        rows = []
        for day, close in zip(self.days, closes.tolist(), strict=True):
            opened = close + 0.5
            rows.append([day, opened, close + 1, close - 1, close, 1000])
        return rows

    def minutes(self, days: int = 5) -> list[list[object]]:
        """Rows of whole sessions, a tick up and a tick down."""
        rows: list[list[object]] = []
        for number, day in enumerate(self.days[:days]):
            for minute in range(375):
                at = f"{day} {9 + (15 + minute) // 60:02}:{(15 + minute) % 60:02}"
                price = 500 + number + 0.05 * (minute % 7)
                rows.append([at, price, price + 0.05, price - 0.05, price, 10])
        return rows

    def write(self, rows: list[list[object]], name: str = "ACME", folder: Path | None = None) -> Path:
        """Write one file."""
        lines = ["ts,open,high,low,close,volume", *(",".join(map(str, row)) for row in rows)]
        path = (folder or self.folder) / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path.parent

    def report(self, rows: list[list[object]], **against: Path) -> SeriesReport:
        """The report on these rows."""
        return check_folder(self.write(rows), self.checks, list(against.values())).series[0]


@pytest.fixture
def checks(market_rules) -> Checks:
    return Checks(
        calendar=market_rules.calendar,
        tick_size_of=lambda close, on: market_rules.contracts.tick_size(TickKind.SHARE, close, on),
    )


@pytest.fixture
def bench(tmp_path, checks) -> Bench:
    return Bench(tmp_path / "prices", checks)


@pytest.fixture
def found() -> Callable[[SeriesReport], dict[Defect, int]]:
    """The findings of a report by kind, with their counts."""

    def by_kind(report: SeriesReport) -> dict[Defect, int]:
        return {finding.defect: finding.count for finding in report.findings}

    return by_kind
