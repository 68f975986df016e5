"""Scripts that a person or cron starts by their path, from whatever folder."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


@pytest.mark.parametrize("name", ["run_backtest", "download_data"])
def test_a_script_finds_the_program_wherever_it_is_started(name, tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPTS / f"{name}.py", "--help"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "--tickers" in done.stdout
