"""What mode live and `check` make of promotions."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.fakes.recorded_run import a_run
from trading_bot.bootstrap import fingerprints as prints
from trading_bot.bootstrap.modes import market_daemon
from trading_bot.bootstrap.promotions.files import VERSION, promotion_name, read_promotions, write_promotion
from trading_bot.bootstrap.promotions.standing import promotion_line, require_promotion, standing
from trading_bot.domain.errors import SettingsError
from trading_bot.report.check_line import CheckState
from trading_bot.risk.ramp.settings import RampSettings
from trading_bot.settings.run import LiveSettings, Mode, RunSettings
from trading_bot.settings.tree import Settings
from trading_bot.strategies.confluence import Confluence
from trading_bot.strategies.confluence_settings import ConfluenceSettings

NO_RAMP = RampSettings(enabled=False, loosened=True)
SURROUNDINGS = SimpleNamespace(clock=SimpleNamespace(now_ms=lambda: 1_795_059_000_000))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "promotions"


@pytest.fixture
def settings(tmp_path):
    run = RunSettings(mode="live", data_dir=tmp_path / "data", symbols=("RELIANCE",))
    return Settings(run=run, live=LiveSettings(ramp=NO_RAMP))


def a_promotion(settings, **changes):
    found = prints.fingerprints(settings)
    return {
        "version": VERSION,
        "written_at": "2026-11-19T09:00:00+05:30",
        "passed": True,
        "criteria": [{"name": "length", "passed": True, "reason": "long"}],
        "strategies": [
            {"name": one.name, "code_hash": one.code_hash, "settings_hash": one.settings_hash}
            for one in found.strategies
        ],
        "risk": {"settings_hash": found.risk_hash, "changed": {}},
        "run": a_run(),
        "data": {"symbols": ["RELIANCE", "SBIN"]},
    } | changes


def doubts(settings):
    return standing(settings).doubts


def test_a_promotion_of_what_will_trade_holds(folder, settings):
    write_promotion(a_promotion(settings), folder / "one.json")

    found = standing(settings)

    assert (found.held, found.doubts) == (("confluence on 2026-11-19",), ())


def test_without_a_promotion_there_is_a_doubt(settings):
    assert doubts(settings) == ("strategy confluence was never promoted",)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"passed": False, "criteria": [{"name": "length", "passed": False, "reason": ""}]},
            "did not pass (length)",
        ),
        ({"data": {"symbols": ["SBIN"]}}, "not tested on RELIANCE"),
        ({"risk": {"settings_hash": "x"}}, "the settings of risk are others"),
        ({"run": a_run(slippage_bps="0")}, "run.slippage_bps was 0, below the usual 0.5"),
        ({"run": a_run(stress="gaps")}, "the scenario gaps was laid over the prices"),
        ({"run": {"fidelity": "candle"}}, "it was written by an older version, test it again"),
    ],
)
def test_a_promotion_that_does_not_hold_says_why(folder, settings, changes, why):
    write_promotion(a_promotion(settings, **changes), folder / "one.json")

    (doubt,) = doubts(settings)

    assert doubt.startswith("strategy confluence: one.json: ")
    assert why in doubt


def test_other_settings_are_another_strategy(folder, settings):
    write_promotion(a_promotion(settings), folder / "one.json")
    changed = settings.model_copy(update={"confluence": ConfluenceSettings(timeframe_minutes=5)})

    (doubt,) = doubts(changed)

    assert doubt.endswith("its settings are others than those that were tested")


def test_other_code_is_another_strategy(folder, settings):
    write_promotion(a_promotion(settings), folder / "one.json")
    content = json.loads((folder / "one.json").read_text())
    del content["digest"]
    content["strategies"][0]["code_hash"] = "of last year"
    write_promotion(content, folder / "one.json")

    assert doubts(settings)[0].endswith("its code is another than the one that was tested")


def test_a_file_that_was_changed_by_hand_does_not_hold(folder, settings):
    failed = a_promotion(settings, passed=False)
    write_promotion(failed, folder / "one.json")
    text = (folder / "one.json").read_text()
    (folder / "one.json").write_text(text.replace('"passed": false', '"passed": true'))

    assert "was changed after it was written" in doubts(settings)[0]


def test_the_newest_promotion_counts(folder, settings):
    write_promotion(a_promotion(settings), folder / "b.json")
    later = "2026-11-20T09:00:00+05:30"
    write_promotion(a_promotion(settings, passed=False, written_at=later), folder / "a.json")

    assert "a.json: did not pass" in doubts(settings)[0]


def test_a_test_together_with_a_strategy_that_is_off_says_nothing(folder, settings):
    together = a_promotion(settings)
    together["strategies"].append({"name": "other", "code_hash": "", "settings_hash": ""})
    write_promotion(together, folder / "one.json")

    assert doubts(settings) == ("strategy confluence was never promoted",)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"version": 9}', '{"version": 1}', '{"version": 1, "written_at": "2026-11-19"}']
)
def test_files_that_cannot_be_read_are_told_where_a_promotion_is_missed(folder, settings, text):
    folder.mkdir(parents=True)
    (folder / "bad.json").write_text(text)

    assert "bad.json: cannot be read as a promotion" in doubts(settings)[1]
    write_promotion(a_promotion(settings), folder / "one.json")
    assert doubts(settings) == ()


def test_a_moment_without_an_offset_is_unreadable(folder, settings):
    write_promotion(a_promotion(settings, written_at="2026-11-19T09:00:00"), folder / "one.json")

    found, unreadable = read_promotions(folder)

    assert found == ()
    assert "no offset from UTC" in unreadable[0]


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path, settings):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match="the promotion cannot be written"):
        write_promotion(a_promotion(settings), tmp_path / "file" / "one.json")


def test_a_name_is_a_plain_one():
    assert (
        promotion_name(["my.module:Class", "b"], "20261119-090000")
        == "my.module-Class+b-20261119-090000.json"
    )


# --- mode live ----------------------------------------------------------------------------------------------


def demanding(settings):
    return settings.model_copy(update={"live": LiveSettings(require_promotion=True, ramp=NO_RAMP)})


def test_mode_live_warns_of_a_strategy_without_promotion(settings):
    daemon = market_daemon(settings, SURROUNDINGS)

    assert daemon.doubts == ("strategy confluence was never promoted",)


def test_mode_live_refuses_it_when_promotions_are_demanded(folder, settings):
    with pytest.raises(SettingsError, match=r"require_promotion is yes, and strategy confluence was never"):
        market_daemon(demanding(settings), SURROUNDINGS)

    write_promotion(a_promotion(settings), folder / "one.json")
    assert market_daemon(demanding(settings), SURROUNDINGS).doubts == ()


def test_a_promotion_that_holds_satisfies_the_demand(folder, settings):
    write_promotion(a_promotion(settings), folder / "one.json")

    require_promotion(demanding(settings), standing(settings))


def test_other_modes_ask_for_none(settings):
    paper = settings.model_copy(update={"run": settings.run.model_copy(update={"mode": Mode.PAPER})})

    assert market_daemon(demanding(paper), SURROUNDINGS).doubts == ()


def test_check_tells_it(folder, settings):
    doubt, refusal = promotion_line(settings), promotion_line(demanding(settings))
    write_promotion(a_promotion(settings), folder / "one.json")
    good = promotion_line(settings)

    assert [one.state for one in (doubt, refusal, good)] == [CheckState.WARN, CheckState.FAIL, CheckState.OK]
    assert doubt.message == "strategy confluence was never promoted"
    assert "promote --data" in refusal.fix
    assert good.message == "confluence on 2026-11-19"


def test_check_does_not_ask_for_it_in_other_modes():
    assert promotion_line(Settings()).message == "not needed in mode replay"


def test_check_tells_a_strategy_that_is_not_there(settings):
    run = settings.run.model_copy(update={"strategies": ("nothing",)})

    assert promotion_line(settings.model_copy(update={"run": run})).state is CheckState.FAIL


# --- hashes -------------------------------------------------------------------------------------------------


def test_hashes_change_with_settings_and_only_with_them():
    first, again = (prints.strategy_print(Confluence(ConfluenceSettings())) for _ in range(2))
    other = prints.strategy_print(Confluence(ConfluenceSettings(timeframe_minutes=5)))

    assert first.settings_hash == again.settings_hash != other.settings_hash
    assert first.code_hash == other.code_hash == prints.program_hash()
    assert other.changed == {"timeframe_minutes": 5}
    assert prints.hash_of({"a": 1, "b": 2}) == prints.hash_of({"b": 2, "a": 1})


def test_a_strategy_of_ones_own_is_hashed_by_its_file(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "own_strategy.py"
    file.write_text("class Own:\n    name = 'own'\n")
    import own_strategy

    before = prints.strategy_print(own_strategy.Own())
    file.write_text("class Own:\n    name = 'own'  # changed\n")
    after = prints.strategy_print(own_strategy.Own())

    assert before.place == "own_strategy:Own"
    assert before.code_hash != after.code_hash
    assert prints.program_hash() not in {before.code_hash, after.code_hash}


def test_risk_is_a_part_of_it(settings):
    exits = settings.risk.exits.model_copy(update={"atr_stop_multiple": 9.0})
    changed = settings.model_copy(update={"risk": settings.risk.model_copy(update={"exits": exits})})

    assert prints.fingerprints(settings).risk_hash != prints.fingerprints(changed).risk_hash
    assert replace(prints.fingerprints(settings), risk_hash="") == replace(
        prints.fingerprints(changed), risk_hash="", risk_changed={}
    )
