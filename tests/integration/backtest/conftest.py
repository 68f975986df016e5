import json

import pytest

from trading_bot.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command in a folder of its own; exit code, what was written, and the summary if any."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOG_LEVEL", "error")

    def ran(*words):
        code = main(["backtest", *map(str, words)])
        told = capsys.readouterr()
        reports = sorted((tmp_path / "data" / "reports").glob("backtest-*"))
        summary = json.loads((reports[-1] / "summary.json").read_text()) if reports else None
        return code, told, summary

    return ran
