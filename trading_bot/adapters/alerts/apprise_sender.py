"""Sends through Apprise, which knows the services. It blocks, so it runs in a thread.

Of what the library offers we switch off: following redirects (they would carry secrets along), its own pauses
between messages, files of its own. Certificates are always looked at.
"""

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from html import escape
from typing import Any

import apprise
import requests
from apprise.manager_plugins import NotificationManager

from trading_bot.adapters.alerts.addresses import EXAMPLES, TELEGRAM, scheme_of, secrets_of
from trading_bot.adapters.alerts.held import Letter
from trading_bot.adapters.alerts.sending import NotTakenError, in_a_thread
from trading_bot.adapters.alerts.settings import AlertLevel, AlertSettings
from trading_bot.adapters.redaction import Redactor
from trading_bot.adapters.safe_url import is_loopback
from trading_bot.domain.errors import SettingsError

_TYPES = {
    AlertLevel.INFO: apprise.NotifyType.INFO,
    AlertLevel.WARNING: apprise.NotifyType.WARNING,
    AlertLevel.CRITICAL: apprise.NotifyType.FAILURE,
}
_FINAL = frozenset({401, 403, 404, 410})
_ABOUT_TEXT = frozenset({400, 413, 422})
_LONGEST_WISH_S = 3_600.0
_MOST_HANGING = 2
_PATCHED: set[str] = set()
_CAUSE = "Socket Exception:"
_LIBRARY = logging.getLogger("apprise")


class _Answers(threading.local):
    """What the newest call of this thread was answered, and what the library says about it."""

    status: int | None = None
    retry_after_s: float | None = None
    error: str = ""
    said: str = ""


_answers = _Answers()


