"""The morning's login, by browser code or by approval on the phone; the broker allows no headless one."""

import hmac
import secrets as randomness
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import SecretStr

from trading_bot.adapters.upstox.envelope import document_of, is_ok, opened, printable
from trading_bot.adapters.upstox.login.token_store import AccessToken, expiry_ms
from trading_bot.adapters.upstox.rest import calls
from trading_bot.adapters.upstox.rest.answers import Answer, TransportError
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSecrets, UpstoxSettings
from trading_bot.domain.errors import LoginNeededError, ReadFailedError, SettingsError

_STATE_BYTES = 32
_REFUSED = range(400, 500)
_TOO_MANY = 429
_MEANINGS = {
    "UDAPI100068": "UPSTOX_API_KEY or UPSTOX_REDIRECT_URI is not, to the letter, what the app has registered",
    "UDAPI100069": "the code was used before or has expired, or UPSTOX_API_SECRET is not the app's",
    "UDAPI100016": "UPSTOX_API_KEY and UPSTOX_API_SECRET do not belong together",
    "UDAPI100073": "the app is inactive: look at it in the broker's developer console",
    "UDAPI1180": "the app is inactive: look at it in the broker's developer console",
    "UDAPI10005": "too many requests: wait for a minute",
}
"""What the broker's refusals of a login mean for whoever reads them here."""


class LoginAttempt:
    """One trip to the broker's login page and back; its state is good for one return only."""

    def __init__(self, settings: UpstoxSettings, secrets: UpstoxSecrets, *, deadline_ms: int) -> None:
        self._settings = settings
        self._secrets = secrets
        self._deadline_ms = deadline_ms
        self._state: str | None = randomness.token_urlsafe(_STATE_BYTES)

    @property
    def url(self) -> str:
        """The address that the user opens. Raises LoginNeededError once the attempt was used."""
        if self._state is None:
            raise LoginNeededError("this login attempt was used: start a new one")
        query = {
            "response_type": "code",
            "client_id": required(self._secrets.api_key, "UPSTOX_API_KEY"),
            "redirect_uri": self._redirect_uri,
            "state": self._state,
        }
        return f"{self._settings.api_url}/v2/login/authorization/dialog?{urlencode(query)}"

    def is_ours(self, returned_url: str) -> bool:
        """Whether an address carries the state of this attempt, which is still open."""
        state = parse_qs(urlsplit(returned_url.strip()).query).get("state", [""])[0]
        return self._state is not None and hmac.compare_digest(state.encode(), self._state.encode())

    async def objection(self, transport: UpstoxTransport) -> str:
        """Ask for the login page, and return what the broker has against the app or its redirect address.

        Empty when it has nothing. Raises ReadFailedError when it does not say.
        """
        try:
            answer = await transport.download(self.url)
        except TransportError as error:
            raise ReadFailedError(f"the broker's login page does not answer ({error})") from error
        if answer.status in _REFUSED and answer.status != _TOO_MANY and opened(answer.body) is not None:
            return _told(answer)
        if answer.status >= _REFUSED.start:
            raise ReadFailedError(f"the broker's login page answers with HTTP {answer.status}")
        return ""

    def code_from(self, returned_url: str, now_ms: int) -> SecretStr:
        """Return the login code of the address that the browser was sent back to.

        Raises LoginNeededError when the state is wrong, used before, or too old.
        """
        expected, self._state = self._state, None
        query = parse_qs(urlsplit(returned_url.strip()).query)
        state, code = (query.get(name, [""])[0] for name in ("state", "code"))
        if expected is None or now_ms > self._deadline_ms:
            raise LoginNeededError("this login attempt was used or has lapsed: start a new one")
        if not hmac.compare_digest(state.encode(), expected.encode()):
            raise LoginNeededError(
                "the returned address does not belong to this login attempt: start a new one"
            )
        if not code:
            raise LoginNeededError("the returned address holds no code: the login was not completed")
        return SecretStr(code)

    async def token(self, transport: UpstoxTransport, code: SecretStr, now_ms: int) -> AccessToken:
        """Trade the code for the day's token; it works once, even if this fails. Raises LoginNeededError."""
        call = calls.token_exchange(
            code=code.get_secret_value(),
            api_key=required(self._secrets.api_key, "UPSTOX_API_KEY"),
            api_secret=required(self._secrets.api_secret, "UPSTOX_API_SECRET"),
            redirect_uri=self._redirect_uri,
        )
        answer = await _asked(transport, call)
        document = document_of(answer.body)
        if not is_ok(answer.status) or not isinstance(document, dict) or "access_token" not in document:
            raise LoginNeededError(f"the login was refused: {_told(answer)}; log in again")
        return _issued(document, self._settings.account, now_ms)

    @property
    def _redirect_uri(self) -> str:
        if not self._secrets.redirect_uri:
            raise SettingsError(
                "UPSTOX_REDIRECT_URI is not set: it must equal the one registered for the app"
            )
        return self._secrets.redirect_uri


