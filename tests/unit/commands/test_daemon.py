from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import LoginWay, RunOptions, SimulatorOptions
from trading_bot.settings.run import Mode

REFUSED = [
    '[run]\nmode = "live"\n',
    '[risk.exits]\nstops = "on_close"\n',
    "[risk.windows]\nsquare_off = false\n",
    '[risk.windows]\nauction_shares_flat_by = "15:20"\n',
]


def run(desk, *words, context=None):
    arguments, function = parse_arguments(words)
    context = context or desk.context
    places = replace(context.places, config_file=arguments.config, overrides=overrides_of(arguments))
    return function(arguments, replace(context, places=places))


def test_without_a_word_the_daemon_replays(desk):
    desk.backend.answers["run"] = 0

    assert run(desk) == 0

    ((_, settings, options),) = desk.backend.questions
    assert settings.mode is Mode.REPLAY
    assert options == RunOptions()


def test_options_of_the_run_reach_the_daemon(desk):
    words = "--mode replay --data d --date 2026-11-19 --speed 0 --seed 7 --symbols A,B --exit-after-close"
    run(desk, *words.split(), "--simulator", "http://127.0.0.1:8787/")

    ((_, settings, options),) = desk.backend.questions
    assert options == RunOptions(
        simulator_url="http://127.0.0.1:8787", data=Path("d"), session_on=date(2026, 11, 19), speed=0, seed=7
    )
    assert settings.run.symbols == ("A", "B")
    assert settings.run.exit_after_close


def test_live_without_its_second_half_never_reaches_the_daemon(desk):
    with pytest.raises(SettingsError, match="LIVE_TRADING=yes"):
        run(desk, "--mode", "live")

    assert desk.backend.questions == []


@pytest.mark.parametrize(
    "option", ["--data d", "--date 2026-11-19", "--speed 0", "--seed 7", "--simulator http://127.0.0.1:8787"]
)
def test_what_chooses_a_replay_is_refused_in_other_modes(desk, option):
    with pytest.raises(
        SettingsError, match=f"{option.split()[0]}: .* the mode in effect is paper: add --mode replay"
    ):
        run(desk, "--mode", "paper", *option.split())

    assert desk.backend.questions == []


def test_panic_without_a_terminal_needs_yes(desk):
    with pytest.raises(SettingsError, match="needs --yes"):
        run(desk, "--panic-exit")

    assert desk.backend.questions == []


def test_panic_with_yes_asks_nobody(desk):
    desk.backend.answers["panic_exit"] = 0

    assert run(desk, "--panic-exit", "--yes", "--mode", "live") == 0

    assert desk.backend.questions[0][1].mode is Mode.LIVE


@pytest.mark.parametrize(("reply", "verbs"), [(" YES ", ["panic_exit"]), ("y", []), ("", [])])
def test_panic_on_a_terminal_wants_a_whole_yes(desk, reply, verbs):
    run(desk, "--panic-exit", context=desk.with_terminal(reply))

    assert [question[0] for question in desk.backend.questions] == verbs


def test_panic_works_with_broken_settings(desk):
    desk.backend.answers["panic_exit"] = 0
    (desk.folder / ".env").write_text("FOO=1\n", encoding="utf-8")

    assert run(desk, "--panic-exit", "--yes") == 0

    assert "FOO: no such setting" in desk.warned[0]


def test_panic_does_not_guess_the_mode_where_it_may_have_been_left_out(desk, tmp_path):
    """Fault 86: it would end with "nothing can be open" while the daemon of another mode trades."""
    config = tmp_path / "broken.toml"
    config.write_text("[run\nmode = live", encoding="utf-8")

    with pytest.raises(SettingsError, match="add --mode"):
        run(desk, "--config", str(config), "--panic-exit", "--yes")

    assert desk.backend.questions == []
    assert "broken TOML" in desk.warned[0]
    desk.backend.answers["panic_exit"] = 0
    assert run(desk, "--config", str(config), "--panic-exit", "--yes", "--mode", "live") == 0


def test_resume_says_what_it_released(desk):
    desk.backend.answers["resume"] = "released: panic latch"

    assert run(desk, "resume") == 0

    assert desk.written == ["released: panic latch"]


def test_pause_says_what_it_did(desk):
    desk.backend.answers["pause"] = "paused: no new entries"

    assert run(desk, "pause") == 0

    assert desk.written == ["paused: no new entries"]


@pytest.mark.parametrize("code", [0, 1])
def test_flatten_tells_its_steps_and_whether_all_is_closed(desk, code):
    desk.backend.answers["flatten"] = code

    assert run(desk, "flatten") == code

    assert desk.written == ["closing"]


def test_options_of_the_simulator_reach_it(desk):
    desk.backend.answers["simulator"] = 0
    words = "--port 8787 --data d --date 2026-11-19 --speed 10 --seed 3 --symbols A --token T --exit-at-close"
    halt = "--breaker-at 11:00"

    assert run(desk, "simulator", *words.split(), *halt.split()) == 0

    assert desk.backend.questions == [
        (
            "simulator",
            SimulatorOptions(
                port=8787,
                data=Path("d"),
                session_on=date(2026, 11, 19),
                speed=10,
                seed=3,
                symbols=("A",),
                breaker_at=time(11),
                token="T",
                exit_at_close=True,
            ),
        )
    ]


@pytest.mark.parametrize("way", LoginWay)
def test_login_passes_the_way_and_the_terminal_on(desk, way):
    option = "" if way is LoginWay.BROWSER else f"--{way}"

    assert run(desk, "login", *option.split()) == 0
    assert desk.backend.questions == [("login", way, False)]


@pytest.mark.parametrize(("key", "value"), [("exits.stops", '"on_close"'), ("windows.square_off", "false")])
def test_rules_that_leave_positions_bare_or_overnight_never_reach_the_daemon(desk, tmp_path, key, value):
    """V4, V11."""
    section, name = key.split(".")
    config = tmp_path / "bare.toml"
    config.write_text(f"[risk.{section}]\n{name} = {value}\n")

    with pytest.raises(SettingsError, match=f"risk.{key} is .*Only sweep and walkforward"):
        run(desk, "--config", str(config))

    assert desk.backend.questions == []


@pytest.mark.parametrize("refused", REFUSED)
def test_check_is_red_where_the_daemon_does_not_start(desk, tmp_path, refused):
    config = tmp_path / "refused.toml"
    config.write_text(refused, encoding="utf-8")
    with pytest.raises(SettingsError):
        run(desk, "--config", str(config))

    assert run(desk, "check", "--config", str(config)) == SettingsError.exit_code
    assert desk.backend.questions == []
