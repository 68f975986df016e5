"""Single keys of a terminal, without echo; however the block ends, the terminal is as it was."""

import os
import termios
from types import TracebackType
from typing import Any, Self

_CHUNK = 256
_LOCAL_FLAGS, _CONTROL_CHARACTERS = 3, 6
_DISABLED = b"\x00"
_GONE = ""


class Keyboard:
    """A terminal whose keys come one by one.

    Ctrl-C stays a signal; those that suspend and quit would leave a shell with this mode, and do nothing.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._descriptor)
        mode = termios.tcgetattr(self._descriptor)
        mode[_LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON)
        for character in (termios.VSUSP, termios.VQUIT):
            mode[_CONTROL_CHARACTERS][character] = _DISABLED
        mode[_CONTROL_CHARACTERS][termios.VMIN] = 1
        mode[_CONTROL_CHARACTERS][termios.VTIME] = 0
        termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, mode)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, self._before)

    def key(self) -> str | None:
        """The key that was pressed, empty when the terminal is gone; None for what is no single key.

        Text that was pasted and the keys that send several bytes are no commands.
        """
        try:
            pressed = os.read(self._descriptor, _CHUNK)
        except OSError:
            return _GONE
        if not pressed:
            return _GONE
        text = pressed.decode(errors="replace")
        return text.lower() if len(text) == 1 and text.isprintable() else None
