"""`login --phone`: the simulator asks on the phone, and posts the token to where this listens."""

import itertools
import json
import socket
import threading
import time
import urllib.request

import pytest

from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.login.by_phone import Seams, log_in_by_phone
from trading_bot.domain.errors import LoginNeededError, SettingsError, UserFacingError
from trading_bot.settings.load import Places, load_settings

CREDENTIALS = {"UPSTOX_API_KEY": "app-key", "UPSTOX_API_SECRET": "app-secret"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def posted(address: str, body: object) -> dict:
    request = urllib.request.Request(address, json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


@pytest.fixture
def phone(shell, simulator):
    """Log in by phone; `answers` is what the user does as soon as the approval is asked for."""
    port = free_port()
    url = simulator(
        client_id="app-key",
        client_secret="app-secret",
        notifier_url=f"http://127.0.0.1:{port}/upstox/token",
    )

    class Phone:
        is_daemon_listening = False
        account = "SIM001"
        monotonic_s = staticmethod(time.monotonic)

        def answers(self):
            return posted(f"{url}/simulator/approval", {"action": "approve"})

        def write(self, text):
            self.said.append(text)
            if "approve the request on your phone" in text:
                threading.Thread(target=self.answers).start()

        def log_in(self, *, notifier_port=port):
            shell.use_broker(
                url,
                more=f'account = "{self.account}"\n[login]\nnotifier_port = {notifier_port}\n',
            )
            places = Places(folder=shell.folder, environment=CREDENTIALS | self.environment)
            seams = Seams(
                now_ms=wall_now_ms,
                is_daemon_listening=lambda: self.is_daemon_listening,
                look_s=0.01,
                monotonic_s=self.monotonic_s,
            )
            log_in_by_phone(load_settings(places).settings, self.write, seams)
            return json.loads((shell.data / "upstox_token.json").read_text(encoding="utf-8"))

    phone = Phone()
    phone.port, phone.said, phone.environment = port, [], {}
    return phone


def test_an_approval_on_the_phone_becomes_the_token_of_the_day(phone):
    stored = phone.log_in()

    assert stored["account"] == "SIM001"
    assert f"the broker will send the token to http://127.0.0.1:{phone.port}/upstox/token" in phone.said[0]
    assert "logged in as SIM001" in phone.said[-1]


def test_the_running_daemon_takes_the_token_where_it_is_the_one_that_listens(phone, shell):
    phone.is_daemon_listening = True
    phone.answers = shell.store_token

    assert phone.log_in()["account"] == "SIM001"
    assert phone.said[0] == "the running daemon takes the token in"


def test_a_token_that_was_there_before_is_not_taken_for_the_answer(phone, shell):
    shell.store_token()

    assert phone.log_in()["access_token"] != "token-of-the-day"


def test_a_refusal_on_the_phone_ends_the_wait_with_what_may_be_the_cause(phone):
    """The broker tells nobody that the user refused."""
    phone.answers = lambda: None
    phone.monotonic_s = itertools.count(step=61).__next__

    with pytest.raises(LoginNeededError, match="refused or not seen on the phone"):
        phone.log_in()

    assert any(text.startswith("still waiting") for text in phone.said)


def test_an_approval_of_another_account_is_told_to_who_waits(phone):
    phone.account, approve, is_over = "AB1234", phone.answers, threading.Event()

    def answers():
        approve()
        is_over.set()

    phone.answers = answers
    phone.monotonic_s = lambda: 1e9 if is_over.is_set() else 0.0

    with pytest.raises(LoginNeededError, match="account SIM001 logged in, the settings expect AB1234"):
        phone.log_in()


def test_without_a_notifier_nothing_is_asked(phone):
    with pytest.raises(SettingsError, match="cannot be asked for it"):
        phone.log_in(notifier_port=0)

    assert phone.said == []


def test_a_notifier_that_would_take_any_account_is_refused(phone):
    phone.account = ""

    with pytest.raises(SettingsError, match="anybody's token would be taken"):
        phone.log_in()


def test_a_port_that_another_program_holds_is_named_before_anything_is_asked(phone):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", phone.port))
        taken.listen()

        with pytest.raises(UserFacingError, match=f"127.0.0.1:{phone.port}/upstox/token cannot be opened"):
            phone.log_in()

    assert phone.said == []


@pytest.mark.parametrize(
    ("name", "told"), [("UPSTOX_API_KEY", "UPSTOX_API_KEY or"), ("UPSTOX_API_SECRET", "UPSTOX_API_SECRET is")]
)
def test_a_wrong_key_or_secret_is_named(phone, name, told):
    phone.environment = {name: "wrong"}

    with pytest.raises(LoginNeededError, match=f"not requested.*{told}"):
        phone.log_in()
