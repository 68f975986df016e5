"""A secret that lies in a file of its own, and nothing else in it but the end of its line."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SecretFile:
    """What was found in the file: the secret, or why there is none."""

    secret: str = ""
    trouble: str = ""


def read_secret(path: Path) -> SecretFile:
    """Read the file; blanks and line ends around the secret do not belong to it."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        return SecretFile(trouble="cannot be read: not a text file")
    except OSError as error:
        return SecretFile(trouble=f"cannot be read: {error.strerror}")
    if not text:
        return SecretFile(trouble="the file is empty")
    if len(text.splitlines()) > 1:
        return SecretFile(trouble="the file holds more than one line")
    return SecretFile(secret=text)


def is_readable_by_all(path: Path) -> bool:
    """Whether every user of the machine may read the file."""
    return os.name == "posix" and bool(path.stat().st_mode & stat.S_IROTH)
