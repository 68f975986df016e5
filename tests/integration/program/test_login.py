"""`login` against the simulator's page, as a person at a terminal and a browser does it."""

import asyncio
import json
import socket
import stat
import urllib.error
import urllib.parse
import urllib.request

import pytest

from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.login.by_browser import Person, log_in_by_browser
from trading_bot.domain.errors import LoginNeededError, SettingsError
from trading_bot.settings.load import Places, load_settings

CREDENTIALS = {
    "UPSTOX_API_KEY": "app-key",
    "UPSTOX_API_SECRET": "app-secret",
    "UPSTOX_REDIRECT_URI": "https://ops.example.test/back",
}
FOREVER = "nobody types"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def fetched(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


class Somebody:
    """Opens what is written, approves; pastes what comes back, altered where a test wants it."""

    def __init__(self, alter=lambda pasted: pasted, *, opens=False, is_remote=False):
        self.written = []
        self.alter = alter
        self.opens = opens
        self.pages = []
        self.is_remote = is_remote

    @property
    def person(self):
        return Person(
            write=self.written.append, typed=self.typed, open_page=self.open_page, is_remote=self.is_remote
        )

    @property
    def said(self):
        return "\n".join(self.written)

    async def typed(self, _question):
        if self.opens:
            await asyncio.Event().wait()
        return self.alter(await asyncio.to_thread(self.approved))

    def open_page(self, _address):
        """A browser that comes back to the redirect address, after a stray request of some other page."""
        if self.opens:
            asyncio.get_running_loop().run_in_executor(None, self.browse)
        return self.opens

    def browse(self):
        back = self.approved()
        stray = back.split("?")[0] + "?code=x&state=guessed"
        self.pages += [fetched(stray), fetched(self.alter(back))]

    def approved(self):
        address = next(line for line in self.said.splitlines() if line.startswith("http"))
        parts = urllib.parse.urlsplit(address)
        form = urllib.parse.urlencode(dict(urllib.parse.parse_qsl(parts.query))).encode()
        browser = urllib.request.build_opener(NoRedirect)
        with pytest.raises(urllib.error.HTTPError) as sent_back:
            browser.open(f"{parts.scheme}://{parts.netloc}{parts.path}", form, timeout=5)
        with sent_back.value as answer:
            return answer.headers["Location"]


@pytest.fixture
def log_in(shell, simulator):
    shell.use_broker(simulator(client_id="app-key", client_secret="app-secret"))

    def run(somebody, *, is_pasted=True, now_ms=wall_now_ms, **environment):
        places = Places(folder=shell.folder, environment=CREDENTIALS | environment)
        log_in_by_browser(load_settings(places).settings, somebody.person, is_pasted=is_pasted, now_ms=now_ms)
        return json.loads((shell.data / "upstox_token.json").read_text(encoding="utf-8"))

    return run


def test_pasted_address_becomes_a_private_token_of_the_account(shell, log_in):
    somebody = Somebody()

    stored = log_in(somebody)

    assert stored["account"] == "SIM001"
    assert stat.S_IMODE((shell.data / "upstox_token.json").stat().st_mode) == 0o600
    assert "logged in as SIM001; the token is valid until " in somebody.written[-1]
    assert "03:30 IST" in somebody.written[-1]
    assert stored["access_token"] not in somebody.said


def test_token_of_a_login_opens_the_account(shell, log_in):
    log_in(Somebody())

    shell("check --json")

    lines = {line["name"]: line for line in shell.json()["lines"]}
    assert lines["token"]["message"].startswith("of account SIM001, valid until ")
    assert lines["profile"]["state"] == "ok"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_browser_that_comes_back_is_caught_and_nothing_is_pasted(log_in, host):
    """Fault 33: a request with another state is refused, and costs nothing."""
    somebody = Somebody(opens=True)
    address = f"http://{host}:{free_port()}/back"

    stored = log_in(somebody, is_pasted=False, UPSTOX_REDIRECT_URI=address)

    assert stored["account"] == "SIM001"
    (stray, page), (back, _) = somebody.pages
    assert (stray, back) == (400, 200)
    assert "does not belong" in page


def test_a_browser_that_comes_back_without_a_code_ends_the_login(shell, log_in):
    somebody = Somebody(lambda back: back.replace("code=", "error="), opens=True)

    with pytest.raises(LoginNeededError, match="holds no code"):
        log_in(somebody, is_pasted=False, UPSTOX_REDIRECT_URI=f"http://127.0.0.1:{free_port()}/")

    assert not (shell.data / "upstox_token.json").exists()


def test_where_the_port_is_taken_it_says_so_and_takes_a_paste(log_in):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        somebody = Somebody()

        stored = log_in(somebody, is_pasted=False, UPSTOX_REDIRECT_URI=f"http://127.0.0.1:{port}/back")

    assert f"port {port} is in use by another program" in somebody.said
    assert stored["account"] == "SIM001"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://127.0.0.1:8123/back", "only http:// is served here"),
        ("https://ops.example.test/back", "points to ops.example.test, which is not this machine"),
        ("http://127.0.0.1:99999/", "has no usable port"),
    ],
)
def test_a_redirect_address_that_cannot_be_caught_is_pasted(log_in, address, told):
    somebody = Somebody()

    assert log_in(somebody, is_pasted=False, UPSTOX_REDIRECT_URI=address)["account"] == "SIM001"
    assert told in somebody.said


