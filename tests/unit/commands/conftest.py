"""A context whose backend remembers what it was asked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from trading_bot.commands.context import Context
from trading_bot.settings.load import Places


@dataclass
class FakeBackend:
    """Answers with what the test put in, and keeps the questions."""

    answers: dict[str, Any] = field(default_factory=dict)
    questions: list[tuple[Any, ...]] = field(default_factory=list)

    def run(self, settings, options):
        return self._answer("run", settings, options)

    def panic_exit(self, settings, options, write: Callable[[str], None]):
        return self._answer("panic_exit", settings, options)

    def resume(self, settings):
        return self._answer("resume", settings)

    def pause(self, settings):
        return self._answer("pause", settings)

    def flatten(self, settings, write):
        write("closing")
        return self._answer("flatten", settings)

    def status(self, settings):
        return self._answer("status", settings)

    def watch(self, settings):
        return self._answer("watch", settings)

    def trades(self, settings, on):
        return self._answer("trades", on)

    def why(self, settings, question, *, as_json):
        return self._answer("why", question, as_json)

    def metrics(self, settings, days, *, as_json):
        return self._answer("metrics", days, as_json)

    def login(self, settings, way, write, *, has_terminal):
        return self._answer("login", way, has_terminal)

    def test_alerts(self, settings, text, level, channel):
        return self._answer("test_alerts", text, level, channel)

    def trade_log(self, settings, on):
        return self._answer("trade_log", on)

    def instruments(self, settings, simulator_url):
        return self._answer("instruments", simulator_url)

    def simulator(self, settings, options, write):
        return self._answer("simulator", options)

    def backtest(self, settings, options, write):
        return self._answer("backtest", settings, options)

    def promote(self, settings, options, write):
        return self._answer("promote", settings, options)

    def sweep(self, settings, options, write):
        return self._answer("sweep", settings, options)

    def walk_forward(self, settings, options, write):
        return self._answer("walk_forward", settings, options)

    def parity(self, settings, options, write):
        return self._answer("parity", settings, options)

    def shadow(self, settings, options, write, *, as_json):
        return self._answer("shadow", settings, options)

    def charges(self, question, *, as_json):
        return self._answer("charges", question, as_json)

    def rules(self, on, *, as_json):
        return self._answer("rules", on, as_json)

    def download(self, settings, options, write, *, with_bars):
        return self._answer("download", options, with_bars)

    def download_market_caps(self, settings, tickers, write):
        return self._answer("download_market_caps", tickers)

    def market_caps(self, settings, on, *, as_json):
        return self._answer("market_caps", on, as_json)

    def candles(self, settings, question, *, as_json):
        return self._answer("candles", question, as_json)

    def history_check(self, question, *, as_json):
        return self._answer("history_check", question, as_json)

    def stored_history(self, settings, *, as_json):
        return self._answer("stored_history", as_json)

    def import_history(self, settings, options, write):
        return self._answer("import_history", options)

    def prune_history(self, settings, keep_days, symbols):
        return self._answer("prune_history", keep_days, symbols)

    def backup(self, settings, to, keep, write):
        write("copied")
        return self._answer("backup", to, keep)

    def restore(self, settings, copy):
        return self._answer("restore", copy)

    def check_lines(self, settings, today, *, is_offline):
        return self.answers.get("check_lines", ())

    def launch_lines(self, settings):
        return self.answers.get("launch_lines", ())

    def _answer(self, verb, *question):
        self.questions.append((verb, *question))
        return self.answers.get(verb)


@dataclass
class Desk:
    """A context, and what was written to it."""

    context: Context
    backend: FakeBackend
    written: list[str]
    warned: list[str]

    @property
    def folder(self) -> Path:
        return self.context.places.folder

    def with_terminal(self, reply: str) -> Context:
        return replace(self.context, ask=lambda _question: reply)


@pytest.fixture
def desk(tmp_path) -> Desk:
    backend, written, warned = FakeBackend(), [], []
    context = Context(
        places=Places(folder=tmp_path, environment={}),
        backend=backend,
        write=written.append,
        warn=warned.append,
        ask=None,
        in_colour=False,
        now_ms=lambda: 1_795_059_000_000,
    )
    return Desk(context, backend, written, warned)
