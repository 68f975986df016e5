"""What can go wrong, by who has to act on it.

TradingBotError
├── UserFacingError        the person at the keyboard can mend it; the text says how
│   ├── SettingsError        exit 2
│   ├── UncoveredDateError   exit 2
│   ├── HistoryError         exit 2
│   ├── UnknownInstrumentError  exit 2
│   ├── LoginNeededError     exit 3
│   ├── HaltedError          exit 4
│   └── AlreadyRunningError  exit 5
├── ReadFailedError        a broker read that gave no answer: never "nothing there"
├── StorageError           the journal cannot be trusted or written
├── DecisionFailedError    a decision raised: the book in memory is ahead of the journal
└── IllegalTransitionError a bug, or a broker that contradicts itself
"""

from typing import ClassVar


class TradingBotError(Exception):
    """Root of everything that this program raises on purpose."""


class UserFacingError(TradingBotError):
    """A mistake or a state that the user can mend; its text says what, where and how."""

    exit_code: ClassVar[int] = 1


class SettingsError(UserFacingError):
    """A setting is unknown, of the wrong kind or out of range."""

    exit_code = 2


class UncoveredDateError(UserFacingError):
    """A dated rule (calendar, charges, contract) says nothing about the day asked for."""

    exit_code = 2


class HistoryError(UserFacingError):
    """A data file is missing, unreadable or breaks its own rules."""

    exit_code = 2


class UnknownInstrumentError(UserFacingError):
    """No instrument goes by that name."""

    exit_code = 2


class LoginNeededError(UserFacingError):
    """There is no valid access token."""

    exit_code = 3


class HaltedError(UserFacingError):
    """Trading is halted and a person has to release it."""

    exit_code = 4


class AlreadyRunningError(UserFacingError):
    """Another process owns the account or the database."""

    exit_code = 5


class ReadFailedError(TradingBotError):
    """A read from the broker gave no usable answer; what it would have said is unknown."""


class NotAuthorisedError(ReadFailedError):
    """The broker does not accept the access token."""


class StorageError(TradingBotError):
    """The journal is unreadable, corrupt, newer than this program, or cannot be written."""


class DecisionFailedError(TradingBotError):
    """A decision raised, perhaps half-way: only a restart, which rebuilds the book, mends it."""


class IllegalTransitionError(TradingBotError):
    """An order was told to make a step that its table does not allow."""

    def __init__(self, tag: str, current: str, wanted: str) -> None:
        super().__init__(f"order {tag}: {current} cannot become {wanted}")
