"""Takes secrets out of everything that is about to be written."""

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

MASK = "***"
_SHORTEST_SECRET = 4
_SECRET_NAMES = re.compile(
    r"(authori[sz]ation|password|passwd|secret|access_?token|refresh_?token|api_?key|^token$|cookie)",
    re.IGNORECASE,
)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?"), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=:-]+"), rf"\1 {MASK}"),
    (
        re.compile(
            r"(?i)(\b(?:access_|refresh_)?token|client_secret|api_?key|api_secret|[?&]code)=[^&\s\"']+"
        ),
        rf"\1={MASK}",
    ),
)
_MAX_DEPTH = 8


def without_tokens(text: str) -> str:
    """The text without what looks like a token, whoever knows it."""
    for shape, replacement in _SHAPES:
        text = shape.sub(replacement, text)
    return text


class Redactor:
    """Replaces every known secret, and whatever looks like a token, wherever it hides.

    It is a structlog processor; the token of the day is added when the login brings it.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: tuple[str, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Learn one more secret; very short ones are left to their field names."""
        if len(secret) < _SHORTEST_SECRET:
            return
        forms = {secret, quote(secret, safe=""), secret.encode("unicode_escape").decode()}
        self._known = tuple(sorted({*self._known, *forms}, key=len, reverse=True))

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._known:
            text = text.replace(secret, MASK)
        return without_tokens(text)

    def value(self, value: Any, depth: int = 0) -> Any:
        """The value without secrets, made of what JSON knows; foreign objects become their redacted text."""
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return self.text(value)
        if depth >= _MAX_DEPTH:
            return self.text(repr(value))
        if isinstance(value, Mapping):
            return {
                self.text(str(key)): self._member(str(key), member, depth) for key, member in value.items()
            }
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.value(member, depth + 1) for member in value]
        return self.text(str(value))

    def __call__(
        self, logger: Any, method_name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Redact one log event."""
        del logger, method_name
        redacted: MutableMapping[str, Any] = self.value(event)
        return redacted

    def _member(self, name: str, value: Any, depth: int) -> Any:
        if value is not None and not isinstance(value, bool) and _SECRET_NAMES.search(name):
            return MASK
        return self.value(value, depth + 1)
