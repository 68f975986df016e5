"""Uninstalls from this environment what the daemon does not need: for an image, not for a checkout."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distributions, requires
from pathlib import Path

_NAME = re.compile(r"[\w.-]+")
_OTHERS = frozenset({"dev", "sweep", "optimise", "dask"})
"""Extras for developers and for research: neither is done in a container."""
_PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def needed(wanted: list[str]) -> set[str]:
    """The packages that are asked for, and what these ask for, without their extras."""
    found: set[str] = set()
    while wanted:
        name = _name(wanted.pop())
        if name in found:
            continue
        found.add(name)
        try:
            wanted += [one for one in requires(name) or () if "extra ==" not in one]
        except PackageNotFoundError:  # for another system, or another Python
            found.discard(name)
    return found


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    assert match is not None, requirement
    return match.group().lower().replace("_", "-").replace(".", "-")


def main() -> None:
    """Uninstall the rest, the installer last."""
    project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    extras = (one for name, one in project["optional-dependencies"].items() if name not in _OTHERS)
    kept = needed([*project["dependencies"], *(one for extra in extras for one in extra)])
    installed = {_name(one.metadata["Name"]) for one in distributions()}
    dropped = sorted(installed - kept - {"pip"})
    sys.stdout.write(f"dropped: {', '.join(dropped)}\n")
    for names in (dropped, ["pip"]):
        if names:
            command = [sys.executable, "-m", "pip", "uninstall", "--quiet", "--yes", *names]
            subprocess.run(command, check=True)  # noqa: S603  # names of packages that are installed


if __name__ == "__main__":
    main()
