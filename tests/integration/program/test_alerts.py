"""`alerts test` and the line of `check`, with receivers on loopback; no secret comes out."""

import pytest

from tests.fakes.receivers import BOT_TOKEN, CANARIES, CHAT, HOOK, PASSWORD, web_receiver


@pytest.fixture
def receiver(beside):
    manager = web_receiver()
    yield beside.do(manager.__aenter__())
    beside.do(manager.__aexit__(None, None, None))


@pytest.fixture
def configured(shell):
    def write(*addresses, more=""):
        lines = [f"ALERT_URL_{number}={address}" for number, address in enumerate(addresses, start=1)]
        (shell.folder / ".env").write_text("\n".join([*lines, more]), encoding="utf-8")
        (shell.folder / ".env").chmod(0o600)

    return write


def hook(port):
    return f"json://127.0.0.1:{port}/{HOOK}"


def stamps(shell):
    return sorted(path.name for path in shell.folder.rglob("alerts.json"))


def without_secrets(text):
    assert not [canary for canary in CANARIES if canary in text]
    return text


def test_a_test_says_of_each_channel_whether_it_took_the_message(shell, receiver, configured):
    configured(hook(receiver.port), hook(9))

    assert shell("alerts test") == 1

    said = without_secrets(shell.output())
    assert said.startswith("alerts 1 (json)  taken\nalerts 2 (json)  NOT TAKEN: ")
    assert receiver.texts == ["test: this channel takes alerts"]
    assert not stamps(shell)


def test_an_address_may_lie_in_a_file_of_its_own(shell, receiver, configured, tmp_path):
    (tmp_path / "address").write_text(f"{hook(receiver.port)}\n")
    configured(more=f"ALERT_URL_1_FILE={tmp_path / 'address'}")

    assert shell("alerts test --channel 1") == 0
    assert len(receiver.posted) == 1
    assert stamps(shell) == ["alerts.json"]  # the checklist before going live asks for it


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"tgram://{BOT_TOKEN}", "names no chat"),
        ("slack://canary", "not complete or not well-formed; write for example slack://TOKEN_A"),
        (f"mailto://me:{PASSWORD}@smtp.x.in", "unencrypted"),
        ("canary", "not an address with a scheme"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(shell, configured, address, why):
    configured(address)

    assert shell("alerts test") == 1
    assert why in without_secrets(shell.output())


def test_check_has_a_doubt_where_nobody_would_be_told(check):
    _, lines = check("--mode paper")

    assert lines["alerts"]["state"] == "warn"
    assert "alerts test" in lines["alerts"]["fix"]


def test_check_knows_the_channels_and_sends_nothing(check, configured, receiver):
    configured(hook(receiver.port), f"tgram://{BOT_TOKEN}/{CHAT}", more="TELEGRAM_COMMANDS=yes")

    _, lines = check("--mode paper")

    assert lines["alerts"]["state"] == "ok"
    assert without_secrets(lines["alerts"]["message"]).startswith("alerts 1 (json), alerts 2 (tgram)")
    assert receiver.posted == []


def test_one_channel_alone_is_a_doubt(check, configured):
    configured(f"tgram://{BOT_TOKEN}/{CHAT}")

    _, lines = check("--mode paper")

    assert lines["alerts"]["state"] == "warn"


@pytest.mark.parametrize(
    ("address", "more"),
    [(f"tgram://{BOT_TOKEN}/-42", "TELEGRAM_COMMANDS=yes"), ("foo://canary", "")],
    ids=["orders from a group", "no such service"],
)
def test_check_is_red_where_the_daemon_would_not_start(check, configured, address, more):
    configured(address, more=more)

    code, lines = check("--mode paper")

    assert (code, lines["alerts"]["state"]) == (2, "fail")
    without_secrets(str(lines))


def test_replay_needs_no_alerts_and_imports_nothing_for_them(check):
    _, lines = check("--mode replay")

    assert lines["alerts"]["message"] == "not needed in mode replay"


def test_config_show_hides_an_address(shell, configured):
    configured(hook(9))

    assert shell("config show") == 0
    assert "alerts.channel_1.url" in without_secrets(shell.output())
