"""The two tokens: as configured, else from a file that the first start makes."""

import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from trading_bot.domain.errors import SettingsError
from trading_bot.web.settings import SHORTEST_TOKEN, WebSettings

_OWNER_ONLY = 0o600
_OTHERS = 0o077
_RANDOM_BYTES = 32
_HEADING = (
    "# Tokens of the dashboard: operator may do everything, read_only may look. Delete the file for new ones."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What opens the dashboard, by role."""

    operator: SecretStr
    read_only: SecretStr

    @property
    def texts(self) -> tuple[str, str]:
        """The tokens themselves, for whoever takes them out of logs."""
        return self.operator.get_secret_value(), self.read_only.get_secret_value()


def tokens_of(settings: WebSettings, file: Path) -> Tokens:
    """The configured tokens; what is not configured comes from the file, which is made where it is missing.

    Raises SettingsError when others may read the file, or it holds no usable tokens.
    """
    operator, read_only = settings.operator_token, settings.read_only_token
    if operator is None or read_only is None:
        stored = _stored(file)
        operator, read_only = operator or stored.operator, read_only or stored.read_only
    if operator.get_secret_value() == read_only.get_secret_value():
        raise SettingsError("web: operator_token and read_only_token are the same; give each its own")
    return Tokens(operator=operator, read_only=read_only)


def is_complete(settings: WebSettings) -> bool:
    """Whether both tokens are configured, so that no file is needed."""
    return settings.operator_token is not None and settings.read_only_token is not None


def _stored(file: Path) -> Tokens:
    if file.exists():
        return _read(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return _made(file)
    except OSError as error:
        raise SettingsError(f"{file}: the dashboard's tokens cannot be written: {error.strerror}") from error


def _made(file: Path) -> Tokens:
    operator, read_only = secrets.token_urlsafe(_RANDOM_BYTES), secrets.token_urlsafe(_RANDOM_BYTES)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(f'{_HEADING}\noperator = "{operator}"\nread_only = "{read_only}"\n')
    return Tokens(operator=SecretStr(operator), read_only=SecretStr(read_only))


def _read(file: Path) -> Tokens:
    if os.name == "posix" and file.stat().st_mode & _OTHERS:
        raise SettingsError(f"{file} holds the dashboard's tokens and others may read it: chmod 600 {file}")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        operator, read_only = content["operator"], content["read_only"]
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(
            f"{file} cannot be read: delete it, and the next start makes new tokens"
        ) from error
    if not all(isinstance(text, str) and len(text) >= SHORTEST_TOKEN for text in (operator, read_only)):
        raise SettingsError(f"{file}: each token needs {SHORTEST_TOKEN} characters; delete it for new ones")
    return Tokens(operator=SecretStr(operator), read_only=SecretStr(read_only))
