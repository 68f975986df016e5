"""Recorded days over the wire: flat, reconciled, and equal to the simulator's ledger to the paisa."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.acceptance.findings import Findings
from tests.acceptance.programs import Daemon, latest_summary, summary_problems
from trading_bot.bootstrap.replaying.input_replay import InputReplay
from trading_bot.settings.tree import Settings

_LARGE = ("RELIANCE", "TCS", "INFY", "SBIN", "HDFCBANK", "ICICIBANK", "AXISBANK", "KOTAKBANK")
_CYCLICAL = ("TATASTEEL", "TATAMOTORS", "HINDALCO", "VEDL", "JSWSTEEL", "SAIL", "MARUTI", "YESBANK")
_OF_2021 = ("RELIANCE", "TCS", "INFY", "HDFCBANK", "ICICIBANK", "AXISBANK", "SBIN", "BAJFINANCE")
_TICKS = ("AXISBANK", "HDFCBANK", "ICICIBANK", "KOTAKBANK", "RELIANCE")
_LONGEST_S = 600.0


@dataclass(frozen=True)
class RealDay:
    """A day of a folder of the shared data, and what is traded in it."""

    folder: str
    on: date
    symbols: Sequence[str]

    @property
    def name(self) -> str:
        """For the table."""
        return f"{self.folder} {self.on}"


REAL_DAYS = (
    *(RealDay("nse_1min/2016_kite", date(2016, 8, day), _LARGE) for day in (26, 29, 30)),
    *(RealDay("nse_1min/2016_kite", date(2016, 9, day), _CYCLICAL) for day in (1, 7)),
    *(RealDay("nse_1min/2021_ticks", date(2021, 4, day), _OF_2021) for day in (19, 28)),
    RealDay("nse_1min/2021_ticks", date(2021, 5, 6), _OF_2021),
    *(RealDay("ticks/2021", date(2021, 4, day), _TICKS) for day in (15, 19, 20)),
)


def try_real_days(findings: Findings, data: Path, scratch: Path, days: Sequence[RealDay] = REAL_DAYS) -> None:
    """Replay each day, then the inputs that it recorded."""
    for day in days:
        folder = scratch / f"{day.folder.replace('/', '-')}-{day.on}"
        with findings.trying(f"wire: {day.name}") as finding:
            folder.mkdir(parents=True)
            daemon = Daemon(folder, _arguments(data, day), {"TRADING_BOT__ENGINE__RECORD_INPUTS": "true"})
            code = daemon.end(_LONGEST_S)
            if code != 0:
                raise RuntimeError(f"exit code {code}: {daemon.words()[-500:]}")
            summary = latest_summary(folder)
            finding.problems += summary_problems(summary)
            finding.facts = (
                f"{summary['ticks']} ticks, {summary['signals']} signals, {summary['trades']} trades, "
                f"net {summary['net_pnl']} = ledger {summary['ledger_net_pnl']}"
            )
        with findings.trying(f"inputs: {day.name}") as finding:
            (database,) = (folder / "data").glob("replay-*.db")
            (part,) = InputReplay.under(Settings()).compare(database, folder / "data/inputs" / database.stem)
            finding.facts = f"{part.inputs} inputs, {part.rows} rows byte for byte"
            if not part.is_complete:
                finding.problems.append(
                    f"journal {part.recorded}, replay {part.replayed}, {part.lost_rows} lost"
                )


def _arguments(data: Path, day: RealDay) -> Sequence[str]:
    return (
        "--data",
        str(data / day.folder),
        "--date",
        day.on.isoformat(),
        "--symbols",
        ",".join(day.symbols),
    )
