"""`login` against the simulator's page, as a person at a terminal does it."""

import json
import stat
import urllib.error
import urllib.parse
import urllib.request

import pytest

from trading_bot.bootstrap.program import Program
from trading_bot.domain.errors import LoginNeededError, SettingsError
from trading_bot.settings.load import Places, load_settings

CREDENTIALS = {
    "UPSTOX_API_KEY": "app-key",
    "UPSTOX_API_SECRET": "app-secret",
    "UPSTOX_REDIRECT_URI": "http://127.0.0.1:8123/back",
}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


class Person:
    """Opens what is written, approves, and pastes what comes back, altered where a test wants it."""

    def __init__(self, alter=lambda pasted: pasted):
        self.written = []
        self.alter = alter

    def write(self, text):
        self.written.append(text)

    def ask(self, _question):
        address = next(line for line in self.written[0].splitlines() if line.startswith("http"))
        parts = urllib.parse.urlsplit(address)
        form = urllib.parse.urlencode(dict(urllib.parse.parse_qsl(parts.query))).encode()
        browser = urllib.request.build_opener(NoRedirect)
        with pytest.raises(urllib.error.HTTPError) as sent_back:
            browser.open(f"{parts.scheme}://{parts.netloc}{parts.path}", form, timeout=5)
        with sent_back.value as answer:
            return self.alter(answer.headers["Location"])


@pytest.fixture
def log_in(shell, simulator):
    shell.use_broker(simulator(client_id="app-key", client_secret="app-secret"))

    def run(person, **environment):
        places = Places(folder=shell.folder, environment=CREDENTIALS | environment)
        Program().login(load_settings(places).settings, person.ask, person.write)
        return json.loads((shell.data / "upstox_token.json").read_text(encoding="utf-8"))

    return run


def test_pasted_address_becomes_a_private_token_of_the_account(shell, log_in):
    person = Person()

    stored = log_in(person)

    assert stored["account"] == "SIM001"
    assert stat.S_IMODE((shell.data / "upstox_token.json").stat().st_mode) == 0o600
    assert "logged in as SIM001; the token is valid until " in person.written[-1]
    assert "03:30 IST" in person.written[-1]
    assert stored["access_token"] not in "".join(person.written)


def test_token_of_a_login_opens_the_account(shell, log_in):
    log_in(Person())

    shell("check --json")

    lines = {line["name"]: line for line in shell.json()["lines"]}
    assert lines["token"]["message"].startswith("of account SIM001, valid until ")
    assert lines["profile"]["state"] == "ok"


def test_code_alone_will_do(log_in):
    person = Person(lambda pasted: urllib.parse.parse_qs(urllib.parse.urlsplit(pasted).query)["code"][0])

    assert log_in(person)["account"] == "SIM001"


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (lambda pasted: pasted.replace("state=", "state=x"), "does not belong to this login"),
        (lambda pasted: pasted.replace("code=", "error="), "holds no code"),
        (lambda _pasted: "wrong-code", "the login was refused"),
        (lambda _pasted: "  ", "nothing was pasted"),
    ],
)
def test_what_is_not_a_login_stores_nothing(shell, log_in, alter, told):
    with pytest.raises(LoginNeededError, match=told):
        log_in(Person(alter))

    assert not (shell.data / "upstox_token.json").exists()


def test_login_that_is_broken_off_stores_nothing(shell, log_in):
    def broken_off(_pasted):
        raise EOFError

    with pytest.raises(LoginNeededError, match="nothing was pasted"):
        log_in(Person(broken_off))


def test_another_account_than_configured_is_refused(shell, log_in):
    with pytest.raises(LoginNeededError, match="account SIM001 logged in, the settings expect AB1234"):
        log_in(Person(), TRADING_BOT__UPSTOX__ACCOUNT="AB1234")

    assert not (shell.data / "upstox_token.json").exists()


def test_missing_credentials_are_named(log_in):
    with pytest.raises(SettingsError, match="UPSTOX_API_KEY is not set"):
        log_in(Person(), UPSTOX_API_KEY="")


def test_without_a_terminal_login_ends_with_exit_code_3(shell, monkeypatch):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)

    assert shell("login") == 3
    assert "login needs a terminal" in shell.error()
