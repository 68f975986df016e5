"""The day's access token on disk: readable by its owner only, replaced whole, checked before use."""

import json
import os
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

from pydantic import SecretStr

from trading_bot.domain.errors import LoginNeededError
from trading_bot.domain.ist import date_of, datetime_of, ms_at

_DIES_AT = time(3, 30)
_OWNER_ONLY = 0o600
_OTHERS = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token and whose it is; its printed form is masked."""

    secret: SecretStr
    account: str
    """User id; empty when the token came from the environment and was not confirmed yet."""
    issued_at_ms: int
    expires_at_ms: int

    def is_alive(self, now_ms: int) -> bool:
        """Whether it is still accepted as far as its own clock goes."""
        return now_ms < self.expires_at_ms


def expiry_ms(issued_at_ms: int) -> int:
    """Epoch milliseconds of the next 03:30 in India, whenever a token was issued."""
    today = date_of(issued_at_ms)
    dies_at_ms = ms_at(today, _DIES_AT)
    return dies_at_ms if issued_at_ms < dies_at_ms else ms_at(today + timedelta(days=1), _DIES_AT)


class TokenStore:
    """Keeps one token in one file."""

    def __init__(self, path: Path, account: str = "") -> None:
        self._path = path
        self._account = account

    def save(self, token: AccessToken) -> None:
        """Replace the file as a whole: a crash leaves the old token or the new one, never half of one.

        Raises LoginNeededError when it cannot be written.
        """
        try:
            self._save(token)
        except OSError as error:
            raise LoginNeededError(
                f"{self._path} cannot be written, so the token is lost: {error.strerror}; mend that, then "
                "log in again"
            ) from error

    def _save(self, token: AccessToken) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".new")
        beside.unlink(missing_ok=True)
        written = {
            "account": token.account,
            "access_token": token.secret.get_secret_value(),
            "issued_at_ms": token.issued_at_ms,
            "expires_at_ms": token.expires_at_ms,
        }
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(written, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        _sync_folder(self._path.parent)

    def load(self, now_ms: int) -> AccessToken:
        """Return the stored token. Raises LoginNeededError, saying why, when there is no usable one."""
        token = self._read()
        if self._account and token.account != self._account:
            raise LoginNeededError(
                f"{self._path} holds a token of account {token.account}, "
                f"the settings expect {self._account}: log in with the right account (python main.py login)"
            )
        if not token.is_alive(now_ms):
            died = datetime_of(token.expires_at_ms)
            raise LoginNeededError(
                f"the access token in {self._path} expired at {died:%Y-%m-%d %H:%M} IST: "
                "log in again (python main.py login)"
            )
        return token

    def forget(self) -> None:
        """Remove the stored token."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> AccessToken:
        try:
            mode = self._path.stat().st_mode
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise LoginNeededError(f"there is no {self._path}: log in (python main.py login)") from error
        except (OSError, UnicodeDecodeError) as error:
            raise LoginNeededError(f"{self._path} cannot be read: log in again") from error
        if mode & _OTHERS:
            raise LoginNeededError(
                f"{self._path} can be read by others (mode {mode & 0o777:o}, needs 600): "
                "its token may be known; delete the file and log in again"
            )
        return self._parsed(text)

    def _parsed(self, text: str) -> AccessToken:
        # The parser's own error would quote the file, token included: it is dropped on purpose.
        try:
            stored = json.loads(text)
            token = AccessToken(
                secret=SecretStr(_filled_text(stored["access_token"])),
                account=_filled_text(stored["account"]),
                issued_at_ms=int(stored["issued_at_ms"]),
                expires_at_ms=int(stored["expires_at_ms"]),
            )
        except (ValueError, KeyError, TypeError):
            raise LoginNeededError(
                f"{self._path} is not a complete token file: delete it and log in again"
            ) from None
        if token.expires_at_ms > expiry_ms(token.issued_at_ms):
            raise LoginNeededError(f"{self._path} claims a token beyond 03:30: delete it and log in again")
        return token


def usable_token(store: TokenStore, from_environment: SecretStr | None, now_ms: int) -> AccessToken:
    """Return the stored token, else the one of the environment. Raises LoginNeededError.

    A token of the environment carries no time of issue: it is taken to be of today.
    """
    try:
        return store.load(now_ms)
    except LoginNeededError:
        if from_environment is None or not from_environment.get_secret_value().strip():
            raise
    return AccessToken(
        secret=SecretStr(from_environment.get_secret_value().strip()),
        account="",
        issued_at_ms=now_ms,
        expires_at_ms=expiry_ms(now_ms),
    )


def _filled_text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("expected text")
    return value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
