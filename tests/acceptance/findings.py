"""What was found, line by line, and the table at the end."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Finding:
    """One thing that was tried."""

    name: str
    facts: str = ""
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether it went as it must."""
        return not self.problems


@dataclass
class Findings:
    """Everything that was tried so far; each is told as soon as it is known."""

    found: list[Finding] = field(default_factory=list)

    @contextmanager
    def trying(self, name: str) -> Iterator[Finding]:
        """Try one thing: what is raised is a problem of it, not of the next."""
        finding = Finding(name)
        started_s = time.monotonic()
        try:
            yield finding
        except Exception as error:  # noqa: BLE001  # the others are still to be tried
            finding.problems.append(f"{type(error).__name__}: {error}")
        finding.seconds = time.monotonic() - started_s
        self.found.append(finding)
        say(_line(finding))
        for problem in finding.problems:
            say(f"    {problem}")

    def table(self) -> str:
        """All lines again, and how many are good."""
        good = sum(finding.is_good for finding in self.found)
        return "\n".join(("", *map(_line, self.found), f"{good} of {len(self.found)} passed"))

    @property
    def are_good(self) -> bool:
        """Whether something was tried, and nothing failed."""
        return bool(self.found) and all(finding.is_good for finding in self.found)


def say(text: str) -> None:
    """One line of progress."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _line(finding: Finding) -> str:
    verdict = "ok    " if finding.is_good else "FAILED"
    return f"{verdict} {finding.name:<42} {finding.seconds:6.1f} s  {finding.facts}"
