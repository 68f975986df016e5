"""What is wrong with a setting, and the one error that lists all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from trading_bot.domain.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong."""

    where: str
    """File and line, or the environment."""
    key: str
    reason: str
    value: str | None = None
    """The offending value as it was written; masked by the maker when it is a secret."""
    allowed: str | None = None
    fix: str | None = None

    def __str__(self) -> str:
        subject = self.key if self.value is None else f"{self.key} = {self.value}"
        lines = [f"{self.where}: {subject}: {self.reason}" if subject else f"{self.where}: {self.reason}"]
        if self.allowed:
            lines.append(f"    allowed: {self.allowed}")
        if self.fix:
            lines.append(f"    fix: {self.fix}")
        return "\n".join(lines)


def error_of(problems: Sequence[Problem]) -> SettingsError:
    """The one error that lists every problem."""
    count = len(problems)
    heading = "1 setting cannot be used" if count == 1 else f"{count} settings cannot be used"
    return SettingsError("\n  ".join([f"{heading}:", *(str(problem) for problem in problems)]))
