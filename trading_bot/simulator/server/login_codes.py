"""The codes between the login page and the token exchange."""

import hashlib


class LoginCodes:
    """Single-use codes, each bound to the app and address that it was approved for."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._issued = 0
        self._open: dict[str, tuple[str, str]] = {}

    def issue(self, client_id: str, redirect_uri: str) -> str:
        """A new code."""
        self._issued += 1
        code = hashlib.sha256(f"{self._seed}:login:{self._issued}".encode()).hexdigest()[:6]
        self._open[code] = (client_id, redirect_uri)
        return code

    def redeem(self, code: str) -> tuple[str, str] | None:
        """The app and address of a code, once, whatever comes of the exchange; None for any other text."""
        return self._open.pop(code, None)
