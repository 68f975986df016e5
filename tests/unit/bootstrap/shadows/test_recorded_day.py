"""A day that the daemon recorded, played once more: the baseline is the day itself, a shadow is not."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.price_folder import Shown
from tests.fakes.virtual_days import generated, traded
from trading_bot.adapters.storage.input_log import FileInputLog, read_input_log
from trading_bot.bootstrap.shadows.run import run_shadow
from trading_bot.domain.errors import SettingsError, StorageError, UserFacingError
from trading_bot.domain.ist import midnight_ms
from trading_bot.settings.options import ShadowOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings
from trading_bot.simulator.in_process.recorded_inputs import RecordedInputs
from trading_bot.simulator.market import DEFAULT_DAY

SHADOW = {"busy": {"confluence": {"min_volume_ratio": 9.0}}}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The data folder after one replayed day with recorded inputs."""
    folder = tmp_path_factory.mktemp("data")
    log = FileInputLog(folder / "inputs" / "replay", clock_ms=lambda: midnight_ms(DEFAULT_DAY))
    traded(generated(symbols=("TATASTEEL",)), database=folder / "replay.db", input_log=log)
    log.close()
    (folder / "replay-20260101-000000.db").write_text("of another version")
    return folder


@pytest.fixture(scope="module")
def played(data):
    """What the shadow of that day came to, and what was said."""
    said = []
    code = run_shadow(settings(data), ShadowOptions(), said.append, Shown().progress, 0)
    (report,) = (data / "reports").glob("shadow-replay/shadows.json")
    return code, "\n".join(said), json.loads(report.read_text())["shadows"][0]


def settings(data, **more):
    logs = {"folder": data / "logs"}
    return Settings(run={"mode": Mode.REPLAY, "data_dir": data}, logs=logs, shadow=SHADOW, **more)


def test_the_baseline_raises_every_signal_of_the_real_day_and_trades_like_it(played):
    """V19: what is compared with the shadow is what would have happened again."""
    code, _, shadow = played
    (day,) = shadow["days"]

    assert code == 0
    assert day["real"][0] > 0
    assert day["real_alike"] == day["real"][0] == day["baseline"][0]
    assert day["real"][:2] == day["baseline"][:2], "signals and trades"
    assert Decimal(day["real"][4]) == pytest.approx(Decimal(day["baseline"][4]), rel=Decimal("0.02")), (
        "the recording has the best prices of the depth alone"
    )


def test_signals_that_the_shadow_did_not_raise_name_the_gate(played):
    _, text, shadow = played
    (day,) = shadow["days"]

    gone = [change for change in day["changes"] if change[4] == "only the baseline"]
    assert len(gone) == day["baseline"][0] - day["shadow"][0]
    assert gone
    assert all("needs" in change[5] for change in gone)
    assert "Too early to tell" in text


def test_it_is_counted_as_one_trial_however_often_it_is_asked(data, played):
    trials = data / "research" / "trials.jsonl"
    before = trials.read_text()

    again = []
    run_shadow(settings(data), ShadowOptions(), again.append, Shown().progress, 0)

    assert trials.read_text() == before, "the day was kept, nothing was tried anew"
    assert "1 setting was tried" in again[0]


def test_a_day_that_is_not_on_record_is_told_with_those_that_are(data):
    options = ShadowOptions(first=DEFAULT_DAY + timedelta(days=1), last=DEFAULT_DAY + timedelta(days=1))

    with pytest.raises(SettingsError, match=f"the only day that is, is {DEFAULT_DAY}"):
        run_shadow(settings(data), options, print, Shown().progress, 0)


def test_a_journal_that_cannot_be_read_is_no_journal_without_days(tmp_path):
    (tmp_path / "replay.db").write_text("broken")

    with pytest.raises(UserFacingError, match=r"replay\.db"):
        run_shadow(settings(tmp_path), ShadowOptions(), print, Shown().progress, 0)


def test_without_a_journal_it_is_said_what_to_do(tmp_path):
    with pytest.raises(SettingsError, match="there is no journal of mode replay"):
        run_shadow(settings(tmp_path), ShadowOptions(), print, Shown().progress, 0)


def test_a_shadow_of_a_strategy_that_does_not_run_is_refused(data):
    idle = Settings(
        run={"mode": Mode.REPLAY, "data_dir": data}, shadow={"x": {"strategies": {"ema_cross": {"fast": 3}}}}
    )

    with pytest.raises(SettingsError, match="decides as what is in effect does"):
        run_shadow(idle, ShadowOptions(), print, Shown().progress, 0)


def test_frames_come_in_their_order_as_often_as_they_are_asked_for(data):
    recorded = RecordedInputs(data / "inputs" / "replay", DEFAULT_DAY)
    moments = list(recorded.moments())

    assert moments == list(recorded.moments())
    assert [one.at_ms for one in moments] == sorted(one.at_ms for one in moments)
    assert recorded.processes == 1


def test_history_holds_nothing_of_the_day_itself(data):
    """V12."""
    recorded = RecordedInputs(data / "inputs" / "replay", DEFAULT_DAY)
    (share,) = (one for one in recorded.instruments if one.is_tradable)
    candles = recorded.history(share.key, DEFAULT_DAY - timedelta(days=99), DEFAULT_DAY)

    assert candles
    assert candles[-1].start_ms < midnight_ms(DEFAULT_DAY)
    assert recorded.previous_close(share.key) == candles[-1].close


@pytest.mark.parametrize("keeps", [lambda kind: kind != "day_opened", lambda _kind: False])
def test_a_recording_without_the_opening_of_its_day_is_refused(data, tmp_path, keeps):
    log = FileInputLog(tmp_path, clock_ms=lambda: midnight_ms(DEFAULT_DAY))
    for record in read_input_log(data / "inputs" / "replay"):
        if keeps(record.kind):
            log.record(*record)
    log.close()

    with pytest.raises(StorageError, match="opens no day"):
        RecordedInputs(tmp_path, DEFAULT_DAY)
