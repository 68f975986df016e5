"""Folders of the settings, made where they are missing: `check` and the daemon judge them alike."""

import errno
import os
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone, unless there is one. Raises OSError where it cannot be written."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