class Approval(NamedTuple):
    """A question on the user's phone."""

    lapses_ms: int
    """When it lapses, in epoch milliseconds."""
    notifier_url: str
    """Where the broker will send the token; empty when it did not say."""


async def ask_for_phone_approval(transport: UpstoxTransport, secrets: UpstoxSecrets) -> Approval:
    """Have the broker ask on the user's phone.

    Raises LoginNeededError when the broker does not take the request.
    """
    call = calls.phone_approval(
        api_key=required(secrets.api_key, "UPSTOX_API_KEY"),
        api_secret=required(secrets.api_secret, "UPSTOX_API_SECRET"),
    )
    answer = await _asked(transport, call)
    envelope = opened(answer.body)
    if not is_ok(answer.status) or envelope is None or not envelope.is_success:
        raise LoginNeededError(f"the approval was not requested: {_told(answer)}")
    data = envelope.data if isinstance(envelope.data, dict) else {}
    try:
        lapses_ms = int(str(data.get("authorization_expiry")))
    except ValueError as error:
        raise LoginNeededError("the broker did not say until when the approval is open") from error
    return Approval(lapses_ms, printable(data.get("notifier_url") or ""))


def token_from_notice(
    body: bytes, settings: UpstoxSettings, secrets: UpstoxSecrets, now_ms: int
) -> AccessToken:
    """Return the token that the broker posts after an approval on the phone.

    The notice carries no signature: its app and account are checked here, and the token itself has to be
    confirmed with a profile read before it is trusted. Raises LoginNeededError.
    """
    notice = document_of(body)
    if not isinstance(notice, dict) or notice.get("message_type") != "access_token":
        raise LoginNeededError("the notice is not one of an access token")
    api_key = required(secrets.api_key, "UPSTOX_API_KEY")
    if not hmac.compare_digest(str(notice.get("client_id", "")).encode(), api_key.encode()):
        raise LoginNeededError("the notice is for another app")
    return _issued(notice, settings.account, now_ms)


def required(secret: SecretStr | None, name: str) -> str:
    """Return a secret's text. Raises SettingsError naming the variable that is not set."""
    if secret is None or not secret.get_secret_value().strip():
        raise SettingsError(f"{name} is not set: put it into .env or the environment")
    return secret.get_secret_value().strip()


async def _asked(transport: UpstoxTransport, call: Any) -> Answer:
    try:
        return await transport.without_token(call)
    except TransportError as error:
        raise LoginNeededError(f"the broker's login service did not answer ({error}): try again") from error


def _issued(fields: dict[str, Any], expected_account: str, now_ms: int) -> AccessToken:
    account, secret = fields.get("user_id"), fields.get("access_token")
    if not isinstance(account, str) or not account or not isinstance(secret, str) or not secret:
        raise LoginNeededError("the broker's login answer names no account or no token")
    if expected_account and account != expected_account:
        raise LoginNeededError(
            f"account {account} logged in, the settings expect {expected_account}: log in with the right one"
        )
    return AccessToken(
        secret=SecretStr(secret), account=account, issued_at_ms=now_ms, expires_at_ms=expiry_ms(now_ms)
    )


def _told(answer: Answer) -> str:
    envelope = opened(answer.body)
    errors = envelope.errors if envelope else ()
    told = "; ".join(f"{error.code} {error.message}".strip() for error in errors)
    meant = "; ".join(_MEANINGS[error.code] for error in errors if error.code in _MEANINGS)
    return f"HTTP {answer.status}{': ' + told if told else ''}{': ' + meant if meant else ''}"