class _WatchedRequests:
    """The `requests` module as a plug-in sees it: the library says yes or no, and we need to know why."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def post(self, url: str, **options: Any) -> requests.Response:
        """As `requests.post`."""
        return self.request("post", url, **options)

    def get(self, url: str, **options: Any) -> requests.Response:
        """As `requests.get`."""
        return self.request("get", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """As `requests.request`."""
        try:
            response = requests.request(method, url, **options)  # noqa: S113  # the plug-in gives its time-out
        except requests.RequestException as error:
            _answers.error = _short(error)
            raise
        _answers.status, _answers.retry_after_s = response.status_code, _wish_of(response)
        return response


class _Listener(logging.Handler):
    """Keeps the library's newest words for whoever sends in this thread; they reach no log by themselves."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning, and the cause of an e-mail's failure, which is a debug line."""
        if record.levelno >= logging.WARNING:
            _answers.said = record.getMessage()
        elif not _answers.error and str(record.msg).startswith(_CAUSE):
            _answers.error = record.getMessage().removeprefix(_CAUSE).strip()


@dataclass(slots=True, kw_only=True)
class AppriseSender:
    """One address."""

    title: str
    plugin: Any
    limit_s: float
    redactor: Redactor
    as_written: Callable[[str], str]
    """Puts a text so that the service shows it as it is."""
    _hanging: list[threading.Event] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        """Send it in a thread. Raises NotTakenError."""
        self._hanging = [one for one in self._hanging if not one.is_set()]
        if len(self._hanging) >= _MOST_HANGING:
            raise NotTakenError(f"{len(self._hanging)} earlier calls still hang")
        ended = threading.Event()
        self._hanging.append(ended)

        def work() -> None:
            try:
                self.send_blocking(letter)
            finally:
                ended.set()

        try:
            await in_a_thread(work, self.limit_s)
        except TimeoutError:
            raise NotTakenError(f"no end of the call within {self.limit_s:g} s") from None

    def send_blocking(self, letter: Letter) -> None:
        """Send it here and now. Raises NotTakenError."""
        _answers.status, _answers.retry_after_s, _answers.error, _answers.said = None, None, "", ""
        try:
            title = f"{self.title}: {letter.level}"
            is_taken = self.plugin.notify(
                body=self.as_written(letter.text),
                title=title,
                notify_type=_TYPES[letter.level],
                body_format=apprise.NotifyFormat.TEXT,
            )
        except Exception as error:  # noqa: BLE001  # plug-ins of many authors; the cause is told, without secrets
            raise NotTakenError(self.redactor.text(_short(error))) from None
        if is_taken:
            return
        raise NotTakenError(
            self.redactor.text(_reason()),
            retry_after_s=_answers.retry_after_s,
            is_final=_answers.status in _FINAL,
            is_about_text=_answers.status in _ABOUT_TEXT,
        )


def apprise_sender(address: str, settings: AlertSettings, *, name: str, title: str) -> AppriseSender:
    """The sender of an address. Raises SettingsError, without the address, for one that is not understood."""
    _quieten()
    plugin = _plugin_of(address.strip(), name)
    plugin.socket_connect_timeout = settings.connect_timeout_s
    plugin.socket_read_timeout = settings.read_timeout_s
    plugin.request_rate_per_sec = 0
    plugin.notify_format = apprise.NotifyFormat.TEXT
    _place(plugin, settings)
    _require_safe(plugin, name)
    _watch(plugin)
    return AppriseSender(
        title=title,
        plugin=plugin,
        limit_s=settings.send_timeout_s,
        redactor=Redactor(secrets_of(address)),
        as_written=_in_html if type(plugin).__name__ == "NotifyTelegram" else str,
    )


def _plugin_of(address: str, name: str) -> Any:
    scheme = scheme_of(address)
    example = EXAMPLES.get("tgram" if scheme in TELEGRAM else scheme)
    usual = example or ", ".join(EXAMPLES.values())
    if not scheme:
        raise SettingsError(f"{name}: not an address with a scheme; write for example {usual}")
    asset = apprise.AppriseAsset(
        app_id="trading-bot",
        app_desc="trading-bot",
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
        async_mode=False,
    )
    try:
        plugin: Any = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    except Exception:  # noqa: BLE001  # whatever a plug-in raises over an address may quote it
        plugin = None
    if plugin is None:
        is_known = scheme in NotificationManager()  # type: ignore[no-untyped-call]  # the library's own
        why = "is not complete or not well-formed" if is_known else "is no service that is known"
        raise SettingsError(f"{name}: {scheme}:// {why}; write for example {usual}")
    if scheme in TELEGRAM and not plugin.targets:
        raise SettingsError(f"{name}: {scheme}:// names no chat; write {usual}")
    return plugin


def _in_html(text: str) -> str:
    """Telegram is told that everything is HTML, and refuses what is not well-formed."""
    return escape(text, quote=False)


def _place(plugin: Any, settings: AlertSettings) -> None:
    """Send to the configured hosts of the services whose host the address does not name."""
    match type(plugin).__name__:
        case "NotifyTelegram":
            plugin.notify_url = f"{settings.telegram_url}/bot"
        case "NotifySlack":
            plugin.webhook_url = settings.slack_url


def _require_safe(plugin: Any, name: str) -> None:
    if not plugin.verify_certificate:
        raise SettingsError(f"{name}: verify=no would trust any certificate; leave it out")
    is_mail = type(plugin).__name__ == "NotifyEmail"
    host = plugin.smtp_host if is_mail else plugin.host
    is_plain = plugin.secure_mode == "insecure" if is_mail else plugin.schema in ("json", "xml", "form")
    if is_plain and not is_loopback(host):
        raise SettingsError(
            f"{name}: {plugin.schema}:// would send messages and passwords unencrypted; use {plugin.schema}s://"
        )


def _watch(plugin: Any) -> None:
    module = sys.modules[type(plugin).__module__]
    if module.__name__ not in _PATCHED and getattr(module, "requests", None) is requests:
        vars(module)["requests"] = _WatchedRequests()
        _PATCHED.add(module.__name__)


def _quieten() -> None:
    """The library's log lines may quote addresses: they end here."""
    if not any(isinstance(handler, _Listener) for handler in _LIBRARY.handlers):
        _LIBRARY.addHandler(_Listener())
    _LIBRARY.propagate = False
    _LIBRARY.setLevel(logging.DEBUG)


def _wish_of(response: requests.Response) -> float | None:
    """Seconds that the receiver asks to be left alone: by its header, or in Telegram's own way."""
    wish = response.headers.get("Retry-After") or _wish_in_body(response)
    if wish is None:
        return None
    try:
        seconds = float(wish)
    except ValueError:
        try:
            sent_at = parsedate_to_datetime(response.headers["Date"])
            seconds = (parsedate_to_datetime(str(wish)) - sent_at).total_seconds()
        except (KeyError, ValueError, TypeError):
            return None
    return min(max(0.0, seconds), _LONGEST_WISH_S) if seconds == seconds else None  # noqa: PLR0124  # not a NaN


def _wish_in_body(response: requests.Response) -> Any:
    try:
        return response.json()["parameters"]["retry_after"]
    except (ValueError, KeyError, TypeError):
        return None


def _reason() -> str:
    if _answers.status is not None:
        said = f": {_answers.said}" if _answers.said else ""
        return f"answered {_answers.status}{said}"
    return _answers.error or _answers.said or "not taken, and the library does not say why"


def _short(error: BaseException) -> str:
    """The innermost cause: what lies around it is the address."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"[:300]
