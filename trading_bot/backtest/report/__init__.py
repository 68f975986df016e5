def write_backtest(result, reports, run_id):
    return reports / run_id


def console_text(result, folder):
    return f"{len(result.trades)} trades net {result.net} problems {result.problems} {dict(result.charges)} signals {result.signals} {dict(result.denials)} alerts {list(result.alerts.items())[:8]}"
