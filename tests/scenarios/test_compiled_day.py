"""A day with the hot path compiled is the day with its sources interpreted, byte for byte (V21)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trading_bot import native

PROJECT = Path(native.__file__).resolve().parent.parent
DAY = """
import sys
import structlog
from trading_bot import native
from tests.fakes.virtual_days import generated, traded
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
sys.stdout.write(f"{native.is_used()}\\n{traded(generated(3), seed=3).text()}")
"""


def journal_of_a_day(switch):
    """Whether the process was compiled, and the journal of its day."""
    told = subprocess.run(
        [sys.executable, "-c", DAY],
        cwd=PROJECT,
        env={**os.environ, native.SWITCH: switch},
        capture_output=True,
        text=True,
        check=True,
    )
    is_used, _, journal = told.stdout.partition("\n")
    return is_used, journal


def test_compiled_and_interpreted_days_have_the_same_journal():
    if not native.build_folder().is_dir():
        pytest.skip("the hot path is not compiled: `make setup` does it where there is a C compiler")

    interpreted, plain = journal_of_a_day("1")
    compiled, fast = journal_of_a_day("")

    assert (interpreted, compiled) == ("False", "True")
    assert fast == plain
    assert fast.count("trade_closed") > 0
