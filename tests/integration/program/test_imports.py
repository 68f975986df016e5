"""What commands import: panic and status must not wait for what they do not use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.scripted_day import whole_day

PROJECT = Path(__file__).resolve().parents[3]
HEAVY = (
    "pandas",
    "polars",
    "numpy",
    "matplotlib",
    "pyarrow",
    "talib",
    "upstox_client",
    "aiohttp",
    "fastapi",
    "uvicorn",
)
WEB = ("fastapi", "starlette", "uvicorn", "prometheus_client")
DATABASE = ("sqlalchemy", "alembic")
_MAIN = "from trading_bot.cli import main; code = main(sys.argv[2:])"


@pytest.fixture
def imported(shell):
    """Run something in a process of its own: its exit code, and which of these modules it imported."""

    def run(what, names, *words):
        program = (
            f"import sys\ncode = 0\n{what}\nfound = [n for n in sys.argv[1].split() if n in sys.modules]\n"
        )
        ended = subprocess.run(
            [
                sys.executable,
                "-c",
                f"{program}print('imported:', *found)\nsys.exit(code)",
                " ".join(names),
                *words,
            ],
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            cwd=shell.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        last = ended.stdout.splitlines()[-1:] or [ended.stderr]
        assert last[0].startswith("imported:"), ended.stderr
        return ended.returncode, last[0].split()[1:]

    return run


CHARGES = "charges --segment NSE_EQ --product I --kind equity --on 2026-11-19 --buy 1@100"


@pytest.mark.parametrize(
    "command", ["init", "config show", "rules show --on 2026-11-19", CHARGES, "check --mode replay"]
)
def test_a_command_that_needs_no_broker_imports_nothing_heavy(command, imported):
    assert imported(_MAIN, HEAVY, *command.split()) == (0, [])


@pytest.mark.parametrize("command", ["status", "trades", "resume", "check"])
def test_what_is_read_of_a_journal_needs_a_database_and_nothing_else(command, shell, imported):
    shell.write_journal(whole_day(), "replay.db")

    assert imported(_MAIN, HEAVY, command) == (0, [])


@pytest.mark.parametrize("command", ["status --json", "resume", "pause", "flatten", "--panic-exit --yes"])
def test_what_a_running_daemon_answers_needs_not_even_a_database(command, imported, alive):
    assert imported(_MAIN, (*HEAVY, *DATABASE), "--mode", "paper", *command.split()) == (0, [])


def test_panic_without_a_daemon_imports_no_history_and_no_indicators(imported):
    unneeded = ("pandas", "polars", "numpy", "matplotlib", "pyarrow", "talib", "aiohttp")

    assert imported("import trading_bot.bootstrap.market.panic", unneeded) == (0, [])


def test_the_daemon_on_the_market_imports_neither_plots_nor_the_simulators_server(imported):
    assert imported("import trading_bot.bootstrap.market.market_daemon", ("matplotlib", "aiohttp")) == (0, [])


def test_a_daemon_without_a_dashboard_imports_no_web_server(imported):
    modules = "modes", "market.market_daemon", "replaying.replay"
    what = "; ".join(f"import trading_bot.bootstrap.{module}" for module in modules)

    assert imported(what, WEB) == (0, [])


def test_a_replay_imports_plots_only_for_its_report(imported):
    assert imported("import trading_bot.bootstrap.replaying.replay", ("matplotlib",)) == (0, [])