def test_over_ssh_no_browser_is_opened_and_the_port_to_forward_is_named(log_in):
    somebody = Somebody(is_remote=True)
    port = free_port()

    log_in(somebody, is_pasted=False, UPSTOX_REDIRECT_URI=f"http://127.0.0.1:{port}/back")

    assert f"ssh -L {port}:127.0.0.1:{port}" in somebody.said
    assert "a browser was opened" not in somebody.said


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (lambda pasted: pasted.replace("state=", "state=x"), "does not belong to this login"),
        (lambda pasted: pasted.split("&state=")[0], "holds no state"),
        (lambda pasted: pasted.replace("code=", "error="), "holds no code"),
        (lambda _pasted: "wrong-code", "that is no address"),
        (lambda _pasted: "  ", "nothing was pasted"),
        (lambda pasted: pasted.replace("code=", "code=0"), "used before or has expired"),
    ],
)
def test_what_is_not_a_login_stores_nothing(shell, log_in, alter, told):
    with pytest.raises(LoginNeededError, match=told):
        log_in(Somebody(alter))

    assert not (shell.data / "upstox_token.json").exists()


def test_a_slip_of_the_clipboard_may_be_mended(log_in):
    slips = iter(["ls -la", "https://news.example.test/?a=b"])

    somebody = Somebody(lambda pasted: next(slips, pasted))

    assert log_in(somebody)["account"] == "SIM001"
    assert somebody.said.count("Paste it again") == 2


def test_a_code_that_was_exchanged_before_is_refused_with_what_it_means(shell, log_in, simulator):
    def spend(pasted):
        form = {
            "code": urllib.parse.parse_qs(urllib.parse.urlsplit(pasted).query)["code"][0],
            "client_id": "app-key", "client_secret": "app-secret", "grant_type": "authorization_code",
            "redirect_uri": CREDENTIALS["UPSTOX_REDIRECT_URI"],
        }  # fmt: skip
        address = next(line for line in somebody.said.splitlines() if line.startswith("http"))
        parts = urllib.parse.urlsplit(address)
        exchange = f"{parts.scheme}://{parts.netloc}/v2/login/authorization/token"
        with urllib.request.urlopen(exchange, urllib.parse.urlencode(form).encode(), timeout=5):
            return pasted

    somebody = Somebody(spend)

    with pytest.raises(LoginNeededError, match=r"UDAPI100069.*the code was used before or has expired"):
        log_in(somebody)


def test_a_login_that_took_too_long_is_refused(log_in):
    moments = iter(wall_now_ms() + minutes * 60_000 for minutes in (0, 0, 16, 16, 16))

    with pytest.raises(LoginNeededError, match="has lapsed"):
        log_in(Somebody(), now_ms=lambda: next(moments))


def test_login_that_is_broken_off_stores_nothing(shell, log_in):
    def broken_off(_pasted):
        raise EOFError

    with pytest.raises(LoginNeededError, match="nothing was pasted"):
        log_in(Somebody(broken_off))


def test_another_account_than_configured_is_refused(shell, log_in):
    with pytest.raises(LoginNeededError, match="account SIM001 logged in, the settings expect AB1234"):
        log_in(Somebody(), TRADING_BOT__UPSTOX__ACCOUNT="AB1234")

    assert not (shell.data / "upstox_token.json").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"UPSTOX_API_KEY": ""}, "UPSTOX_API_KEY is not set"),
        ({"UPSTOX_REDIRECT_URI": ""}, "UPSTOX_REDIRECT_URI is not set"),
        ({"UPSTOX_API_KEY": "another"}, "refuses this app.*UPSTOX_API_KEY or UPSTOX_REDIRECT_URI is not"),
    ],
)
def test_a_key_that_is_missing_or_wrong_is_named_before_anybody_opens_a_page(log_in, changes, told):
    somebody = Somebody()

    with pytest.raises(SettingsError, match=told):
        log_in(somebody, **changes)

    assert somebody.written == []


def test_a_wrong_secret_is_named(log_in):
    with pytest.raises(LoginNeededError, match="or UPSTOX_API_SECRET is not the app's"):
        log_in(Somebody(), UPSTOX_API_SECRET="another")


def test_a_broker_that_does_not_answer_is_a_warning_first(shell, log_in):
    shell.use_broker("http://127.0.0.1:9")

    def give_up(_pasted):
        raise EOFError

    somebody = Somebody(give_up)
    somebody.approved = str

    with pytest.raises(LoginNeededError):
        log_in(somebody)
    assert "login page does not answer" in somebody.written[0]


def test_without_a_terminal_login_ends_with_exit_code_3(shell, monkeypatch):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)

    assert shell("login") == 3
    assert "login needs a terminal" in shell.error()
