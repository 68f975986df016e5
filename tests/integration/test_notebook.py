"""The notebook that plots a run's database: it runs, shows what was traded, and cannot write."""

import sqlite3
from pathlib import Path

import pytest

from tests.fakes.candle_days import SignalsAt, bars_of, played
from tests.fakes.engine_driver import PRICE
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.domain.signal import Direction

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: make test installs it")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: make test installs it")
pytest.importorskip("ipykernel", reason="ipykernel is not installed: make test installs it")

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "run.ipynb"
FLAT = (PRICE, PRICE, PRICE, PRICE)
FALLS = (PRICE, PRICE, PRICE - 5_000, PRICE - 4_000)
WRITES = "sqlite3.connect(f'file:{database}?mode=ro', uri=True).execute('DELETE FROM trades')"


def _raise(error):
    raise error


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The journal of a day with one trade that its stop ended."""
    path = tmp_path_factory.mktemp("run") / "replay.db"
    outcome, _ = played(SignalsAt(signals={30: Direction.LONG}), bars_of(FLAT, FLAT, FALLS, FLAT, FLAT))
    journal = open_inline_journal(path, clock_ms=lambda: outcome.ended_at_ms, on_failure=_raise)
    journal.append(outcome.rows)
    journal.close()
    return path


def written():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_kept_without_outputs():
    nbformat.validate(written())
    code = [cell for cell in written().cells if cell.cell_type == "code"]

    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.filterwarnings("ignore")  # of what runs it
def test_it_shows_what_was_traded_and_the_file_stays_as_it_was(database, tmp_path, monkeypatch):
    monkeypatch.setenv("RUN_DATABASE", str(database))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    before = database.read_bytes()
    notebook = written()
    notebook.cells.append(nbformat.v4.new_code_cell(WRITES, metadata={"tags": ["raises-exception"]}))

    nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = " ".join(output.data.get("text/plain", "") for output in outputs if "data" in output)
    assert "stop" in shown
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    assert "readonly" in outputs[-1].evalue
    assert database.read_bytes() == before
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT COUNT(*) FROM trades").fetchone() == (1,)
