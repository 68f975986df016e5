"""Puts the report of a backtest on disk, whole or not at all."""

import json
from collections.abc import Mapping
from pathlib import Path

from trading_bot.backtest.honesty.findings import Findings
from trading_bot.backtest.report.figures import figures_of
from trading_bot.backtest.report.summary import summary_text
from trading_bot.backtest.report.tables import equity_csv, summary_csv, trades_csv
from trading_bot.backtest.result import BacktestResult
from trading_bot.report.write import place_report

RECORD_FILE = "evidence.json"


def write_backtest(
    result: BacktestResult,
    reports: Path,
    run_id: str,
    *,
    findings: Findings | None = None,
    record: Mapping[str, object] | None = None,
) -> Path:
    """Write `reports`/<run id>/ and return it; a report of the same run is replaced.

    `record` is what a promotion would be judged by.

    `latest` stays where it is: it is the newest report of a session. Raises ValueError for a run id that is
    not a plain file name, or a result without a day.
    """
    # The plots' library takes most of a second to import; the program that trades does not need it here.
    from trading_bot.backtest.report.page import page_html  # noqa: PLC0415
    from trading_bot.backtest.report.plots import equity_figure  # noqa: PLC0415
    from trading_bot.report.page.plot_style import png_of  # noqa: PLC0415

    figures = figures_of(result)
    contents: dict[str, str | bytes] = {
        "summary.json": summary_text(figures, run_id, findings),
        "backtest_summary.csv": summary_csv(figures),
        "trades.csv": trades_csv(figures),
        "equity.csv": equity_csv(figures),
        "equity_curve.png": png_of(equity_figure(figures)),
        "report.html": page_html(figures, run_id, findings),
    }
    if record is not None:
        contents[RECORD_FILE] = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return place_report(contents, reports, run_id)
