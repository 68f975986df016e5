"""A backtest from a folder of prices to its checks, its verdict and its promotion."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.fakes.backtest_results import a_result, three_trades
from tests.fakes.price_folder import Shown, price_folder
from trading_bot.adapters.history import open_history
from trading_bot.adapters.history.store import open_store
from trading_bot.adapters.history.store.market_caps import MarketCap, keep_market_cap
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.backtest.honesty.look_ahead import look_ahead
from trading_bot.backtest.variation import Variation
from trading_bot.bootstrap.backtesting import tested
from trading_bot.bootstrap.backtesting.candle_days import CandleDays
from trading_bot.bootstrap.backtesting.honest import SelfCheck
from trading_bot.bootstrap.backtesting.run import run_backtest
from trading_bot.bootstrap.fingerprints import fingerprints
from trading_bot.bootstrap.promotions.files import read_promotions
from trading_bot.bootstrap.promotions.promote import run_promote
from trading_bot.bootstrap.promotions.record import run_document
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.settings.options import BacktestOptions, CheckOptions, Fidelity, PromoteOptions
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings
from trading_bot.strategies.confluence_settings import RollingBars

NOW_MS = 1_795_059_000_000
FEW = CheckOptions(permutations=2, cuts=1, days=1)


class Done(NamedTuple):
    """A backtest that is over."""

    code: int
    written: list[str]
    shown: list[Any]
    report: Path
    settings: Settings

    @property
    def honesty(self):
        return json.loads((self.report / "summary.json").read_text())["honesty"]

    @property
    def record(self):
        return json.loads((self.report / "evidence.json").read_text())


def settings_in(folder):
    return Settings(run=RunSettings(data_dir=folder / "data", strategies=("ema_cross",), symbols=("AAA",)))


def backtest(folder, prices, checks=FEW, **changes):
    settings, written, shown = settings_in(folder), [], Shown()
    options = BacktestOptions(data=prices, checks=checks, **changes)
    code = run_backtest(settings, options, written.append, shown.progress, NOW_MS)
    (report,) = (folder / "data" / "reports").iterdir()
    return Done(code, written, shown.notes, report, settings)


def candle_days(settings, prices):
    folder = open_history(prices)
    return CandleDays(
        settings=settings,
        rules=load_market_rules(),
        folder=folder,
        symbols=("AAA",),
        days=folder.all_days(),
        seed=1,
    )


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    return price_folder(tmp_path_factory.mktemp("history") / "prices", minutes=3 * 375, AAA=1)


@pytest.fixture(scope="module")
def done(tmp_path_factory, prices):
    return backtest(tmp_path_factory.mktemp("checked"), prices)


@pytest.fixture(scope="module")
def quick(tmp_path_factory, prices):
    return backtest(tmp_path_factory.mktemp("quick"), prices, CheckOptions(is_quick=True))


def test_every_check_is_announced_shown_and_reported(done):
    assert done.code == 0
    assert "3 days to be played up to 3 times more" in done.written[0]
    assert "--quick" in done.written[0]
    tasks = {one[0]: one[1] for one in done.shown if isinstance(one, tuple)}
    assert tasks["permutation"] == 2
    assert set(tasks) == {"backtest", "look-ahead", "warm-up", "permutation", "costs doubled"}
    found = done.honesty
    assert found["look_ahead"]["decisions"] > 0
    assert found["look_ahead"]["moved"] == []
    assert found["permutation"]["markets"] == 2
    assert found["costs_doubled"]["everything"] is not None
    assert found["shuffled_drawdown"]["observed"] > 0
    assert found["trials"]["count"] == 1
    assert "chosen" in found["survivors"]["warnings"][0]


def test_too_little_history_to_vary_the_warm_up_is_said(done):
    assert done.honesty["not_measured"]["warm-up"] == (
        "it takes more than 4 sessions before 2024-01-03, there are 2"
    )


def test_dear_checks_can_be_left_out_and_the_report_says_so(quick):
    found = quick.honesty

    assert [one for one in quick.shown if isinstance(one, tuple)] == [("backtest", 3)]
    left_out = {name for name, why in found["not_measured"].items() if why == "left out (--quick)"}
    assert left_out == {"look-ahead", "warm-up", "bar permutation", "costs doubled"}
    assert found["shuffled_drawdown"] is not None
    assert found["costs_doubled"]["charges_only"] is not None
    assert "not measured: left out (--quick)" in (quick.report / "report.html").read_text()
    assert not any("to be played" in text for text in quick.written)


def test_leaving_checks_out_changes_nothing_else(done, quick):
    assert quick.record["data"] == done.record["data"]
    assert quick.record["result"] == done.record["result"]
    assert quick.record["evidence"]["returns"] == done.record["evidence"]["returns"]


def test_a_backtest_is_a_trial(done):
    (line,) = (done.settings.run.data_dir / "research" / "trials.jsonl").read_text().splitlines()

    assert json.loads(line)["kind"] == "backtest"
    assert json.loads(line)["symbols"] == ["AAA"]
    assert len(json.loads(line)["returns"]) == 3


def test_a_program_that_leaks_the_next_candle_is_found(tmp_path, prices):
    """Prices that hold a part of the next minute: as if a candle were handed on before it is over."""
    played = candle_days(settings_in(tmp_path), prices)
    days = played.days

    def leaked(candles):
        close = np.append(candles.close[1:], candles.close[-1:])
        high, low = np.maximum(candles.high, close), np.minimum(candles.low, close)
        return candles._replace(close=close, high=high, low=low)

    def leaking(variation):
        change = variation.change or (lambda _symbol, candles: candles)
        leak = replace(variation, change=lambda symbol, candles: leaked(change(symbol, candles)))
        return played.varied(leak).outcomes()

    signals = [row.at_ms for row in rows_of(leaking, days) if row.kind == "signal_raised"]

    assert look_ahead(leaking, days, signals[:2], lambda _note: None).moved
    assert signals[0] % MS_PER_MINUTE == 0


def test_dearer_fills_cost_twice_the_spread_and_slippage(tmp_path, prices):
    """Seen at the first stop: an entry that rests at its limit is filled there."""
    played = candle_days(settings_in(tmp_path), prices)

    def first_stop(dearer):
        rows = rows_of(lambda variation: played.varied(variation).outcomes(), played.days, dearer=dearer)
        fills = [json.loads(row.payload)["fill"] for row in rows if row.kind == "order_filled"]
        return next(fill for fill in fills if fill["side"] != fills[0]["side"])

    usual, dearer = first_stop(1), first_stop(2)
    sign = 1 if usual["side"] == "BUY" else -1
    half_spread, slippage = usual["price"] * 5 / 20_000, usual["price"] * 0.5 / 10_000

    assert usual["side"] == dearer["side"]
    assert (dearer["price"] - usual["price"]) * sign == pytest.approx(half_spread + slippage, abs=5)


def rows_of(play, days, **conditions):
    return [row for outcome in play(Variation(days=days, **conditions)) for row in outcome.rows]


def over_ticks(tmp_path, prices):
    return tested.Tested(
        settings=settings_in(tmp_path),
        options=BacktestOptions(data=prices, fidelity=Fidelity.TICK),
        rules=load_market_rules(),
        folder=open_history(prices),
        symbols=("AAA",),
        days=open_history(prices).all_days(),
        result=a_result(three_trades()),
        moments=(),
    )


def test_days_of_ticks_are_not_played_again_and_that_is_said(tmp_path, prices):
    ticks = over_ticks(tmp_path, prices)
    check = SelfCheck(
        tested=ticks, prints=fingerprints(ticks.settings), progress=Shown().progress, data_digest=""
    )

    found = check.findings(tmp_path / "trials.jsonl", NOW_MS)

    assert found.look_ahead is None
    assert found.why_not["look-ahead"] == "days are played again at candle fidelity only"


@pytest.mark.parametrize(
    ("as_of", "universe"), [(date(2023, 12, 31), "unknown"), (date(2025, 1, 1), "survivors")]
)
def test_shares_that_were_chosen_by_what_they_became_are_survivors_on_record(
    tmp_path, prices, as_of, universe
):
    with closing(open_store(tmp_path / "data" / "history.db")) as store:
        keep_market_cap(store, MarketCap("AAA", as_of, 5, "yahoo", 1))

    done = backtest(tmp_path, prices, checks=CheckOptions(is_quick=True), largest=1)

    assert done.record["data"]["universe"] == universe


@pytest.mark.parametrize("bars", ["day", "off"])
def test_a_folder_of_days_is_on_record_where_a_strategy_looks_at_days(tmp_path, prices, bars):
    """Another folder may bring another result: it is another trial."""
    ticks = over_ticks(tmp_path, prices)
    changes = {
        "run": ticks.settings.run.model_copy(update={"days_folder": prices, "strategies": ("confluence",)}),
        "confluence": ticks.settings.confluence.model_copy(update={"rolling_bars": RollingBars(bars)}),
    }

    ticks = replace(ticks, settings=ticks.settings.model_copy(update=changes))
    expected = f"{prices}" if bars == "day" else None

    SelfCheck(
        tested=ticks, prints=fingerprints(ticks.settings), progress=Shown().progress, data_digest=""
    ).findings(tmp_path / "trials.jsonl", NOW_MS)

    trial = json.loads((tmp_path / "trials.jsonl").read_text())
    assert run_document(ticks)["days_folder"] == trial["policy"]["days_folder"] == expected


# --- promotion ----------------------------------------------------------------------------------------------


def promoted(done, **options):
    written = []
    given = PromoteOptions(**({"report": done.report} | options))
    code = run_promote(done.settings, given, written.append, Shown().progress, NOW_MS)
    return code, written[-1]


def test_a_report_is_judged_and_the_verdict_written_with_all_hashes(done, tmp_path):
    code, text = promoted(done, out=tmp_path / "verdict.json")

    written = json.loads((tmp_path / "verdict.json").read_text())
    assert code == 1
    assert "not promoted: " in text
    assert text.splitlines()[-1] == f"promotion: {tmp_path / 'verdict.json'}"
    assert written["passed"] is False
    assert written["criteria"] == done.honesty["criteria"]
    assert written["findings"] == done.honesty
    assert written["data"]["hash"] == done.record["data"]["hash"]
    assert len(written["data"]["hash"]) == 64
    assert len(written["program"]["code_hash"]) == 16
    assert written["strategies"][0]["name"] == "ema_cross"
    assert written["strategies"][0]["settings"]["fast"] > 0
    assert written["strategies"][0]["settings_hash"] != written["risk"]["settings_hash"]


def test_a_verdict_is_put_where_mode_live_looks_for_it(done):
    promoted(done)

    (found,), unreadable = read_promotions(done.settings.run.data_dir / "promotions")
    assert (found.passed, found.is_intact, unreadable) == (False, True, ())
    assert found.symbols == ("AAA",)


@pytest.fixture
def good(done, tmp_path):
    """The folder of a report whose evidence meets every criterion."""
    record = done.record
    record["evidence"] |= {
        "returns": [0.012, -0.008] * 252,
        "trades": 400,
        "permutation_p": 0.01,
        "doubled_cost_return": 0.2,
        "warm_up_change": 0.0,
    }
    record["findings"]["not_measured"] = {}
    record["run"] |= {"cuts": 20, "check_days": 60}
    (tmp_path / "evidence.json").write_text(json.dumps(record))
    return tmp_path


def read_json(folder, name="evidence.json"):
    return json.loads((folder / name).read_text())


def test_good_evidence_is_promoted(done, good):
    code, text = promoted(done, report=good, out=good / "verdict.json")

    assert code == 0
    assert "promoted\n" in text


@pytest.mark.parametrize(
    ("changes", "criterion", "why"),
    [
        ({"slippage_bps": "0"}, "costs as live", "run.slippage_bps was 0, below the usual 0.5"),
        ({"stress": "gaps"}, "real prices", "the scenario gaps was laid over the prices"),
        ({"defects": ["AAA: a hole"]}, "real prices", "defects of the data were accepted (AAA: a hole)"),
    ],
)
def test_good_evidence_of_an_easier_world_is_not_promoted(done, good, changes, criterion, why):
    (good / "evidence.json").write_text(
        json.dumps(read_json(good) | {"run": read_json(good)["run"] | changes})
    )

    code, text = promoted(done, report=good, out=good / "verdict.json")

    assert code == 1
    (failed,) = (one for one in read_json(good, "verdict.json")["criteria"] if not one["passed"])
    assert failed["name"] == criterion
    assert failed["reason"].startswith(why)
    assert why in text


def test_what_a_backtest_was_played_under_is_on_record(tmp_path, prices):
    found = backtest(
        tmp_path, prices, CheckOptions(is_quick=True), stress="gaps", accept_defects=True, seed=7
    ).record["run"]

    assert (found["stress"], found["seed"], found["accept_defects"], found["defects"]) == (
        "gaps",
        7,
        True,
        [],
    )
    again = backtest(
        tmp_path / "again", tmp_path / "data" / "stress" / "gaps", CheckOptions(is_quick=True)
    ).record["run"]

    assert again["stress"] == "gaps"
    assert (found["spread_bps"], found["participation"], found["venue"]) == ("5", "0.1", {})


def test_a_backtest_can_be_run_for_it(prices, tmp_path):
    settings, written = settings_in(tmp_path), []
    options = PromoteOptions(backtest=BacktestOptions(data=prices, checks=CheckOptions(is_quick=True)))

    code = run_promote(settings, options, written.append, Shown().progress, NOW_MS)

    assert code == 1
    assert [len(list((tmp_path / "data" / name).iterdir())) for name in ("reports", "promotions")] == [1, 1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "no evidence.json in it, so it is no backtest's report"),
        ("{", "not the evidence of a backtest"),
        ("[]", "not evidence of version 1"),
        ('{"version": 2}', "not evidence of version 1"),
        ('{"version": 1}', "cannot be judged"),
        ('{"version": 1, "evidence": {"trials": null}}', "cannot be judged"),
    ],
)
def test_what_is_no_evidence_is_refused(done, tmp_path, content, why):
    if content is not None:
        (tmp_path / "evidence.json").write_text(content)

    with pytest.raises(SettingsError, match=why):
        promoted(done, report=tmp_path)


@pytest.mark.parametrize(
    ("name", "why"),
    [("nowhere", "there is no such folder"), ("file", "a file, not the folder of a report")],
)
def test_a_report_that_is_not_there_is_said_with_what_to_give(done, tmp_path, name, why):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match=f"--report {tmp_path / name}: {why}\n  fix: give the folder"):
        promoted(done, report=tmp_path / name)
